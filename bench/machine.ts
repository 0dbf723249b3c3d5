/** The machine that a benchmark ran on. Figures of two machines cannot be compared. */
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

export type Machine = Readonly<{ cpu: string; cores: number; memoryGb: number; system: string; versions: string }>;

export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    versions: `Node ${process.versions.node}, workerd ${versionOf("workerd")}`,
  };
}

function versionOf(name: string): string {
  const lock = readFileSync(new URL("../pnpm-lock.yaml", import.meta.url), "utf8");
  return new RegExp(`^  ${name}@([^:(]+):`, "m").exec(lock)?.[1] ?? "unknown";
}
