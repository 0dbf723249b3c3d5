/** A wallboard in React: queues with who waits, and agents with what they do. examples/README.md says how to open it. */
import { connectSite } from "@pbxis/client";
import { SiteProvider, useAgent, useAgents, useCommand, useLink, useQueue, useQueues } from "@pbxis/react";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const { url = "", site = "", token = "" } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const client = connectSite({ url, site, token });

function Board() {
  const link = useLink();
  return (
    <main>
      <p role="status">{link ? `${link.state}, as of ${new Date(link.asOf).toLocaleTimeString()}` : "connecting…"}</p>
      <ul aria-label="Queues">
        {useQueues().map((name) => (
          <Queue key={name} name={name} />
        ))}
      </ul>
      <ul aria-label="Agents">
        {useAgents().map((id) => (
          <Agent key={id} id={id} />
        ))}
      </ul>
    </main>
  );
}

function Queue({ name }: Readonly<{ name: string }>) {
  const queue = useQueue(name);
  return (
    <li>
      {name}: <b>{queue?.count ?? "–"}</b> waiting
    </li>
  );
}

function Agent({ id }: Readonly<{ id: string }>) {
  const agent = useAgent(id);
  const send = useCommand();
  const [problem, setProblem] = useState<string | null>(null);
  const isPaused = agent?.memberships.every(({ status }) => status === "paused") ?? false;
  const pause = async (): Promise<void> => {
    const outcome = await send({ type: "queuePause", agent: id, paused: !isPaused });
    setProblem(outcome.status === "done" ? null : outcome.error.message);
  };
  return (
    <li>
      {agent?.name ?? id}: {agent?.call ? `talks with ${agent.call.number}` : (agent?.status ?? "unknown")}{" "}
      <button type="button" onClick={pause}>
        {isPaused ? "Unpause" : "Pause"}
      </button>{" "}
      <span role="alert">{problem}</span>
    </li>
  );
}

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <SiteProvider client={client}>
      <Board />
    </SiteProvider>
  </StrictMode>,
);
