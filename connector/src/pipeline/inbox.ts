/**
 * Where all parts of the connector report to. An inbox exists before the parts and the router exists after them, so no
 * part needs another one that is not there yet.
 *
 * Inputs are handled one at a time, in order: one that is put while another is handled waits for that one's end. Inputs
 * that are put before `open` wait for it. All of this happens within one turn of the event loop, so the inputs of one
 * turn bound the inbox.
 */

export type Inbox<Input> = Readonly<{
  put: (input: Input) => void;
  /** Handles what waits, and from then on everything at once. To be called once. */
  open: (handle: (input: Input) => void) => void;
}>;

export function createInbox<Input extends object>(): Inbox<Input> {
  const waiting: Input[] = [];
  let handle: ((input: Input) => void) | null = null;
  let isBusy = false;

  function handleWaiting(handleInput: (input: Input) => void): void {
    for (let input = waiting.shift(); input; input = waiting.shift()) handleInput(input);
  }

  return {
    put: (input) => {
      if (!handle || isBusy) {
        waiting.push(input);
        return;
      }
      isBusy = true;
      try {
        // Nearly always nothing waits, and thousands of inputs a second need not go through the array.
        handle(input);
        if (waiting.length > 0) handleWaiting(handle);
      } finally {
        isBusy = false;
      }
    },
    open: (given) => {
      handle = given;
      isBusy = true;
      try {
        handleWaiting(given);
      } finally {
        isBusy = false;
      }
    },
  };
}
