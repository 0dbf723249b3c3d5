/** What a manager who is logged in may ask for: lists, questions, and actions, answered as Asterisk answers them. */
import { type CallAnswer, callAction } from "./call-actions.ts";
import { destinationOf } from "./dialplan.ts";
import { listOf } from "./lists.ts";
import { type Packet, renderPacket } from "./packet.ts";
import { queueAction } from "./queue-actions.ts";
import type { Request } from "./request.ts";
import { variableOf } from "./variables.ts";
import type { World } from "./world.ts";

export type Answering = (response: string, rest: Packet) => void;

/** `answer` is called once; a list's items and its end go to `send` after it. */
export function perform(world: World, request: Request, answer: Answering, send: (text: string) => void): void {
  const action = request.get("Action") ?? "";
  const list = listOf(world, action);
  if (list) {
    sendList(list, request.get("ActionID"), answer, send);
    return;
  }
  const name = action.toLowerCase();
  const outcome: CallAnswer | undefined = queueAction(world, name, request) ?? callAction(world, name, request);
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

/** A function of the dialplan, a recording's path, or a channel's own variable. */
function answerVariable(world: World, request: Request, answer: Answering): void {
  const name = request.get("Variable") ?? "";
  const wanted = request.get("Channel");
  const channel = [...world.channels].find((one) => one.name === wanted || one.uniqueId === wanted);
  const [, context, exten] = /^DIALPLAN_EXISTS\(([^,]*),([^,]*),1\)$/.exec(name) ?? [];
  const tell = (value: string | number) =>
    answer("Success", [
      ["Variable", name],
      ["Value", value],
    ]);
  if (name === "") answer("Error", [["Message", "No variable specified"]]);
  else if (wanted !== undefined && !channel) answer("Error", [["Message", "No such channel"]]);
  else if (context !== undefined && exten !== undefined) tell(destinationOf(world, context, exten) ? 1 : 0);
  else if (name === "MIXMONITOR_FILENAME") tell(channel?.recording ?? "");
  else tell((channel && variableOf(channel.variables, name)) ?? "");
}
