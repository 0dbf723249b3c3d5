/**
 * The faults of a simulation and their times. Each seed selects some kinds of faults, each with its own rate. Most
 * seeds therefore have many faults of a few kinds rather than a few of all kinds.
 */

const faultKinds = [
  "client cut",
  "client vanishes",
  "client stalls",
  "client reloads",
  "client is slow",
  "requests get lost",
  "uplink cut",
  "uplink vanishes",
  "uplink stalls",
  "uplink is slow",
  "uplink is down",
  "AMI cut",
  "AMI stalls",
  "Asterisk restarts",
  "connector is killed",
  "connector is restarted",
  "second connector",
  "connector is replaced",
  "object is evicted",
  "object crashes",
  "calls between objects fail",
  "calls between objects are late",
  "deployment",
  "writes fail",
  "storage is full",
  "alarms are late",
  "alarm is lost",
  "disk is full",
  "disk fails",
  "all clients are cut",
  "ticket is used again",
  "isolate ends",
  "connector's clock is set",
  "connector freezes",
  "platform's clock is set",
  "client's clock is set",
  "client freezes",
] as const;
/** On days of clocks. They are planned with a chance of their own, so that the other days stay as they are. */
const clockFaultKinds = [
  "PBX freezes",
  "PBX freezes with its clock",
  "platform freezes",
  "platform's clock steps",
] as const;
/** Of further sites, and of the clients of several sites. */
export const siteFaultKinds = [
  "uplink cut",
  "uplink vanishes",
  "uplink stalls",
  "uplink is slow",
  "uplink is down",
  "AMI cut",
  "AMI stalls",
  "Asterisk restarts",
  "connector is killed",
  "connector is restarted",
  "second connector",
  "connector is replaced",
] as const satisfies readonly FaultKind[];
export const clientFaultKinds = [
  "client cut",
  "client vanishes",
  "client stalls",
  "client reloads",
  "client is slow",
  "all clients are cut",
  "client freezes",
] as const satisfies readonly FaultKind[];
export type FaultKind = (typeof faultKinds)[number] | (typeof clockFaultKinds)[number];

export type Fault = Readonly<{ kind: FaultKind; at: number; forMs: number; pick: number; loud: boolean }>;

/** Faults per minute, if the seed selects the kind. */
const rates: Readonly<Record<FaultKind, number>> = {
  "client cut": 8,
  "client vanishes": 2,
  "client stalls": 4,
  "client reloads": 3,
  "client is slow": 3,
  "requests get lost": 2,
  "uplink cut": 4,
  "uplink vanishes": 0.7,
  "uplink stalls": 2,
  "uplink is slow": 2,
  "uplink is down": 1,
  "AMI cut": 1.5,
  "AMI stalls": 2,
  "Asterisk restarts": 0.5,
  "connector is killed": 0.8,
  "connector is restarted": 0.8,
  "second connector": 0.6,
  "connector is replaced": 0.6,
  "object is evicted": 30,
  "object crashes": 5,
  "calls between objects fail": 3,
  "calls between objects are late": 3,
  deployment: 1,
  "writes fail": 2,
  "storage is full": 1.5,
  "alarms are late": 1,
  "alarm is lost": 1,
  "disk is full": 1,
  "disk fails": 1,
  "all clients are cut": 1,
  "ticket is used again": 3,
  "isolate ends": 2,
  "connector's clock is set": 1.5,
  "connector freezes": 0.6,
  "platform's clock is set": 0.7,
  "client's clock is set": 3,
  "client freezes": 2,
  "PBX freezes": 0.8,
  "PBX freezes with its clock": 1,
  "platform freezes": 1,
  "platform's clock steps": 2,
};

/**
 * Selects half of the kinds on average. One seed in ten has no faults, because the checks must hold without faults,
 * too.
 */
export function planFaults(chance: () => number, forMs: number): readonly Fault[] {
  return plan(faultKinds, chance() < 0.1 ? 0 : 0.2 + 0.6 * chance(), chance, forMs);
}

export function planClockFaults(chance: () => number, forMs: number): readonly Fault[] {
  return plan(clockFaultKinds, 0.6, chance, forMs);
}

/**
 * A machine that has lost its clock, as after a power cut: the network comes later than the connector, which may not live
 * to see it, and another one may start meanwhile.
 */
export function planWrongStart(chance: () => number): readonly Fault[] {
  const fault = (kind: FaultKind, at: number): Fault => ({
    kind,
    at,
    forMs: 5_000 + 3_000 * chance(),
    pick: 0,
    loud: true,
  });
  const isKilled = chance() < 0.5;
  const isDoubled = chance() < 0.4;
  return [
    fault("uplink is down", 1),
    ...(isKilled ? [fault("connector is killed", 9_000)] : []),
    ...(isDoubled ? [fault("second connector", 18_000)] : []),
  ];
}

export function planFaultsOf(kinds: readonly FaultKind[], chance: () => number, forMs: number): readonly Fault[] {
  return plan(kinds, 0.5, chance, forMs);
}

function plan(kinds: readonly FaultKind[], share: number, chance: () => number, forMs: number): readonly Fault[] {
  const faults: Fault[] = [];
  for (const kind of kinds) {
    if (chance() >= share) continue;
    const gap = 60_000 / rates[kind];
    for (let at = -Math.log(1 - chance()) * gap; at < forMs; at += -Math.log(1 - chance()) * gap)
      faults.push({ kind, at, forMs: 200 + chance() ** 2 * 20_000, pick: chance(), loud: chance() < 0.7 });
  }
  return inOrder(faults);
}

export function inOrder(faults: readonly Fault[]): readonly Fault[] {
  return faults.toSorted((one, other) => one.at - other.at);
}
