/** A connector as the site sees it, for tests: speaks the uplink's frames over a real socket and waits for each to be durable. */
import { exports } from "cloudflare:workers";
import { type LinkState, type SiteFrame, uplinkProtocol } from "@pbxis/shared";
import { Inbox } from "./inbox.ts";
import { signToken } from "./token.ts";

/** Events as tests write them; the site's own schema checks them. */
export type LooseEvent = Readonly<Record<string, unknown>>;

export class TestUplink {
  readonly #socket: WebSocket;
  readonly #inbox: Inbox;
  #sequence = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#inbox = new Inbox(socket);
  }

  /** Connects and tells a first snapshot. */
  static async start(site: string, states: readonly LooseEvent[] = [], startedAt = Date.now()): Promise<TestUplink> {
    const token = await signToken({ site, role: "connector" });
    const response = await exports.default.fetch(`https://edge.test/v1/sites/${site}/connector`, {
      headers: { upgrade: "websocket", authorization: `Bearer ${token}` },
    });
    if (!response.webSocket) throw new Error(`no uplink: ${response.status} ${await response.text()}`);
    const uplink = new TestUplink(response.webSocket);
    const epoch = crypto.randomUUID().replaceAll("-", "");
    uplink.#say({ type: "hello", protocol: uplinkProtocol, epoch, startedAt, connectorVersion: "test" });
    await uplink.#heard("welcome");
    await uplink.snapshot(states);
    return uplink;
  }

  /** `lost` begins a new epoch at the site (UP6). */
  async snapshot(events: readonly LooseEvent[], lost = 0): Promise<void> {
    await this.#tell({ type: "snapshot", more: false, lost, ami: amiUp, events });
  }

  async events(...events: readonly LooseEvent[]): Promise<void> {
    await this.#tell({ type: "events", events });
  }

  async link(link: Exclude<LinkState, "offline">): Promise<void> {
    await this.#tell({ type: "link", ami: { ...amiUp, up: link === "up" } });
  }

  close(): void {
    this.#socket.close(1000, "done");
  }

  async #tell(frame: LooseEvent): Promise<void> {
    this.#sequence += 1;
    this.#say({ ...frame, sequence: this.#sequence });
    const ack = await this.#heard("ack");
    if (ack.through !== this.#sequence) throw new Error(`${this.#sequence} was sent, ${ack.through} acknowledged`);
  }

  #say(frame: LooseEvent): void {
    this.#socket.send(JSON.stringify(frame));
  }

  async #heard<Type extends SiteFrame["type"]>(type: Type): Promise<Extract<SiteFrame, { type: Type }>> {
    const frame: SiteFrame = JSON.parse(await this.#inbox.text());
    if (!isOfType(frame, type)) throw new Error(`expected ${type}, heard ${JSON.stringify(frame)}`);
    return frame;
  }
}

function isOfType<Type extends SiteFrame["type"]>(
  frame: SiteFrame,
  type: Type,
): frame is Extract<SiteFrame, { type: Type }> {
  return frame.type === type;
}

const amiUp = { up: true, asOf: 1, asteriskVersion: "22.10.1" };
