/**
 * Plays days with each known defect until one detects it. `defect-days.json` has a short day for each that detects it,
 * which is played first. Any change of the simulation or of the code under test may change what happens on that day.
 * Then others are tried, and `--renew` records the one that detects it now.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inParallel, playBlock } from "./blocks.ts";
import { defects } from "./change.ts";
import type { Defect } from "./defect.ts";
import type { Block, SeedResult } from "./run.ts";

type Day = Readonly<{ seed: number; minutes: number; isLow: boolean }>;

/**
 * `only`: a part of the name or mechanism. `maxSeeds`: a defect counts as not detected after so many. `isRecorded`: only
 * the defects that have a recorded day.
 */
export type DefectOptions = Readonly<{
  only: string | undefined;
  maxSeeds: number;
  renews: boolean;
  isRecorded: boolean;
}>;

const file = fileURLToPath(new URL("defect-days.json", import.meta.url));
/** Seeds per child process. */
const blockSize = 5;
/** Most defects are detected by one of these seeds within a few seconds. */
const shortDays = { minutes: 0.25, maxSeeds: 10 };

/** Returns whether every defect was detected. */
export async function findDefects({ only, maxSeeds, renews, isRecorded }: DefectOptions): Promise<boolean> {
  const days = readDays();
  const isChosen = ({ name, mechanism }: Defect) =>
    (only === undefined || name.includes(only) || mechanism.includes(only)) && (!isRecorded || days.has(name));
  const chosen = defects
    .filter(isChosen)
    .sort((one, other) => Number(days.has(one.name)) - Number(days.has(other.name)));
  if (chosen.length === 0) throw new Error(`no defect has the name or mechanism ${only}`);
  let missed = 0;
  let searched = 0;
  const look = async (defect: Defect) => {
    const recorded = days.get(defect.name);
    let found = recorded ? await detect(blockOf([recorded], defect)) : null;
    if (!found) {
      found = await search(defect, maxSeeds);
      searched++;
      if (!found) missed++;
      else if (days.set(defect.name, found.day) && renews) writeDays(days);
    }
    const how = found ? `${textOf(found.day)}: ${found.finding}` : `NOT DETECTED in ${maxSeeds} seeds`;
    console.log(`${defect.mechanism}: ${defect.name}\n    ${how}`);
  };
  await inParallel(chosen, look);
  await inParallel(controlsOf(chosen.flatMap(({ name }) => days.get(name) ?? [])), async (block) => {
    const found = await detect(block);
    if (!found) return;
    missed++;
    console.log(`without a defect\n    ${textOf(found.day)}: ${found.finding}`);
  });
  if (searched > 0 && !renews) console.log(`${searched} defects have no day that detects them: sim --defects --renew`);
  console.log(missed === 0 ? "every defect was detected" : `${missed} defects were not detected`);
  return missed === 0;
}

type Found = Readonly<{ day: Day; finding: string }>;

async function detect(block: Block): Promise<Found | null> {
  let found: SeedResult | undefined;
  await playBlock(block, (result) => {
    if (result.findings.length === 0) return undefined;
    found = result;
    return "enough";
  });
  if (!found) return null;
  const { seed, findings } = found;
  return { day: { seed, minutes: block.minutes, isLow: block.isLow }, finding: findings[0] ?? "" };
}

/** A day that finds something without the defect, too, does not count. */
async function search(defect: Defect, maxSeeds: number): Promise<Found | null> {
  for (const block of blocksToSearch(defect, maxSeeds)) {
    const found = await detect(block);
    if (found && !(await detect(blockOf([found.day], null)))) return found;
  }
  return null;
}

/** Short days first. */
function* blocksToSearch(defect: Defect, maxSeeds: number): Iterable<Block> {
  for (const part of [shortDays, { minutes: 1, maxSeeds }])
    for (let from = 1; from <= part.maxSeeds; from += blockSize)
      for (const isLow of [false, true]) {
        const seeds = Array.from({ length: blockSize }, (_, index) => from + index);
        yield { seeds, minutes: part.minutes, isLow, defect: defect.name, isVerbose: false };
      }
}

function blockOf(days: readonly [Day, ...Day[]], defect: Defect | null): Block {
  const [{ minutes, isLow }] = days;
  const seeds = [...new Set(days.map(({ seed }) => seed))];
  return { seeds, minutes, isLow, defect: defect?.name ?? null, isVerbose: false };
}

/** The same days without any defect. They must find nothing: otherwise they would not have detected the defects. */
function controlsOf(days: readonly Day[]): Block[] {
  const kinds = new Map<string, [Day, ...Day[]]>();
  for (const day of days) {
    const kind = `${day.minutes} ${day.isLow}`;
    const same = kinds.get(kind);
    if (same) same.push(day);
    else kinds.set(kind, [day]);
  }
  return [...kinds.values()].map((same) => blockOf(same, null));
}

function textOf({ seed, minutes, isLow }: Day): string {
  return `--seed ${seed} --minutes ${minutes}${isLow ? " --low" : ""}`;
}

function readDays(): Map<string, Day> {
  const texts: Record<string, string> = JSON.parse(readFileSync(file, "utf8"));
  return new Map(Object.entries(texts).map(([name, text]) => [name, dayOf(text)]));
}

function dayOf(text: string): Day {
  const [, seed, minutes, low] = /^--seed (\d+) --minutes ([\d.]+)( --low)?$/.exec(text) ?? [];
  if (seed === undefined) throw new Error(`${file}: ${text} is not a day`);
  return { seed: Number(seed), minutes: Number(minutes), isLow: low !== undefined };
}

/** In the order of the defects. Those that are gone are left out. */
function writeDays(days: ReadonlyMap<string, Day>): void {
  const lines = defects.flatMap(({ name }) => {
    const day = days.get(name);
    return day ? [[name, textOf(day)]] : [];
  });
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(lines), null, 2)}\n`);
}
