/**
 * One manager's connection, without its socket: request text in, answer text out. As on the real thing nothing is told before the login,
 * a wrong password ends the session, and an unknown action is refused.
 */
import { createHash } from "node:crypto";
import { callAction } from "./call-actions.ts";
import { parseFilter, passes } from "./filter.ts";
import { listOf } from "./lists.ts";
import { type Answer, addMember, pauseMember, removeMember, resetQueues, setPenalty } from "./members.ts";
import { targetOf } from "./outgoing.ts";
import { type Packet, renderPacket } from "./packet.ts";
import { commandList, may } from "./rights.ts";
import type { World } from "./world.ts";

export const banner = "Asterisk Call Manager/11.0.0\r\n";
const maxRequestBytes = 64 * 1024;

/** `write`: the classes of actions that it may use; all, if absent. */
export type Account = Readonly<{ username: string; secret: string; write?: readonly string[] }>;
export type Request = ReadonlyMap<string, string>;

export type Session = Readonly<{
  /** Takes bytes from the manager as they come. */
  receive: (text: string) => void;
  /** Passes a live event on, if this session wants it. */
  tell: (event: Packet) => void;
}>;

/** What a session needs of the PBX. `change` runs an action, and what it leads to reaches all sessions after the answer. */
export type SessionHost = Readonly<{
  account: Account;
  world: World;
  challenge: string;
  send: (text: string) => void;
  close: () => void;
  change: (action: () => void) => void;
  /** Every action that this account may use, for tests to count. */
  onAction: (request: Request) => void;
}>;

export function createSession(host: SessionHost): Session {
  const { world } = host;
  const { write = ["all"] } = host.account;
  let pending = "";
  let isLoggedIn = false;
  let mask: ReadonlySet<string> | "all" = "all";
  const filters: RegExp[] = [];

  const answer = (request: Request, response: string, rest: Packet) => {
    const actionId = request.get("actionid");
    const id: Packet = actionId === undefined ? [] : [["ActionID", actionId]];
    host.send(renderPacket([["Response", response], ...id, ...rest]));
  };
  const tell = (event: Packet) => {
    const eventClass = String(event[1]?.[1] ?? "").split(",", 1)[0] ?? "";
    const text = renderPacket(event);
    if (isLoggedIn && (mask === "all" || mask.has(eventClass)) && passes(filters, text)) host.send(text);
  };
  const login = (request: Request) => {
    const { username, secret } = host.account;
    const digest = createHash("md5")
      .update(host.challenge + secret)
      .digest("hex");
    const isRight = request.has("key") ? request.get("key") === digest : request.get("secret") === secret;
    if (request.get("username") !== username || !isRight) {
      answer(request, "Error", [["Message", "Authentication failed"]]);
      host.close();
      return;
    }
    isLoggedIn = true;
    answer(request, "Success", [["Message", "Authentication accepted"]]);
    const uptime = Math.floor((world.now - world.startedAt) / 1000);
    tell(fullyBooted(uptime));
  };
  const setMask = (request: Request) => {
    const wish = (request.get("eventmask") ?? "on").toLowerCase();
    mask = wish === "on" || wish === "all" ? "all" : new Set(wish === "off" ? [] : wish.split(","));
    answer(request, "Success", [["Events", wish === "off" ? "Off" : "On"]]);
  };
  const addFilter = (request: Request) => {
    const filter = parseFilter(request.get("filter") ?? "");
    if (filter) filters.push(filter);
    answer(request, filter ? "Success" : "Error", [
      ["Message", filter ? "Filter added successfully" : "Filter did not compile"],
    ]);
  };
  const onRequest = (request: Request) => {
    const action = (request.get("action") ?? "").toLowerCase();
    if (action === "") answer(request, "Error", [["Message", "Missing action in request"]]);
    else if (action === "challenge") answer(request, "Success", [["Challenge", host.challenge]]);
    else if (action === "login") login(request);
    else if (action === "logoff") {
      answer(request, "Goodbye", [["Message", "Thanks for all the fish."]]);
      host.close();
    } else if (!isLoggedIn) answer(request, "Error", [["Message", "Permission denied"]]);
    else if (action === "events") setMask(request);
    else if (!may(write, action)) answer(request, "Error", [["Message", "Permission denied"]]);
    else if (action === "filter") addFilter(request);
    else if (action === "listcommands") answer(request, "Success", commandList(write));
    else {
      host.onAction(request);
      host.change(() => perform(world, request, (response, rest) => answer(request, response, rest), host.send));
    }
  };
  return {
    tell,
    receive: (text) => {
      pending += text;
      if (pending.length > maxRequestBytes) host.close();
      const requests = pending.split("\r\n\r\n");
      pending = requests.pop() ?? "";
      for (const lines of requests) onRequest(parseRequest(lines));
    },
  };
}

/** Header names in lower case, for Asterisk does not mind. */
export function parseRequest(lines: string): Request {
  const request = new Map<string, string>();
  for (const line of lines.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) request.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return request;
}

export function fullyBooted(uptime: number): Packet {
  return [
    ["Event", "FullyBooted"],
    ["Privilege", "system,all"],
    ["Uptime", uptime],
    ["LastReload", uptime],
    ["Status", "Fully Booted"],
  ];
}

type Answering = (response: string, rest: Packet) => void;

function perform(world: World, request: Request, answer: Answering, send: (text: string) => void): void {
  const action = request.get("action") ?? "";
  const list = listOf(world, action);
  if (list) {
    sendList(list, request.get("actionid"), answer, send);
    return;
  }
  const outcome: (Answer & { later?: () => void }) | undefined =
    administer(world, action.toLowerCase(), request) ?? callAction(world, action.toLowerCase(), request);
  if (outcome) {
    answer(outcome.ok ? "Success" : "Error", [["Message", outcome.message]]);
    outcome.later?.();
  } else answerQuestion(world, action, request, answer);
}

function sendList(
  { message, complete, actionIdFirst, items }: NonNullable<ReturnType<typeof listOf>>,
  actionId: string | undefined,
  answer: Answering,
  send: (text: string) => void,
): void {
  const id: Packet = actionId === undefined ? [] : [["ActionID", actionId]];
  answer("Success", [
    ["EventList", "start"],
    ["Message", message],
  ]);
  for (const [event, ...rest] of items)
    if (event) send(renderPacket(actionIdFirst ? [event, ...id, ...rest] : [event, ...rest, ...id]));
  send(renderPacket([["Event", complete], ...id, ["EventList", "Complete"], ["ListItems", items.length]]));
}

/** Undefined for an action that is none of these. */
function administer(world: World, action: string, request: Request): Answer | undefined {
  const memberInterface = request.get("interface") ?? "";
  const queue = request.get("queue") ?? "";
  const paused = /^(?:1|y|yes|t|true|on)$/i.test(request.get("paused") ?? "");
  switch (action) {
    case "queueadd": {
      const name = request.get("membername") ?? "";
      const penalty = Number(request.get("penalty")) || 0;
      return addMember(world, { queue, memberInterface, name, penalty, paused, reason: request.get("reason") ?? "" });
    }
    case "queueremove":
      return removeMember(world, queue, memberInterface);
    case "queuepause":
      if (memberInterface === "" || !request.has("paused"))
        return { ok: false, message: "Need 'Interface' and 'Paused' parameters." };
      return pauseMember(world, queue || null, memberInterface, paused, request.get("reason") ?? "");
    case "queuepenalty":
      return setPenalty(world, queue || null, memberInterface, Number(request.get("penalty")) || 0);
    case "queuereset":
      return resetQueues(world, queue || null);
    default:
      return undefined;
  }
}

function answerQuestion(world: World, action: string, request: Request, answer: Answering): void {
  switch (action.toLowerCase()) {
    case "ping":
      answer("Success", [
        ["Ping", "Pong"],
        ["Timestamp", (world.now / 1000).toFixed(6)],
      ]);
      break;
    case "coresettings":
      answer("Success", coreSettings);
      break;
    case "corestatus":
      answer("Success", coreStatus(world));
      break;
    case "getvar":
      answerVariable(world, request, answer);
      break;
    default:
      answer("Error", [
        ["Message", `Invalid/unknown command: ${action}. Use Action: ListCommands to show available commands.`],
      ]);
  }
}

const coreSettings: Packet = [
  ["AMIversion", "11.0.0"],
  ["AsteriskVersion", "22.10.1 (simulated)"],
  ["SystemName", ""],
  ["CoreMaxCalls", 0],
];

function coreStatus(world: World): Packet {
  const [date = "", time = ""] = new Date(world.startedAt).toISOString().split("T");
  return [
    ["CoreStartupDate", date],
    ["CoreStartupTime", time.slice(0, 8)],
    ["CoreReloadDate", date],
    ["CoreReloadTime", time.slice(0, 8)],
    ["CoreCurrentCalls", world.calls.size],
    ["CoreProcessedCalls", world.nextSerial],
  ];
}

/** The variable and the function that the connector asks for. */
function answerVariable(world: World, request: Request, answer: Answering): void {
  const name = request.get("variable") ?? "";
  const exten = /^DIALPLAN_EXISTS\([^,]*,([^,]*),1\)$/.exec(name)?.[1];
  if (exten !== undefined) {
    answer("Success", [
      ["Variable", name],
      ["Value", targetOf(world, exten) ? 1 : 0],
    ]);
    return;
  }
  const channel = [...world.channels].find((one) => one.name === request.get("channel"));
  if (!channel) answer("Error", [["Message", "No such channel"]]);
  else
    answer("Success", [
      ["Variable", name],
      ["Value", name === "MIXMONITOR_FILENAME" ? (channel.recording ?? "") : ""],
    ]);
}
