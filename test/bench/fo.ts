import { startLoader } from "./edge/loader.ts";
import { startBareObject, startOurs } from "./edge/publisher.ts";
import { cpuOf } from "./edge/worker.ts";

const clients = Number(process.argv[2] ?? 100),
  batch = Number(process.argv[3] ?? 0);
let serial = 0;
const occ = (id = `${++serial}`) =>
  ({ type: "originateFailed", actionId: id, reason: "busy", at: 1_763_890_000_000 }) as never;
for (const start of [startOurs, startBareObject]) {
  const s = await start();
  const l = startLoader();
  await l.ask(
    {
      kind: "open",
      groups: [{ urls: [s.url("queues=q0")], count: clients, token: s.token, ackBytes: s.acknowledges ? 65536 : null }],
    },
    "opened",
  );
  const out: number[] = [];
  for (let r = 0; r < 4; r++) {
    const marker = `end-${++serial}`;
    const total = 10000;
    const seen = l.ask({ kind: "await", marker, timeoutMs: 60000 }, "seen");
    const ev = [...Array.from({ length: total - 1 }, () => occ()), occ(marker)];
    const t = performance.timeOrigin + performance.now();
    const c = cpuOf(s.pid);
    if (batch > 0) for (let i = 0; i < total; i += batch) await s.publish(ev.slice(i, i + batch));
    else await s.flood(ev, 950);
    const { at } = await seen;
    out.push(Math.round((total * clients) / (at - t)));
    if (r === 3)
      console.log(
        s.name,
        out.join(" "),
        "k/s; cpu s",
        (cpuOf(s.pid) - c).toFixed(2),
        "of",
        ((at - t) / 1000).toFixed(2),
      );
  }
  l.stop();
  await s.stop();
}
process.exit();
