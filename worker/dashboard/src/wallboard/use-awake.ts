/** A screen on the wall must not go dark by itself. Not every browser can promise that, and it lapses whenever the page is hidden. */
import { useEffect } from "preact/hooks";

export function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let isOver = false;
    const ask = async (): Promise<void> => {
      if (document.hidden || !("wakeLock" in navigator)) return;
      const got = await navigator.wakeLock.request("screen").catch(() => undefined);
      if (isOver) await got?.release();
      else lock = got;
    };
    const onVisible = (): void => void ask();
    document.addEventListener("visibilitychange", onVisible);
    onVisible();
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", onVisible);
      void lock?.release();
    };
  }, []);
}
