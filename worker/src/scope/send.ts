/** Sends frames to connections, as far as their flow control lets it (ST4). */
import type { Cursor } from "@pbxis/shared";
import { expectAnswer } from "../rate.ts";
import type { Connection } from "./connection.ts";
import { countSent, planSend } from "./flow.ts";
import type { Pace, PlacedText } from "./resume.ts";

const encoder = new TextEncoder();

/** A frame with its size in bytes. */
export type Message = PlacedText & Readonly<{ bytes: number }>;

export function messagesOf(frames: readonly PlacedText[]): Message[] {
  return frames.map((frame) => ({ ...frame, bytes: encoder.encode(frame.text).length }));
}

/** Sends `messages` to `group`. Afterwards each is at `at`, except those that are closed, cut or held back. */
export function sendAll(group: readonly Connection[], messages: readonly Message[], at: Cursor, pace: Pace): void {
  for (const connection of group) {
    if (connection.standing.kind === "closed") continue;
    const held = messages.length > 0 && pace === "every" ? planSend(connection.flow, connection.bufferedBytes) : "send";
    if (held === "cut") {
      connection.close("resume_now");
      continue;
    }
    if (held === "hold" && connection.standing.kind === "live") {
      connection.standing = { kind: "lagging", at: connection.standing.at };
      connection.save();
      continue;
    }
    connection.standing = { kind: "live", at };
    for (const { sequence, text, bytes } of messages) {
      connection.flow = countSent(connection.flow, sequence, bytes);
      if (pace === "start") connection.flow = { ...connection.flow, first: connection.flow.first + bytes };
      connection.send(text);
      expectAnswer(connection.rate);
    }
    connection.save();
  }
}
