/**
 * Runs `run` in the next animation frame. A hidden page has none, so its components wait until it is shown again. Outside
 * of pages, where nothing is drawn, a timer takes the frame's place.
 */
export function nextFrame(run: () => void): void {
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(run);
  else setTimeout(run, 16);
}
