/** A socket's messages, one by one, and its end, for tests. */
export type Ended = Readonly<{ code: number; reason: string }>;

export class Inbox {
  readonly #texts: string[] = [];
  readonly #takers: PromiseWithResolvers<string>[] = [];
  readonly ended: Promise<Ended>;

  constructor(socket: WebSocket) {
    const ended = Promise.withResolvers<Ended>();
    this.ended = ended.promise;
    socket.addEventListener("message", ({ data }) => {
      const text = String(data);
      const taker = this.#takers.shift();
      if (taker) taker.resolve(text);
      else this.#texts.push(text);
    });
    socket.addEventListener("close", ({ code, reason }) => {
      ended.resolve({ code, reason });
      for (const taker of this.#takers) taker.reject(new Error(`closed with ${code} ${reason}`));
    });
    socket.accept();
  }

  /** The next message; rejects if the socket closes first. */
  text(): Promise<string> {
    const text = this.#texts.shift();
    if (text !== undefined) return Promise.resolve(text);
    const taker = Promise.withResolvers<string>();
    this.#takers.push(taker);
    return taker.promise;
  }

  /** The messages that have arrived so far. */
  drain(): string[] {
    return this.#texts.splice(0);
  }
}

/** Sends until the other side has closed. A fixed number of messages is no flood for a machine that is busy otherwise. */
export async function flood(send: () => void, ended: Promise<Ended>): Promise<Ended> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    for (let sent = 0; sent < 500; sent++) send();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return ended;
}
