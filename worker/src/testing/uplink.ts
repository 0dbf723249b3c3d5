/**
 * A connector as the site sees it, driven by a test: it speaks the uplink's frames over a real socket of the Site
 * object.
 */
import { env } from "cloudflare:workers";
import { type AmiStatus, type ConnectorFrame, type LinkState, type SiteFrame, uplinkProtocol } from "@pbxis/shared";
import { siteHeader } from "../site/uplink/uplink-socket.ts";
import { type Ended, Inbox } from "./inbox.ts";

export const amiUp: AmiStatus = { up: true, asOf: 5_000, asteriskVersion: "22.10.1" };
export const amiDown: AmiStatus = { up: false, asOf: 6_000, asteriskVersion: "22.10.1" };

/** An event as a test writes it; the site's own schema checks it. */
type LooseEvent = Readonly<Record<string, unknown>>;

export function hello(epoch: string, startedAt = 1_000): ConnectorFrame {
  return { type: "hello", protocol: uplinkProtocol, epoch, startedAt, connectorVersion: "0.1.0" };
}

export class TestUplink {
  readonly #socket: WebSocket;
  readonly #inbox: Inbox;
  /** The number of the last numbered frame. */
  #sequence = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#inbox = new Inbox(socket);
  }

  /** Opens an uplink without saying hello. */
  static async open(site: string, headers: Readonly<Record<string, string>> = {}): Promise<TestUplink> {
    const response = await env.SITE.getByName(site).fetch("https://site.internal/connector", {
      headers: { upgrade: "websocket", [siteHeader]: site, ...headers },
    });
    if (response.webSocket) return new TestUplink(response.webSocket);
    await response.body?.cancel();
    throw new Error(`the site answered ${response.status} instead of an uplink`);
  }

  /** Opens an uplink, says hello and sends a first snapshot. */
  static async start(
    site: string,
    events: readonly LooseEvent[] = [],
    epoch = "c1",
    startedAt = 1_000,
  ): Promise<TestUplink> {
    const uplink = await TestUplink.open(site);
    uplink.send(hello(epoch, startedAt));
    await uplink.next();
    await uplink.snapshot(events);
    return uplink;
  }

  send(frame: ConnectorFrame | string): void {
    this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** The next message of the site, frame or not. */
  text(): Promise<string> {
    return this.#inbox.text();
  }

  /** The next frame of the site; rejects if the site closes first. */
  async next(): Promise<SiteFrame> {
    return JSON.parse(await this.#inbox.text());
  }

  get closed(): Promise<Ended> {
    return this.#inbox.ended;
  }

  close(): void {
    this.#socket.close(1000, "done");
  }

  /** Sends a frame with a number of its own, and waits until the site has it on disk. */
  async store(frame: Extract<ConnectorFrame, { sequence: number }>): Promise<void> {
    await this.#store(JSON.stringify(frame), frame.sequence);
  }

  /** Sends `events` with the next number and waits until they are stored; so do `snapshot` and `link`. */
  async events(...events: readonly LooseEvent[]): Promise<void> {
    await this.#storeNext({ type: "events", events });
  }

  /** `lost` begins a new epoch at the site (UP6). */
  async snapshot(events: readonly LooseEvent[], lost = 0): Promise<void> {
    await this.#storeNext({ type: "snapshot", more: false, lost, ami: amiUp, events });
  }

  async link(link: Exclude<LinkState, "offline">): Promise<void> {
    await this.#storeNext({ type: "link", ami: { ...amiUp, up: link === "up" } });
  }

  async #storeNext(frame: LooseEvent): Promise<void> {
    const sequence = this.#sequence + 1;
    await this.#store(JSON.stringify({ ...frame, sequence }), sequence);
  }

  async #store(text: string, sequence: number): Promise<void> {
    this.#sequence = sequence;
    this.#socket.send(text);
    const answer = await this.next();
    if (answer.type !== "ack" || answer.through < sequence)
      throw new Error(`expected ack ${sequence}, got ${JSON.stringify(answer)}`);
  }
}
