/** How much a real Asterisk sends for one queue call and for a regeneration, depending on filters and event masks. */
import { eventFilters, eventMask } from "../../connector/src/ami/link/filter.ts";
import { regenerationActions } from "../../connector/src/ami/link/list.ts";
import { accounts } from "../../test/asterisk/config.ts";
import { type Lab, startLab, stopAllLabs } from "../../test/asterisk/lab.ts";
import { printedTexts } from "../../test/asterisk/printed.ts";
import { LabError, unpackedTree, type Version } from "../../test/asterisk/unpack.ts";
import { type Bench, type BenchContext, median, type Report, type Table, type Target } from "../bench.ts";
import { kilobytes } from "../units.ts";
import { findings, method } from "./explanation.ts";
import { type Counted, type Listener, listen } from "./listener.ts";
import { missingIn } from "./missing.ts";
import { type OfficeKind, officeKinds, openOffice } from "./office.ts";
import { regenerationTable } from "./regeneration.ts";

const [ours, masked, pbxis, everything] = [
  "pbxis-edge",
  "pbxis-edge, the account may not filter",
  "pbxis (Events: agent,call)",
  "unfiltered",
] as const;

/**
 * One connection for each kind of account. The first two behave as the connector does: they ask for the path of a
 * recording.
 */
async function listeners(lab: Lab): Promise<Listener[]> {
  const common = { host: lab.place.address, account: accounts.full };
  const all = await Promise.all([
    listen({ ...common, name: ours, events: "on", asks: true }),
    listen({ ...common, name: masked, events: eventMask, asks: true }),
    listen({ ...common, name: pbxis, events: "agent,call", asks: false }),
    listen({ ...common, name: everything, events: "on", asks: false }),
  ]);
  const filter = async (text: string) => await all[0].ask({ Action: "Filter", Operation: "Add", Filter: text });
  await Promise.all(eventFilters().map(filter));
  return all;
}

type Measured = Readonly<{
  version: Version;
  kind: OfficeKind;
  /** Medians for one call, by listener. */
  calls: ReadonlyMap<string, Counted>;
  /** What pbxis-edge receives for all calls, by the event's name. */
  byName: ReadonlyMap<string, Counted>;
  callsPlayed: number;
  /** States and occurrences that the model misses because of the filters. */
  missing: readonly string[];
}>;

async function measure(version: Version, kind: OfficeKind, { quick, log }: BenchContext): Promise<Measured> {
  const lab = await startLab(version, await printedTexts());
  const office = await openOffice(lab, kind);
  const all = await listeners(lab);
  // A call's events are published as changes of a state that the lists give.
  for (const listener of all)
    for (const { action } of regenerationActions) await listener.ask({ Action: action, ActionID: "bench-1" });
  const seen = new Map<string, Counted[]>(all.map(({ name }) => [name, []]));
  const calls = quick ? 1 : 7;
  // The first call of an Asterisk brings device states that nothing has requested before.
  if (!quick) await office.playCall();
  const namesBefore = all[0]?.countedByName() ?? new Map<string, Counted>();
  for (let call = 0; call < calls; call++) {
    const before = all.map(({ counted }) => counted());
    await office.playCall();
    for (const [index, { name, counted }] of all.entries()) seen.get(name)?.push(difference(counted(), before[index]));
  }
  const names = all[0]?.countedByName() ?? new Map<string, Counted>();
  const byName = new Map([...names].map(([name, counted]) => [name, difference(counted, namesBefore.get(name))]));
  const publishedOf = (name: string) => all.find((one) => one.name === name)?.published() ?? [];
  const missing = missingIn(publishedOf(ours), publishedOf(everything));
  log(`Asterisk ${version}, ${kind.title}: ${calls} calls, ${missing.length} states or occurrences missing`);
  for (const text of missing.slice(0, 10)) log(`missing: ${text}`);
  for (const { close } of all) close();
  await office.close();
  await lab.stop();
  const middle = (list: readonly Counted[]): Counted => ({
    bytes: median(list.map(({ bytes }) => bytes)),
    packets: median(list.map(({ packets }) => packets)),
  });
  return {
    version,
    kind,
    missing,
    byName,
    callsPlayed: calls,
    calls: new Map([...seen].map(([name, list]) => [name, middle(list)])),
  };
}

function difference(after: Counted, before: Counted = { bytes: 0, packets: 0 }): Counted {
  return { bytes: after.bytes - before.bytes, packets: after.packets - before.packets };
}

const bytesOf = ({ calls }: Measured, name: string) => calls.get(name)?.bytes ?? Number.NaN;

function callTables(measured: readonly Measured[]): Table[] {
  return officeKinds.map((kind) => ({
    title: `Sent for one answered queue call: ${kind.title}`,
    columns: ["Asterisk", "listener", "KB", "packets", "to pbxis", "to unfiltered"],
    rows: measured
      .filter((one) => one.kind === kind)
      .flatMap((one) =>
        [...one.calls].map(([name, { bytes, packets }]) => [
          one.version,
          name,
          kilobytes(bytes),
          packets,
          (bytes / bytesOf(one, pbxis)).toFixed(2),
          (bytes / bytesOf(one, everything)).toFixed(2),
        ]),
      ),
  }));
}

/** The contents of what pbxis-edge receives. The answer is the recording's path. */
function contents({ version, kind, byName, callsPlayed }: Measured): Table {
  const rows = [...byName]
    .filter(([, { packets }]) => packets > 0)
    .sort(([, one], [, other]) => other.bytes - one.bytes);
  return {
    title: `What pbxis-edge receives for it, Asterisk ${version}, ${kind.title}`,
    columns: ["event", "packets a call", "bytes a call"],
    rows: rows.map(([name, { bytes, packets }]) => [
      name || "(a response)",
      Number((packets / callsPlayed).toFixed(1)),
      Math.round(bytes / callsPlayed),
    ]),
  };
}

function targetsOf(measured: readonly Measured[]): Target[] {
  const target = (goal: string, name: string, limit: number, among: readonly Measured[]): Target => {
    const shares = among.map((one) => [one.version, bytesOf(one, ours) / bytesOf(one, name)] as const);
    return {
      goal: `≤ ${limit} × ${goal}`,
      seen: shares.map(([version, share]) => `${share.toFixed(3)} (${version})`).join(", "),
      met: shares.every(([, share]) => share <= limit),
    };
  };
  const missing = measured.reduce((sum, one) => sum + one.missing.length, 0);
  const ofKind = (kind: OfficeKind) => measured.filter((one) => one.kind === kind);
  const ofCenter = officeKinds.filter(({ isCenter }) => isCenter);
  return [
    ...officeKinds.map((kind) => target(`pbxis's bytes per call: ${kind.title}`, pbxis, 0.45, ofKind(kind))),
    ...ofCenter.map((kind) => target(`unfiltered: ${kind.title}`, everything, 0.12, ofKind(kind))),
    {
      goal: "the filters hide nothing from the model",
      seen: `${missing} states and occurrences`,
      met: missing === 0,
    },
  ];
}

async function run(context: BenchContext): Promise<Report> {
  const versions: readonly Version[] = context.quick ? ["22"] : ["22", "16"];
  try {
    for (const version of versions) await unpackedTree(version);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    context.log(`skipped: ${error.message}`);
    return {
      method: [...method, `Skipped, because there is no Asterisk here: ${error.message}`],
      tables: [],
      targets: [],
    };
  }
  const measured: Measured[] = [];
  const tables: Table[] = [];
  try {
    for (const version of versions)
      for (const kind of officeKinds) measured.push(await measure(version, kind, context));
    for (const version of versions)
      tables.push(await regenerationTable(version, context.quick ? [10] : [10, 100, 1000]));
  } finally {
    await stopAllLabs();
  }
  const [first] = measured;
  return {
    method,
    tables: [...callTables(measured), ...(first ? [contents(first)] : []), ...tables],
    targets: targetsOf(measured),
    findings,
  };
}

export const bench: Bench = { title: "AMI traffic", run };
