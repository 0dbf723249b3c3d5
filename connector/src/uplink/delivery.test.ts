/**
 * Properties of outbox and session against a tiny model of the site, over a network that may break between any two
 * messages: each occurrence arrives exactly once and in order, and the states converge.
 */
import {
  applyEvent,
  ConnectorFrame,
  type SiteEvent,
  type StateMap,
  stateKey,
  stateMapOf,
  uplinkProtocol,
} from "@pbxis/shared";
import fc from "fast-check";
import { expect, it } from "vitest";
import { amiDown, amiUp, count, occurrence } from "../testing/uplink-samples.ts";
import { type OutboxLimits, outboxLimits } from "./frame-fit.ts";
import { Outbox } from "./outbox.ts";
import { createSession, nextDueAt, stepSession, type UplinkSession } from "./session.ts";
import type { SessionInput } from "./session-io.ts";

/** What the site has of one epoch, by UP2, UP4 and UP5. */
type SiteModel = {
  through: number | null;
  states: StateMap;
  parts: SiteEvent[];
  occurrences: SiteEvent[];
  amiUp: boolean | null;
  lost: number;
};

type Chain = {
  session: UplinkSession;
  now: number;
  /** The states that the connector would put into a snapshot. */
  known: StateMap;
  amiUp: boolean;
  up: string[];
  down: string[];
  site: SiteModel;
};

/** Small frames, so that snapshots come in parts. */
const limits = { ...outboxLimits, frameEvents: 3 };

function createChain(outboxLimits: OutboxLimits): Chain {
  const session = createSession({ epoch: "k3", startedAt: 0, connectorVersion: "0" }, 0, new Outbox(outboxLimits));
  const site: SiteModel = { through: null, states: new Map(), parts: [], occurrences: [], amiUp: null, lost: 0 };
  return { session, now: 0, known: new Map(), amiUp: true, up: [], down: [], site };
}

function feedSession(chain: Chain, input: SessionInput): void {
  const { session, outputs } = stepSession(chain.session, input);
  chain.session = session;
  for (const output of outputs) {
    if (output.kind === "send") chain.up.push(output.text);
    if (output.kind === "connect") feedSession(chain, { kind: "opened", at: chain.now });
    if (output.kind === "snapshotDue")
      feedSession(chain, {
        kind: "snapshot",
        at: chain.now,
        events: [...chain.known.values()],
        ami: chain.amiUp ? amiUp : amiDown,
      });
    if (output.kind === "cut") throw new Error(`the session cut the connection: ${output.reason}`);
  }
}

function answerOf(site: SiteModel, frame: ConnectorFrame): object {
  if (frame.type === "hello") return { type: "welcome", protocol: uplinkProtocol, through: site.through, at: 0 };
  if (frame.type === "outcome" || frame.type === "report") throw new Error("no command was sent");
  const fresh = site.through === null ? frame.type === "snapshot" : frame.sequence === site.through + 1;
  if (!fresh && !(site.through !== null && frame.sequence <= site.through)) throw new Error("out of order");
  if (fresh) {
    site.through = frame.sequence;
    if (frame.type === "link") site.amiUp = frame.ami.up;
    else if (frame.type === "snapshot") {
      site.parts.push(...frame.events);
      if (!frame.more) {
        site.states = stateMapOf(site.parts);
        site.parts = [];
        site.amiUp = frame.ami.up;
        site.lost += frame.lost;
      }
    } else
      for (const event of frame.events) {
        applyEvent(site.states, event);
        if (stateKey(event) === undefined) site.occurrences.push(event);
      }
  }
  return { type: "ack", through: site.through };
}

const moves = {
  /** Time passes until the session is due. */
  time: (chain: Chain) => {
    chain.now = Math.max(chain.now, nextDueAt(chain.session) ?? 0);
    const { phase } = chain.session;
    if (phase.kind === "waiting") feedSession(chain, { kind: "due", at: chain.now, random: 0.5 });
  },
  /** One message reaches the site. */
  up: (chain: Chain) => {
    const text = chain.up.shift();
    if (text !== undefined)
      chain.down.push(JSON.stringify(answerOf(chain.site, ConnectorFrame.parse(JSON.parse(text)))));
  },
  /** One message reaches the connector. */
  down: (chain: Chain) => {
    const text = chain.down.shift();
    if (text !== undefined) feedSession(chain, { kind: "message", text, at: chain.now, random: 0.5 });
  },
  /** The connection breaks: messages under way, in both directions, are lost. */
  cut: (chain: Chain) => {
    chain.up = [];
    chain.down = [];
    feedSession(chain, {
      kind: "ended",
      ending: { kind: "closed", code: 1006, reason: "" },
      at: chain.now,
      random: 0.5,
    });
  },
  /**
   * The site forgets the epoch, but keeps what is durable. Not if it has a frame whose acknowledgement is under way.
   */
  forget: (chain: Chain) => {
    const { inFlight } = chain.session.outbox;
    if (inFlight && inFlight.sequence <= (chain.site.through ?? 0)) return;
    chain.site.through = null;
    chain.site.parts = [];
    moves.cut(chain);
  },
};

type Move =
  | Readonly<{ kind: keyof typeof moves }>
  | Readonly<{ kind: "state"; queue: string; value: number }>
  | Readonly<{ kind: "occurrence" }>
  | Readonly<{ kind: "link"; up: boolean }>;

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Move>({ kind: "time" }, { kind: "up" }, { kind: "down" }) },
  { weight: 1, arbitrary: fc.constantFrom<Move>({ kind: "cut" }, { kind: "cut" }, { kind: "forget" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("state" as const),
      queue: fc.constantFrom("a", "b", "c", "d", "e"),
      value: fc.nat(9),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Move>({ kind: "occurrence" }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("link" as const), up: fc.boolean() }) },
);

function settle(chain: Chain): void {
  for (let round = 0; round < 1_000; round++) {
    if (chain.session.phase.kind === "waiting") moves.time(chain);
    else if (chain.up.length > 0) moves.up(chain);
    else if (chain.down.length > 0) moves.down(chain);
    else return;
  }
  throw new Error("the chain never settles");
}

/** Plays a script to its end and returns the occurrences that were pushed. */
function play(chain: Chain, script: readonly Move[]): SiteEvent[] {
  const pushed: SiteEvent[] = [];
  for (const one of script) {
    switch (one.kind) {
      case "state": {
        const event = count(one.queue, one.value);
        applyEvent(chain.known, event);
        chain.session.outbox.pushEvent(event);
        break;
      }
      case "occurrence": {
        const event = occurrence(String(pushed.length));
        pushed.push(event);
        chain.session.outbox.pushEvent(event);
        break;
      }
      case "link":
        chain.amiUp = one.up;
        chain.session.outbox.pushLink(one.up ? amiUp : amiDown);
        break;
      default:
        moves[one.kind](chain);
        continue;
    }
    feedSession(chain, { kind: "pushed", at: chain.now });
  }
  settle(chain);
  return pushed;
}

const script = fc.array(move, { maxLength: 150, size: "max" });

it("EV11 UP2 UP4 over any interleaving of pushes, acknowledgements and cuts occurrences arrive exactly once, in order, and states converge", () => {
  fc.assert(
    fc.property(script, (moves) => {
      const chain = createChain(limits);
      const pushed = play(chain, moves);
      expect(chain.site.occurrences).toEqual(pushed);
      expect(chain.site.states).toEqual(chain.known);
      expect(chain.site.amiUp).toBe(chain.amiUp);
      expect(chain.site.lost).toBe(0);
    }),
    { numRuns: 300 },
  );
});

it("UP6 an outbox that is too small counts what it drops, and the rest keeps its order", () => {
  fc.assert(
    fc.property(script, (moves) => {
      const chain = createChain({ ...limits, occurrences: 2 });
      const pushed = play(chain, moves);
      const arrived = new Set(chain.site.occurrences);
      expect(chain.site.occurrences).toEqual(pushed.filter((event) => [...arrived].some((one) => same(one, event))));
      expect(chain.site.occurrences.length + chain.site.lost).toBe(pushed.length);
      expect(chain.site.states).toEqual(chain.known);
    }),
    { numRuns: 200 },
  );
});

const same = (one: SiteEvent, other: SiteEvent) => JSON.stringify(one) === JSON.stringify(other);

it("ST2 a site never sees a link change before a state that was pushed before it", () => {
  const link = fc.record({ kind: fc.constant("link" as const), up: fc.boolean() });
  fc.assert(
    fc.property(fc.nat(8), link, (before, change) => {
      const chain = createChain(limits);
      settle(chain);
      for (let index = 0; index <= before; index++) chain.session.outbox.pushEvent(count(`q${index}`, 1));
      chain.session.outbox.pushLink(change.up ? amiUp : amiDown);
      feedSession(chain, { kind: "pushed", at: chain.now });
      let seen = 0;
      while (chain.up.length + chain.down.length > 0) {
        const link = chain.up.some((text) => text.startsWith('{"type":"link"'));
        moves.up(chain);
        if (link) seen = chain.site.states.size;
        moves.down(chain);
      }
      expect(seen).toBe(before + 1);
    }),
  );
});
