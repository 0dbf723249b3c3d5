/**
 * The shell of a subscription, of one site or of several: it gives the machine its streams, timers and random numbers,
 * and calls the caller's handlers.
 */
import type { SiteEvent } from "../protocol/event.ts";
import type { LinkState } from "../protocol/link.ts";
import type { FeedOutput, MachineInput, MachineOutput, SubscriptionStatus } from "./machine-io.ts";
import type { Changes } from "./mirror.ts";
import type { Platform } from "./platform.ts";
import type { OpenStream, Stream, StreamRequest } from "./stream.ts";
import { oneSite, type SubscriptionMachine } from "./subscription-machine.ts";

/** Those of a caller, with the site as last argument. */
type FeedHandlers = Readonly<{
  onChange?: (changes: Changes, site: string) => void;
  onOccurrence?: (event: SiteEvent, site: string) => void;
  onGap?: (site: string) => void;
  /** `asOf` is null only in a stream of several sites. */
  onLink?: (link: LinkState, asOf: number, site: string) => void;
  onStatus?: (status: SubscriptionStatus) => void;
}>;

/** Starts a stream and keeps it open until `close`. No handler is called before this function has returned. */
export function runSubscription(
  platform: Platform,
  open: OpenStream,
  machine: SubscriptionMachine,
  { path, query, names }: Omit<StreamRequest, "freshToken">,
  handlers: FeedHandlers,
) {
  let stream: Stream | undefined;
  let cancelTimer = (): void => {};
  let ignoreWake = (): void => {};

  function connect(since: string | null, freshToken: boolean): void {
    const request = { path, query: { ...query, since: since ?? undefined }, names, freshToken };
    stream = open(request, {
      onFrame: (text) => handle({ kind: "frame", text, ...tick() }),
      onActivity: () => handle({ kind: "activity", steadyMs: platform.now() }),
      onEnded: (end) => handle({ kind: "ended", end, ...tick() }),
    });
  }

  function handle(input: MachineInput): void {
    for (const output of machine.handle(input)) perform(output);
    cancelTimer();
    const due = machine.nextDueAt();
    if (due === null) ignoreWake();
    else cancelTimer = platform.setTimer(Math.max(0, due - platform.now()), () => handle({ kind: "due", ...tick() }));
  }

  function perform(output: MachineOutput): void {
    switch (output.kind) {
      case "connect":
        // The status handler may have closed the subscription just before. A stream opened now would never be closed.
        if (machine.status.kind === "connecting") connect(output.since, output.freshToken);
        break;
      case "acknowledge":
        stream?.acknowledge(output.cursor);
        break;
      case "ping":
        stream?.ping();
        break;
      case "disconnect":
        stream?.close();
        break;
      case "status":
        callSafely(platform, () => handlers.onStatus?.(output.status));
        break;
      default:
        // A handler may have closed the subscription in the middle of a frame. The rest of the frame is then dropped.
        if (machine.status.kind !== "stopped") callSafely(platform, () => callHandler(handlers, output));
    }
  }

  const tick = () => ({ steadyMs: platform.now(), random: platform.random() });
  ignoreWake = platform.onWake(() =>
    handle({ kind: "wake", steadyMs: platform.now(), canPing: stream?.answersPings ?? false }),
  );
  // Deferred, so that the caller has the returned object before the first handler is called.
  cancelTimer = platform.setTimer(0, () => handle({ kind: "due", ...tick() }));
  return {
    status: () => machine.status,
    cursor: () => machine.cursor,
    close: () => handle({ kind: "close" }),
  };
}

function callHandler(handlers: FeedHandlers, output: FeedOutput & Readonly<{ site?: string }>): unknown {
  const site = output.site ?? oneSite;
  switch (output.kind) {
    case "changed":
      return handlers.onChange?.(output.changes, site);
    case "occurred":
      return handlers.onOccurrence?.(output.event, site);
    case "gap":
      return handlers.onGap?.(site);
    case "link":
      // Only a stream of several sites has a link without a time, and its handler takes one.
      return handlers.onLink?.(output.link, output.asOf as number, site);
  }
}

/**
 * Reports what a handler throws or rejects with: an error of the caller must stop neither the stream nor the process.
 */
function callSafely(platform: Platform, call: () => unknown): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(platform.reportError);
  } catch (error) {
    platform.reportError(error);
  }
}
