/**
 * The RPC interface of a Webhook object, one for each endpoint
 * ([ADR 36](../../../docs/adr/0036-a-webhook-is-a-reader-with-an-object-of-its-own.md)).
 */
import type { DeadLetter, ReplayRequest, WebhookAttempt } from "@pbxis/shared";
import type { RouteRef, ScopeApi } from "../site/api.ts";

/** The name of an endpoint's object. */
export function webhookRef(site: string, id: string): RouteRef {
  return { kind: "webhook", name: `${site}/${id}` };
}

/** Nothing is sent again: an id that is not known, or a position that is not in the log. */
export type ReplayReply =
  | Readonly<{ kind: "replayed"; deadletters: number }>
  | Readonly<{ kind: "unknown"; id: string }>
  | Readonly<{ kind: "gone" }>;

export type TestReply = Readonly<Omit<WebhookAttempt, "at">>;

export type WebhookApi = ScopeApi & {
  attempts(): Promise<readonly WebhookAttempt[]>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  replay(request: ReplayRequest): Promise<ReplayReply>;
  /** Sends a test now, once, also to a disabled endpoint. Null if the site does not know the endpoint any more. */
  sendTest(): Promise<TestReply | null>;
  /** The endpoint is another one, or goes on: what is known of it is out of date. */
  changed(goesOn: boolean): Promise<void>;
  /** AP16: takes a caller's number out of the dead letters. Returns in how many it was. */
  erase(number: string): Promise<number>;
};
