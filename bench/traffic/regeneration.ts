/**
 * The size of a regeneration's lists, by the number of agents. Each agent has a phone and a hint, and is a member of
 * two queues.
 */
import { regenerationActions } from "../../connector/src/ami/link/list.ts";
import { accounts } from "../../test/asterisk/config.ts";
import { type Lab, startLab } from "../../test/asterisk/lab.ts";
import { printedTexts } from "../../test/asterisk/printed.ts";
import type { Version } from "../../test/asterisk/unpack.ts";
import type { Table } from "../bench.ts";
import { kilobytes } from "../units.ts";
import { listen } from "./listener.ts";

type Sizes = Readonly<{ agents: number; bytes: ReadonlyMap<string, number> }>;

const sections = (agents: number, section: (id: number) => string) =>
  Array.from({ length: agents }, (_, index) => section(20_000 + index)).join("");

/** Replaces the lab's own agents, which would be counted, too. */
async function replaceAgents(lab: Lab, agents: number): Promise<void> {
  const phone = (id: number) =>
    `[${id}](phone)\naors = ${id}\ncallerid = Agent ${id} <${id}>\n\n[${id}](contacts)\ntype = aor\n\n`;
  await lab.edit("pjsip.conf", (text) =>
    text.replace(/\[1001\]\(phone\)[\s\S]*(?=; The carrier)/, sections(agents, phone)),
  );
  await lab.edit("extensions.conf", (text) =>
    text.replace(
      /(exten => 100\d,hint.*\n)+/,
      sections(agents, (id) => `exten => ${id},hint,PJSIP/${id}\n`),
    ),
  );
  const members = sections(agents, (id) => `member => PJSIP/${id},0,Agent ${id}\n`);
  const queue = (name: string) => `[${name}]\nstrategy = leastrecent\n${members}\n`;
  await lab.edit("queues.conf", () => `[general]\nautofill = yes\n\n${queue("support")}${queue("sales")}`);
  await lab.kill();
  await lab.boot();
}

async function measure(version: Version, agents: number): Promise<Sizes> {
  const lab = await startLab(version, await printedTexts());
  await replaceAgents(lab, agents);
  const common = { host: lab.place.address, account: accounts.full, name: `${agents} agents`, events: "off" };
  const listener = await listen({ ...common, asks: false });
  const bytes = new Map<string, number>();
  for (const { action } of regenerationActions)
    bytes.set(action, (await listener.ask({ Action: action, ActionID: "bench-1" })).bytes);
  listener.close();
  await lab.stop();
  return { agents, bytes };
}

export async function regenerationTable(version: Version, counts: readonly number[]): Promise<Table> {
  const rows: (string | number)[][] = [];
  for (const count of counts) {
    const { agents, bytes } = await measure(version, count);
    const all = [...bytes.values()].reduce((sum, one) => sum + one, 0);
    rows.push([agents, ...[...bytes.values()].map(kilobytes), kilobytes(all), Math.round(all / agents)]);
  }
  return {
    title: `Sent for a regeneration, Asterisk ${version}`,
    columns: ["agents", ...regenerationActions.map(({ action }) => `${action}, KB`), "all, KB", "bytes an agent"],
    rows,
  };
}
