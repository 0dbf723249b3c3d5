/** All agents, and what a supervisor does about them. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { keepRecent } from "../agent/use-recent.ts";
import type { MenuItem } from "../command/menu.tsx";
import { selfOf } from "../command/permission.ts";
import { useCommand } from "../command/use-command.ts";
import { hrefOf } from "../shell/route.ts";
import type { Store } from "../store.ts";
import { useStore } from "../ui/hooks.ts";
import { type Act, type AgentForm, entriesOf } from "./actions.ts";
import type { AgentLine } from "./agent-state.ts";
import { FormDialog } from "./form-dialog.tsx";
import { AgentGrid } from "./grid.tsx";
import { type Lines, watchLines } from "./lines.ts";
import { choicesOf } from "./queue-choice.ts";
import { type Filter, filterOf, hashOf, queuesOf, roster } from "./roster.ts";
import { Toolbar } from "./toolbar.tsx";
import { useGrantedQueues } from "./use-queues.ts";

export function AgentsView({ queue = null }: Readonly<{ queue?: string | null }>) {
  const store = useStore();
  const { state, signedIn } = store;
  useEffect(() => keepRecent(store), [store]);
  const commands = useCommand();
  const granted = useGrantedQueues();
  const [filter, setFilter] = useFilter(queue);
  const [form, setForm] = useState<AgentForm | null>(null);
  const lines = useLines();
  const found = roster(lines, filter);
  const self = selfOf(signedIn.claims);

  const perform = (act: Act): void => {
    if (act.kind === "command") commands.ask(act.command);
    else if (act.kind === "form") setForm(act.form);
    else location.hash = hrefOf({ view: "agent", agent: act.agent });
  };
  const itemsOf = (line: AgentLine): readonly MenuItem[] =>
    entriesOf(line, choicesOf(line, granted), { ...commands, self }).map(({ text, why, isDestructive, act }) => ({
      text,
      why,
      isDestructive,
      run: () => perform(act),
    }));
  return (
    <div class="ag-view">
      <h1 class="ui-hidden">Agents</h1>
      <Toolbar filter={filter} onFilter={setFilter} queues={queuesOf(lines, state.queues())} roster={found} />
      <p class="ui-hidden" role="status">
        {found.shown.length === 1 ? "1 agent" : `${found.shown.length} agents`} shown
      </p>
      {found.shown.length > 0 ? (
        <AgentGrid lines={found.shown} itemsOf={itemsOf} />
      ) : (
        <Empty hasAgents={lines.length > 0} onReset={() => setFilter({ ...filterOf(""), sorting: filter.sorting })} />
      )}
      {form && <FormDialog form={form} onClose={() => setForm(null)} />}
    </div>
  );
}

/** One for each store: they go on listening, and need not be made anew when the view is opened again. */
const watched = new WeakMap<Store, Lines>();

function useLines(): readonly AgentLine[] {
  const store = useStore();
  const lines = useMemo(() => {
    const made = watched.get(store) ?? watchLines(store);
    watched.set(store, made);
    return made;
  }, [store]);
  return lines.all();
}

/** In the address, so that it can be kept and sent; what is typed makes no history. */
function useFilter(queue: string | null): [Filter, (filter: Filter) => void] {
  const [filter, setFilter] = useState<Filter>(() => ({ ...filterOf(location.hash), queue }));
  useEffect(() => {
    const onHash = (): void => setFilter(filterOf(location.hash));
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  return [
    filter,
    (next) => {
      setFilter(next);
      history.replaceState(null, "", hashOf(next));
    },
  ];
}

function Empty({ hasAgents, onReset }: Readonly<{ hasAgents: boolean; onReset: () => void }>) {
  if (!hasAgents)
    return (
      <div class="ag-empty">
        <p>No agents yet: nobody is a member of a queue that you may see, and no phone is known.</p>
      </div>
    );
  return (
    <div class="ag-empty">
      <p>No agent is like that.</p>
      <button type="button" class="ui-button" onClick={onReset}>
        Show all
      </button>
    </div>
  );
}
