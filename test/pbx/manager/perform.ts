/** The AMI actions of a manager that is logged in, answered as Asterisk answers them. */

import { destinationOf } from "../calls/dialplan.ts";
import { type Packet, renderPacket } from "../packet.ts";
import type { PbxState } from "../state.ts";
import { variableOf } from "../variables.ts";
import { type CallActionResult, callAction } from "./call-actions.ts";
import { listOf } from "./lists.ts";
import { queueAction } from "./queue-actions.ts";
import type { ActionRequest } from "./request.ts";
import { talkAction } from "./talk-actions.ts";

export type Respond = (response: string, rest: Packet) => void;

/** Calls `answer` once. A list's items and its end are then passed to `send`. */
export function perform(state: PbxState, request: ActionRequest, answer: Respond, send: (text: string) => void): void {
  const action = request.get("Action") ?? "";
  const list = listOf(state, action, request);
  if (list) {
    sendList(list, request.get("ActionID"), answer, send);
    return;
  }
  const name = action.toLowerCase();
  const outcome: CallActionResult | undefined =
    queueAction(state, name, request) ?? callAction(state, name, request) ?? talkAction(state, name, request);
  if (outcome) {
    answer(outcome.ok ? "Success" : "Error", [["Message", outcome.message]]);
    outcome.afterAnswer?.();
  } else answerQuestion(state, action, request, answer);
}

function sendList(
  { message, complete, actionIdFirst, items }: NonNullable<ReturnType<typeof listOf>>,
  actionId: string | undefined,
  answer: Respond,
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

function answerQuestion(state: PbxState, action: string, request: ActionRequest, answer: Respond): void {
  switch (action.toLowerCase()) {
    case "ping":
      answer("Success", [
        ["Ping", "Pong"],
        ["Timestamp", (state.now / 1000).toFixed(6)],
      ]);
      break;
    case "coresettings":
      answer("Success", coreSettings);
      break;
    case "corestatus":
      answer("Success", coreStatus(state));
      break;
    case "getvar":
      answerVariable(state, request, answer);
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

function coreStatus(state: PbxState): Packet {
  const [date = "", time = ""] = new Date(state.startedAt).toISOString().split("T");
  return [
    ["CoreStartupDate", date],
    ["CoreStartupTime", time.slice(0, 8)],
    ["CoreReloadDate", date],
    ["CoreReloadTime", time.slice(0, 8)],
    ["CoreCurrentCalls", state.calls.size],
    ["CoreProcessedCalls", state.nextSerial],
  ];
}

/** Getvar: DIALPLAN_EXISTS, MIXMONITOR_FILENAME, or a variable of a channel. */
function answerVariable(state: PbxState, request: ActionRequest, answer: Respond): void {
  const name = request.get("Variable") ?? "";
  const wanted = request.get("Channel");
  const channel = [...state.channels].find((one) => one.name === wanted || one.uniqueId === wanted);
  const [, context, exten] = /^DIALPLAN_EXISTS\(([^,]*),([^,]*),1\)$/.exec(name) ?? [];
  const answerValue = (value: string | number) =>
    answer("Success", [
      ["Variable", name],
      ["Value", value],
    ]);
  if (name === "") answer("Error", [["Message", "No variable specified"]]);
  else if (wanted !== undefined && !channel) answer("Error", [["Message", "No such channel"]]);
  else if (context !== undefined && exten !== undefined) answerValue(destinationOf(state, context, exten) ? 1 : 0);
  else if (name === "MIXMONITOR_FILENAME") answerValue(channel?.recording ?? "");
  else answerValue((channel && variableOf(channel.variables, name)) ?? "");
}
