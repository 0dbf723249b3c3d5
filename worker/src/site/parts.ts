/** The parts of one site, and how they are wired: only this file and the Site object know several of them. */
import type { Env } from "../env.ts";
import { logUnreadable } from "../stored.ts";
import type { AlarmClock } from "./alarm.ts";
import { refuseNewerTables } from "./all-tables.ts";
import { CallStore } from "./calls/call-store.ts";
import { Commands } from "./command/commands.ts";
import { Commits } from "./commits.ts";
import { countRows } from "./counted-storage.ts";
import { JoinDesk } from "./delivery/join-desk.ts";
import { Relay } from "./delivery/relay.ts";
import { createEpoch } from "./epoch.ts";
import { Expiry } from "./expiry.ts";
import { SiteMemory } from "./log/memory.ts";
import { ReportStore } from "./report-store.ts";
import { keptTimes } from "./retention.ts";
import { RevocationStore } from "./revocation-store.ts";
import { Statistics } from "./statistics/statistics.ts";
import { scopeOf } from "./stub.ts";
import { UplinkShell } from "./uplink/uplink-shell.ts";
import { nameOf } from "./uplink/uplink-socket.ts";
import { WebhookDesk } from "./webhooks/webhook-desk.ts";

type Stores = Readonly<{
  sql: SqlStorage;
  /** What the site knows: its log, states and position. */
  memory: SiteMemory;
  commands: Commands;
  /** The connector's latest report (UP10). */
  report: ReportStore;
  revocations: RevocationStore;
  /** The day's figures. */
  statistics: Statistics;
  calls: CallStore;
}>;

export type SiteParts = Stores &
  Readonly<{
    env: Env;
    /** The connectors' sockets. */
    uplink: UplinkShell;
    /** The deliveries. */
    relay: Relay;
    joins: JoinDesk;
    commits: Commits;
    /** The endpoints and their alerts. */
    webhooks: WebhookDesk;
    /** Deletes what is old enough. */
    expiry: Expiry;
  }>;

/** What the parts need of the Site object. */
type Host = Readonly<{
  state: DurableObjectState;
  env: Env;
  alarm: AlarmClock;
  /** When the parts are made (ms). */
  now: number;
  turn: <Result>(act: (now: number) => Result) => Result;
  /** A delivery has ended, outside a turn. */
  planAlarm: () => void;
}>;

/** Throws if a newer build has written the site's tables. */
export function createParts(host: Host): SiteParts {
  const { state, env, alarm, turn, planAlarm } = host;
  const site = nameOf(state);
  const stores = createStores(host);
  const { memory, sql, revocations, statistics } = stores;
  const { counters } = memory;
  const relay = new Relay({
    sql,
    site,
    scopeOf: (ref) => scopeOf(env, ref),
    position: () => memory.meta,
    revoked: (now) => revocations.recent(now),
    onCallEnded: (isDone) => {
      counters.add(isDone ? "deliveries" : "deliveryFailures");
      planAlarm();
    },
  });
  const commits: Commits = new Commits({
    state,
    relay,
    ...stores,
    onCommit: (commit) => webhooks.alerts.gather(commit),
  });
  const webhooks = new WebhookDesk({ sql, site, env, memory, relay, commits });
  const uplink = new UplinkShell({
    state,
    ...stores,
    onSettings: (settings, now) => statistics.set(settings, now),
    alarmDueAt: () => alarm.dueAt(),
    commit: (commit, now) => commits.commit(commit, now),
  });
  const joins = new JoinDesk({ site, relay, commits, revocations, turn, onJoin: () => counters.add("joins") });
  const expiry = new Expiry({
    ...stores,
    kept: keptTimes(env),
    commit: (commit, now) => commits.commit(commit, now),
    store: (write) => commits.store(write),
    beforeDeletion: (now) => relay.beforeDeletion(now),
  });
  return { ...stores, env, relay, commits, webhooks, uplink, joins, expiry };
}

/** What has tables of its own in SQLite. */
function createStores({ state, env, now }: Host): Stores {
  const site = nameOf(state);
  const kept = keptTimes(env);
  refuseNewerTables(state.storage.sql, site);
  const storage = countRows(state.storage, (rows) => memory.counters.add("rowsWritten", rows));
  const { sql } = storage;
  // What is a fold over the log is saved as of each checkpoint, in its transaction.
  const saveFolds = (sequence: number): void => {
    statistics.save(sequence);
    calls.save(sequence);
  };
  const memory: SiteMemory = new SiteMemory(storage, { keptMs: kept.logMs, onCheckpoint: saveFolds });
  const statistics = new Statistics(sql, site);
  const commands = new Commands(sql, site, now, (how) => memory.counters.add(`commands.${how}`));
  const report = new ReportStore(sql, site);
  const revocations = new RevocationStore(sql, site, createEpoch);
  const calls = new CallStore(sql, site, kept.callsMs);
  return { sql, memory, commands, report, revocations, statistics, calls };
}

/** If the stored site cannot be read on waking, it is a new one, in a new epoch. */
export function loadParts(parts: SiteParts, site: string, now: number): void {
  const { memory, statistics, calls, relay, webhooks, uplink } = parts;
  const replaced = memory.load(createEpoch(), now);
  statistics.load(memory.site(), (position) => memory.rowsAfter(position), now);
  calls.load(memory.meta.sequence, (position) => memory.rowsAfter(position));
  relay.load((position) => memory.readAfter(position));
  webhooks.load();
  if (!replaced) return;
  const action = "the site begins anew; its connector sends a snapshot, its clients get one";
  logUnreadable({ object: site, store: "log" }, replaced, action);
  relay.beginAnew();
  uplink.closeAll(now);
}
