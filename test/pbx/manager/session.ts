/**
 * One manager's connection without its socket: text of actions in, text of responses and events out. As in Asterisk, no
 * event is sent before the login, a wrong password ends the session, and an unknown action is refused.
 */
import { createHash } from "node:crypto";
import { type Packet, renderPacket } from "../packet.ts";
import type { PbxState } from "../state.ts";
import { type Filter, parseFilter, passes } from "./filter.ts";
import type { Journal } from "./journal.ts";
import { perform, type Respond } from "./perform.ts";
import { type ActionRequest, parseRequest } from "./request.ts";
import { commandList, isPermitted } from "./rights.ts";

export const banner = "Asterisk Call Manager/11.0.0\r\n";
const maxRequestBytes = 64 * 1024;

/** `write`: the account's write classes; all, if absent. */
export type ManagerAccount = Readonly<{ username: string; secret: string; write?: readonly string[] }>;

export type ManagerSession = Readonly<{
  /** Takes text from the manager, in pieces of any size. */
  receive: (text: string) => void;
  /** Sends a live event if the session's event mask and filters let it pass. */
  deliver: (event: Packet) => void;
}>;

/**
 * What a session needs from the server. `change` runs an action and then sends the events that it caused to all
 * sessions.
 */
export type ManagerSessionPorts = Readonly<{
  account: ManagerAccount;
  state: PbxState;
  challenge: string;
  send: (text: string) => void;
  close: () => void;
  change: (action: () => void) => void;
  journal: Journal;
}>;

export function createManagerSession(host: ManagerSessionPorts): ManagerSession {
  const { state } = host;
  const { write = ["all"] } = host.account;
  let pending = "";
  let isLoggedIn = false;
  let mask: ReadonlySet<string> | "all" = "all";
  const filters: Filter[] = [];

  const responder = (request: ActionRequest, send: (text: string) => void): Respond => {
    const actionId = request.get("ActionID");
    const id: Packet = actionId === undefined ? [] : [["ActionID", actionId]];
    return (response, rest) => send(renderPacket([["Response", response], ...id, ...rest]));
  };
  const deliver = (event: Packet) => {
    const eventClass = String(event[1]?.[1] ?? "").split(",", 1)[0] ?? "";
    const text = renderPacket(event);
    if (isLoggedIn && (mask === "all" || mask.has(eventClass)) && passes(filters, text)) host.send(text);
  };
  const login = (request: ActionRequest, answer: Respond) => {
    const { username, secret } = host.account;
    const digest = createHash("md5")
      .update(host.challenge + secret)
      .digest("hex");
    const isRight = request.has("Key") ? request.get("Key") === digest : request.get("Secret") === secret;
    if (request.get("Username") !== username || !isRight) {
      answer("Error", [["Message", "Authentication failed"]]);
      host.close();
      return;
    }
    isLoggedIn = true;
    answer("Success", [["Message", "Authentication accepted"]]);
    const uptime = Math.floor((state.now - state.startedAt) / 1000);
    deliver(fullyBooted(uptime));
  };
  const setMask = (request: ActionRequest, answer: Respond) => {
    const selected = (request.get("EventMask") ?? "on").toLowerCase();
    mask = selected === "on" || selected === "all" ? "all" : new Set(selected === "off" ? [] : selected.split(","));
    answer("Success", [["Events", selected === "off" ? "Off" : "On"]]);
  };
  const addFilter = (request: ActionRequest, answer: Respond) => {
    const filter = parseFilter(request.get("Filter") ?? "");
    if (filter) filters.push(filter);
    answer(filter ? "Success" : "Error", [
      ["Message", filter ? "Filter added successfully" : "Filter did not compile"],
    ]);
  };
  const handleBeforeLogin = (request: ActionRequest, action: string) => {
    const answer = responder(request, host.send);
    if (action === "") answer("Error", [["Message", "Missing action in request"]]);
    else if (action === "challenge") answer("Success", [["Challenge", host.challenge]]);
    else if (action === "login") login(request, answer);
    else if (action === "logoff") {
      answer("Goodbye", [["Message", "Thanks for all the fish."]]);
      host.close();
    } else return false;
    return true;
  };
  const handleRequest = (request: ActionRequest) => {
    const action = (request.get("Action") ?? "").toLowerCase();
    if (handleBeforeLogin(request, action)) return;
    const send = isLoggedIn ? host.journal.note(request, host.send) : host.send;
    const answer = responder(request, send);
    if (!isLoggedIn || !isPermitted(write, action)) answer("Error", [["Message", "Permission denied"]]);
    else if (action === "events") setMask(request, answer);
    else if (action === "filter") addFilter(request, answer);
    else if (action === "listcommands") answer("Success", commandList(write));
    else host.change(() => perform(state, request, answer, send));
  };
  return {
    deliver,
    receive: (text) => {
      pending += text;
      if (pending.length > maxRequestBytes) host.close();
      const requests = pending.split("\r\n\r\n");
      pending = requests.pop() ?? "";
      for (const lines of requests) handleRequest(parseRequest(lines));
    },
  };
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
