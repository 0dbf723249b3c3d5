/**
 * Properties of the real Workers runtime that the simulated one must share for the simulation's results to be valid.
 */
import { describe, expect, it } from "vitest";
import { beginning, createToySetup } from "./toy-object.ts";

/** Returns a function that returns how a call has ended so far. */
function ending(call: Promise<unknown>): () => string {
  let text = "pending";
  call.then(
    (value) => {
      text = `answered ${value}`;
    },
    (error: Error) => {
      text = `failed: ${error.message}`;
    },
  );
  return () => text;
}

describe("calls between objects", () => {
  it("keep their order on one stub, whatever their delays", async () => {
    const { runtime, stub, notes, advance } = await createToySetup();
    Object.assign(runtime.calls, { least: 1, most: 500 });
    const one = stub();
    const texts = Array.from({ length: 20 }, (_, index) => `call ${index}`);
    for (const text of texts) void one.note(text);
    await advance(2000);
    expect(notes()).toEqual(["wakes", ...texts]);
  });

  it("may overtake each other on two stubs", async () => {
    const { runtime, stub, notes, advance } = await createToySetup();
    Object.assign(runtime.calls, { least: 1, most: 500 });
    const texts = Array.from({ length: 20 }, (_, index) => `call ${index}`);
    for (const text of texts) void stub().note(text);
    await advance(2000);
    expect(notes().slice(1)).not.toEqual(texts);
    expect(notes().slice(1).sort()).toEqual([...texts].sort());
  });

  it("fail before or after their execution; the caller cannot distinguish the two", async () => {
    const { runtime, stub, notes, advance } = await createToySetup(3);
    Object.assign(runtime.calls, { failures: 100 });
    const endings = Array.from({ length: 40 }, (_, index) => ending(stub().note(`call ${index}`)));
    await advance(1000);
    expect(new Set(endings.map((text) => text()))).toEqual(new Set(["failed: Network connection lost."]));
    const carriedOut = notes().length - 1;
    expect(carriedOut).toBeGreaterThan(5);
    expect(carriedOut).toBeLessThan(35);
  });

  it("fail on a stub that failed once, and succeed on a new one", async () => {
    const { stub, notes, advance } = await createToySetup();
    const one = stub();
    const first = ending(one.fail());
    await advance(100);
    const second = ending(one.note("on the broken stub"));
    const other = ending(stub().note("on a new one"));
    await advance(100);
    expect([first(), second(), other()]).toEqual([
      "failed: as requested",
      expect.stringMatching(/broken/),
      "answered 1",
    ]);
    expect(notes()).toEqual(["wakes", "on a new one"]);
  });
});

describe("an object that is evicted", () => {
  it("loses its memory and keeps its storage", async () => {
    const { stub, object, notes, advance } = await createToySetup();
    const one = stub();
    void one.note("a");
    const second = ending(one.note("b"));
    await advance(100);
    object().evict();
    const third = ending(one.note("c"));
    await advance(100);
    expect([second(), third()]).toEqual(["answered 2", "answered 1"]);
    expect(notes()).toEqual(["wakes", "a", "b", "wakes", "c"]);
  });

  it("stays in memory while a call is pending", async () => {
    const { stub, object, notes, release, advance } = await createToySetup();
    const held = ending(stub().hold());
    await advance(100);
    object().evict();
    release();
    await advance(100);
    expect(held()).toBe("answered undefined");
    expect(notes()).toEqual(["wakes", "holds", "released"]);
  });

  it("keeps its sockets with their attachments, and its alarm", async () => {
    const { stub, object, notes, connect, advance } = await createToySetup();
    const { end, received } = await connect();
    void stub().ringAt(beginning + 5000);
    await advance(100);
    object().evict();
    end.send("hello");
    await advance(100);
    object().evict();
    await advance(10_000);
    expect(received).toEqual(["echo hello"]);
    expect(notes()).toEqual([
      "wakes",
      "wakes",
      'received hello with {"from":"before"}',
      "wakes",
      "rings, next null",
      "rings, next null",
    ]);
  });
});

describe("an object that crashes", () => {
  it("fails its pending calls, and its old activation cannot write", async () => {
    const { stub, object, notes, release, advance } = await createToySetup();
    const held = ending(stub().hold());
    await advance(100);
    object().crash();
    await advance(100);
    expect(held()).toBe("failed: Network connection lost.");
    release();
    void stub().note("next activation");
    await advance(100);
    expect(notes()).toEqual(["wakes", "holds", "wakes", "next activation"]);
  });

  it("cuts its sockets without calling webSocketClose", async () => {
    const { object, notes, connect, advance } = await createToySetup();
    const { end, received } = await connect();
    object().crash();
    end.send("into the void");
    await advance(1000);
    expect(received).toEqual(["closed 1006"]);
    expect(notes()).toEqual(["wakes"]);
  });
});

describe("an alarm", () => {
  it("fires at its time, is cleared when it fires, and fires again if its handler fails", async () => {
    const { stub, notes, advance } = await createToySetup();
    void stub().ringAt(beginning + 60_000);
    await advance(59_000);
    expect(notes()).toEqual(["wakes"]);
    await advance(60_000);
    expect(notes()).toEqual(["wakes", "rings, next null", "rings, next null"]);
  });

  it("fires at the time that was set last", async () => {
    const { stub, notes, advance } = await createToySetup();
    const one = stub();
    void one.ringAt(beginning + 10_000);
    void one.ringAt(beginning + 30_000);
    await advance(20_000);
    expect(notes()).toEqual(["wakes"]);
    await advance(20_000);
    expect(notes()).toContain("rings, next null");
  });
});

describe("late alarms", () => {
  it("fire late, and perhaps once more", async () => {
    const { runtime, stub, notes, advance } = await createToySetup();
    Object.assign(runtime.alarms, { lateMs: 60_000, repeats: 100 });
    // Its handler fails at first.
    void stub().ringAt(beginning + 10_000);
    await advance(10_100);
    expect(notes()).toEqual(["wakes"]);
    await advance(120_000);
    expect(notes()).toEqual(["wakes", ...Array.from({ length: 3 }, () => "rings, next null")]);
  });
});

describe("storage", () => {
  it("that is full refuses rows, values and alarms, and answers queries", async () => {
    const { stub, object, notes, advance } = await createToySetup();
    const one = stub();
    void one.note("a");
    await advance(100);
    object().sql.isFull = true;
    const row = ending(one.note("b"));
    await advance(100);
    const alarm = ending(stub().ringAt(beginning + 10_000));
    await advance(100);
    expect([row(), alarm()]).toEqual([expect.stringMatching(/SQLITE_FULL/), expect.stringMatching(/SQLITE_FULL/)]);
    object().sql.isFull = false;
    void stub().note("c");
    await advance(100);
    expect(notes()).toEqual(["wakes", "a", "c"]);
    expect(object().errors).toEqual([]);
  });

  it("that fails while an object wakes lets the next call wake it", async () => {
    const { runtime, stub, object, notes, advance } = await createToySetup();
    runtime.writes.failures = 100;
    const first = ending(stub().note("a"));
    await advance(100);
    runtime.writes.failures = 0;
    const second = ending(stub().note("b"));
    await advance(100);
    expect([first(), second()]).toEqual([expect.stringMatching(/SQLITE_IOERR/), "answered 1"]);
    expect([notes(), object().errors]).toEqual([["wakes", "b"], []]);
  });
});

describe("a socket", () => {
  it("gets answers to its pings while the object is evicted", async () => {
    const { stub, object, notes, connect, advance } = await createToySetup();
    const { end, received } = await connect();
    object().evict();
    end.send("ping");
    await advance(100);
    expect(received).toEqual(["pong"]);
    expect(notes()).toEqual(["wakes"]);
    const pinged = stub().pinged();
    await advance(100);
    expect(await pinged).toEqual([expect.any(Number)]);
  });

  it("that the object closed is listed until the peer has answered", async () => {
    const { stub, notes, connect, advance } = await createToySetup();
    const { end, received } = await connect();
    end.send("close me");
    await advance(100);
    const before = stub().pinged();
    await advance(100);
    end.close({ code: 4000, reason: "" });
    await advance(100);
    const after = stub().pinged();
    await advance(100);
    expect(received).toEqual(["closed 4000"]);
    expect([await before, await after]).toEqual([[null], []]);
    expect(notes()).toContain("closed 4000");
  });

  it("accepts attachments up to 16 KiB", async () => {
    const { stub, connect, advance } = await createToySetup();
    await connect();
    const small = ending(stub().attach(16_000));
    const large = ending(stub().attach(16_384));
    await advance(100);
    expect([small(), large()]).toEqual(["answered undefined", expect.stringMatching(/16,384 bytes/)]);
  });
});

describe("the worker's isolate", () => {
  it("holds sockets of objects and of clients", async () => {
    const { notes, connect, advance } = await createToySetup();
    const { end, received } = await connect("relayed");
    end.send("close me");
    await advance(100);
    expect(notes()).toContain('received close me with {"from":"before"}');
    expect(received).toEqual(["the object closed 4000"]);
  });

  it("ends with its requests and with the sockets that it holds; another one takes its place", async () => {
    const { runtime, notes, connect, advance } = await createToySetup();
    const direct = await connect();
    const relayed = await connect("relayed");
    const request = ending(runtime.fetch(new Request("https://edge.simulated/never")));
    await advance(100);
    runtime.endIsolate();
    await advance(100);
    expect([request(), direct.received, relayed.received]).toEqual([
      "failed: Network connection lost.",
      [],
      ["closed 1006"],
    ]);
    expect(notes().at(-1)).toBe("closed 1006");
    const next = ending(runtime.fetch(new Request("https://edge.simulated/")));
    await advance(100);
    expect(next()).toMatch(/answered/);
  });
});

describe("a simulation", () => {
  it("executes the same steps for the same seed", async () => {
    const courseOf = async (seed: number) => {
      const { clock, runtime, stub, advance } = await createToySetup(seed);
      Object.assign(runtime.calls, { least: 1, most: 500, failures: 30 });
      for (let index = 0; index < 30; index++)
        stub()
          .note(`call ${index}`)
          .catch(() => {});
      await advance(3000);
      return clock.steps().join("\n");
    };
    expect(await courseOf(7)).toBe(await courseOf(7));
    expect(await courseOf(7)).not.toBe(await courseOf(8));
  });
});
