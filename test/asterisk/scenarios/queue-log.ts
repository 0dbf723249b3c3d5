/** PBXIS_QUEUE_LOG: what happened while AMI was cut is the same to a client as if it had not been. */
import type { TestBed } from "../test-bed.ts";
import { restartConnectors, whileDisconnected } from "./interruption.ts";
import { connectCall, device, hangUp, pauseMember, type Scenario } from "./scenario.ts";

const quinn = { number: "+14155550175", name: "Quinn" };
const rose = { number: "+14155550176", name: "Rose" };

/** A call that began before ends, a caller gives up, and a whole call comes and goes. */
async function meanwhile(bed: TestBed, first: { hangup(): Promise<void> }, waiting: { hangup(): Promise<void> }) {
  await bed.pause(1200);
  await first.hangup();
  await waiting.hangup();
  const { callerLeg } = await connectCall(bed, "5002", rose, "1003");
  await bed.pause(2000);
  await callerLeg.hangup();
}

const complete = (reason: string, talkTime: number) =>
  ({ type: "agentComplete", agent: "1003", queueName: "sales", holdTime: 1, talkTime, reason }) as const;

type Away = (bed: TestBed, meanwhile: () => Promise<void>) => Promise<void>;

const settings = (bed: TestBed) => ({ PBXIS_QUEUE_LOG: bed.lab.queueLogFile });

/** Some calls while `away` keeps the connectors from hearing of them. */
function fills(name: string, away: Away): Scenario {
  return {
    name,
    run: async (bed) => {
      await restartConnectors(bed, settings(bed));
      await pauseMember(bed, "support", "1001");
      await pauseMember(bed, "support", "1002");
      const { agentLeg } = await connectCall(bed, "5002", quinn, "1003");
      const waiting = bed.carrier.call("5001", rose);
      await waiting.until("up");
      await bed.pause(1500);
      await bed.expectStates("one talking, one waiting", { shows: { "1003": { ...quinn, queue: "sales" } } });
      await away(bed, () => meanwhile(bed, agentLeg, waiting));
      await bed.expectStates("all has ended");
      await bed.pause(1000);
      await hangUp(bed, { hangup: () => bed.carrier.hangupAll() });
      await restartConnectors(bed);
      return {
        numbers: { "1003": [quinn.number, null] },
        counts: { sales: [1, 0], support: [1, 0] },
        devices: { "1003": device.answers },
        members: { "1001@support": ["paused"], "1002@support": ["paused"] },
        occurrences: [complete("agent", 3), complete("caller", 2)],
        waitEnds: { sales: ["answered 1003", "answered 1003"], support: ["abandoned"] },
        talks: [
          { agent: "1003", queue: "sales", reason: "agent", talk: 2700, hold: null },
          { agent: "1003", queue: "sales", reason: "caller", talk: 2000, hold: null },
        ],
      };
    },
  };
}

export const queueLogs: readonly Scenario[] = [
  fills("EV16 EV23 PBXIS_QUEUE_LOG fills the time without AMI", whileDisconnected),
  fills("EV16 EV23 PBXIS_QUEUE_LOG fills the time in which the connector did not run", (bed, meanwhile) =>
    restartConnectors(bed, settings(bed), meanwhile),
  ),
];
