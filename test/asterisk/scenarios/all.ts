/** Every scenario, in the order they are played. */
import { answered } from "./answered.ts";
import { attendedTransfer } from "./attended-transfer.ts";
import { callers } from "./callers.ts";
import { commands } from "./commands.ts";
import { connectorRestarts } from "./connector-restart.ts";
import { day } from "./day.ts";
import { direct } from "./direct.ts";
import { disruption } from "./disruption.ts";
import { doctors, freepbxDoctors } from "./doctor.ts";
import { givenAway } from "./freepbx/given-away.ts";
import { localLegs } from "./freepbx/local-legs.ts";
import { freepbxMembers } from "./freepbx/members.ts";
import { freepbxOriginates } from "./freepbx/originates.ts";
import { phones } from "./freepbx/phones.ts";
import { queueCalls } from "./freepbx/queue-calls.ts";
import { styles } from "./freepbx/styles.ts";
import { hold } from "./hold.ts";
import { freepbxInCall, inCall } from "./in-call.ts";
import { localMembers } from "./local-members.ts";
import { members } from "./members.ts";
import { originates } from "./originate.ts";
import { localOriginates } from "./originate-local.ts";
import { parking } from "./parking.ts";
import { queueCommands } from "./queue-commands.ts";
import { queueEnds } from "./queue-ends.ts";
import { queueLogs } from "./queue-log.ts";
import { redaction } from "./redaction.ts";
import { requeue } from "./requeue.ts";
import { rights } from "./rights.ts";
import type { Scenario } from "./scenario.ts";
import { severalSites } from "./several-sites.ts";
import { supervision } from "./supervision.ts";
import { transfer } from "./transfer.ts";
import { unanswered } from "./unanswered.ts";
import { volume } from "./volume.ts";
import { wrapUp } from "./wrap-up.ts";

export const scenarios: readonly Scenario[] = [
  ...answered,
  ...unanswered,
  ...queueEnds,
  ...callers,
  ...members,
  ...wrapUp,
  ...hold,
  ...day,
  ...transfer,
  ...localMembers,
  ...requeue,
  ...parking,
  ...direct,
  ...originates,
  ...localOriginates,
  ...commands,
  ...queueCommands,
  ...inCall,
  ...supervision,
  ...attendedTransfer,
  ...rights,
  ...doctors,
  ...disruption,
  ...connectorRestarts,
  ...queueLogs,
  ...redaction,
  ...severalSites,
  ...volume,
];

/** Those that are played on the installation in the style of FreePBX. */
export const freepbxScenarios: readonly Scenario[] = [
  ...freepbxMembers,
  ...givenAway,
  ...localLegs,
  ...queueCalls,
  ...styles,
  ...freepbxOriginates,
  ...phones,
  ...freepbxDoctors,
  ...freepbxInCall,
];
