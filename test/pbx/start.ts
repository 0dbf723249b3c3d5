/**
 * The simulated PBX for the demo and tests: a port to connect to, and a function for each thing that can happen on the
 * PBX.
 */
import { talksCutOff } from "./calls/channel.ts";
import { type Command, createPbx, type Pbx } from "./core.ts";
import type { Journal } from "./manager/journal.ts";
import { type PbxServer, startServer } from "./manager/server.ts";
import type { AgentConfig, Behaviour, Completed, Ended, OriginateRequest, PbxState, QueueConfig } from "./state.ts";
import { createTraffic, type Pace } from "./traffic.ts";
import type { Truth } from "./truth.ts";

export type PbxOptions = Readonly<{
  /** 0, the default: the system chooses a free port. */
  port?: number;
  host?: string;
  /** The seed of all random decisions. */
  seed?: number;
  /** Generated traffic; none, if absent. */
  pace?: Pace;
  /** Continues this PBX, with its calls and members, instead of a new one. A restart begins anew. */
  pbx?: Pbx;
  queues?: readonly QueueConfig[];
  agents?: readonly AgentConfig[];
  /** The account's write classes; all, if absent. */
  write?: readonly string[];
  /** Called for each completed queue call when its AgentComplete is sent. */
  onCompleted?: (call: Completed) => void;
  /** Called for each wait in a queue, and for each ring that was not answered, when it ends. */
  onEnded?: (ended: Ended) => void;
  /** Called whenever something may have happened. The state is the PBX's own. */
  onMoment?: (state: PbxState) => void;
}>;

export type SimulatedPbx = Readonly<{
  port: number;
  username: string;
  secret: string;
  /**
   * Returns the id of the new call, or null for an unknown queue. The other functions return whether the command was
   * possible.
   */
  call: (call: Readonly<{ queue: string; number: string; name?: string }>) => string | null;
  run: (command: Command) => boolean;
  answer: (agent: string) => boolean;
  decline: (agent: string) => boolean;
  hangup: (agent: string) => boolean;
  hold: (agent: string) => boolean;
  unhold: (agent: string) => boolean;
  abandon: (callId: string) => boolean;
  pause: (agent: string, reason?: string, queue?: string) => boolean;
  unpause: (agent: string, queue?: string) => boolean;
  add: (agent: string, queue: string, penalty?: number) => boolean;
  remove: (agent: string, queue: string) => boolean;
  redirect: (agent: string, to: string) => boolean;
  park: (agent: string) => boolean;
  retrieve: (agent: string, space: string) => boolean;
  /** One agent calls another directly. */
  direct: (agent: string, to: string) => boolean;
  truth: () => Truth;
  /** Stops the generated traffic. Existing calls stay. */
  freeze: () => void;
  /**
   * Scripts an agent's phone or an outside number. Null restores the default: agents' phones do nothing, outside
   * numbers answer.
   */
  behave: (phone: string, behaviour: Behaviour | null) => boolean;
  register: (agent: string) => boolean;
  /** Takes the phone offline; not possible during a call. */
  unregister: (agent: string) => boolean;
  /** The latest 1,000 Originate requests, with the channel variables as received. */
  originated: () => readonly OriginateRequest[];
  /** See Journal. */
  actions: Journal["actions"];
  holdAnswers: Journal["holdAnswers"];
  cutConnections: () => void;
  /** Restarts with the initial configuration: all calls and changes are lost, as in a restart of Asterisk. */
  restart: (downMs?: number) => Promise<void>;
  stop: () => Promise<void>;
}>;

export const defaultAgents: readonly AgentConfig[] = [
  { id: "1001", name: "Ann Agent" },
  { id: "1002", name: "Bob Agent" },
  { id: "1003", name: "Cid Agent" },
  { id: "1004", name: "Dee Agent" },
  { id: "1005", name: "Eve Agent" },
];
export const defaultQueues: readonly QueueConfig[] = [
  { name: "support", exten: "5001", strategy: "ringall", monitor: "before", members: ["1001", "1002", "1005"] },
  { name: "sales", exten: "5002", strategy: "rrmemory", monitor: "answered", members: ["1003", "1004", "1005"] },
];

const account = { username: "pbxis", secret: "secret" };
const trafficIntervalMs = 200;
const restartMs = 300;

export async function startPbx(options: PbxOptions = {}): Promise<SimulatedPbx> {
  const { host = "127.0.0.1", seed = 1, pace, queues = defaultQueues, agents = defaultAgents } = options;
  const create = () => createPbx(queues, agents, Date.now());
  let pbx: Pbx = options.pbx ?? create();
  const createOwnTraffic = () => (pace ? createTraffic(pbx.state, seed, pace) : { next: () => [] });
  let traffic = createOwnTraffic();
  const login = options.write ? { ...account, write: options.write } : account;
  const { port = 0, onCompleted, onEnded, onMoment } = options;
  const listeners = { ...(onCompleted && { onCompleted }), ...(onEnded && { onEnded }), ...(onMoment && { onMoment }) };
  const server: PbxServer = await startServer({ host, port, account: login, pbx, ...listeners });
  let isFrozen = false;
  const timer = setInterval(() => {
    if (!isFrozen) for (const command of traffic.next(Date.now())) server.run(command);
  }, trafficIntervalMs);
  const { run } = server;
  const ofAgent = (kind: "answer" | "decline" | "hangup" | "hold" | "unhold" | "park") => (agent: string) =>
    run({ kind, agent });
  return {
    port: server.port,
    ...account,
    call: ({ queue, number, name = "" }) => {
      const done = run({ kind: "call", queue, number, name });
      return done ? ([...pbx.state.calls].at(-1)?.channel.uniqueId ?? null) : null;
    },
    run,
    answer: ofAgent("answer"),
    decline: ofAgent("decline"),
    hangup: ofAgent("hangup"),
    hold: ofAgent("hold"),
    unhold: ofAgent("unhold"),
    abandon: (callId) => run({ kind: "abandon", callId }),
    pause: (agent, reason = "", queue) => run({ kind: "pause", agent, reason, queue: queue ?? null }),
    unpause: (agent, queue) => run({ kind: "unpause", agent, queue: queue ?? null }),
    add: (agent, queue, penalty = 0) => run({ kind: "add", agent, queue, penalty }),
    remove: (agent, queue) => run({ kind: "remove", agent, queue }),
    redirect: (agent, to) => run({ kind: "redirect", agent, to }),
    park: ofAgent("park"),
    retrieve: (agent, space) => run({ kind: "retrieve", agent, space }),
    direct: (agent, to) => run({ kind: "direct", agent, to }),
    truth: () => pbx.truth(),
    freeze: () => {
      isFrozen = true;
    },
    behave: (phone, behaviour) => run({ kind: "behave", phone, behaviour }),
    register: (agent) => run({ kind: "register", agent }),
    unregister: (agent) => run({ kind: "unregister", agent }),
    originated: () => pbx.state.originated,
    actions: server.journal.actions,
    holdAnswers: server.journal.holdAnswers,
    cutConnections: server.cutConnections,
    restart: async (downMs = restartMs) => {
      for (const talk of talksCutOff(pbx.state, Date.now())) onEnded?.(talk);
      await server.restart(() => {
        pbx = create();
        traffic = createOwnTraffic();
        return pbx;
      }, downMs);
    },
    stop: async () => {
      clearInterval(timer);
      await server.stop();
    },
  };
}
