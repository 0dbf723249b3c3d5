/** The view of all agents, with filters and a menu of commands for each. */
import { useState } from "preact/hooks";
import type { MenuItem } from "../command/menu.tsx";
import { selfOf } from "../command/permission.ts";
import { useCommand } from "../command/use-command.ts";
import { hrefOf } from "../shell/route.ts";
import { useAddress } from "../shell/use-address.ts";
import type { Store } from "../store/store.ts";
import { useStore } from "../ui/hooks.ts";
import type { AgentDisplay } from "./agent-display.ts";
import { type AgentDisplays, watchDisplays } from "./displays.ts";
import { FormDialog } from "./form-dialog.tsx";
import { AgentGrid } from "./grid.tsx";
import { type AgentForm, type MenuAction, menuEntriesOf } from "./menu-entries.ts";
import { choicesOf } from "./queue-choice.ts";
import { filterOf, hashOf, queuesOf, roster } from "./roster.ts";
import { Toolbar } from "./toolbar.tsx";
import { useGrantedQueues } from "./use-queues.ts";

export function AgentsView() {
  const store = useStore();
  const [filter, setFilter] = useAddress(filterOf, hashOf);
  const displays = displaysOf(store);
  const queues = queuesOf(displays, store.state.queues());
  const found = roster(displays, filter);
  return (
    <div class="ag-view">
      <h1 class="ui-hidden">Agents</h1>
      <Toolbar filter={filter} onFilter={setFilter} queues={queues} roster={found} />
      <p class="ui-hidden" role="status">
        {found.shown.length === 1 ? "1 agent" : `${found.shown.length} agents`} shown
      </p>
      {found.shown.length > 0 ? (
        <AgentCards displays={found.shown} />
      ) : (
        <Empty
          hasAgents={displays.length > 0}
          unknownQueue={filter.queue !== null && !queues.includes(filter.queue) ? filter.queue : null}
          onReset={() => setFilter({ ...filterOf(""), sorting: filter.sorting })}
        />
      )}
    </div>
  );
}

/** The cards of agents of one site, with their menus and forms. */
export function AgentCards({ displays }: Readonly<{ displays: readonly AgentDisplay[] }>) {
  const { signedIn } = useStore();
  const commands = useCommand();
  const granted = useGrantedQueues();
  const [form, setForm] = useState<AgentForm | null>(null);
  const self = selfOf(signedIn.claims);

  const perform = (action: MenuAction): void => {
    if (action.kind === "command") commands.request(action.command, { call: action.call });
    else if (action.kind === "form") setForm(action.form);
    else location.hash = hrefOf({ view: "agent", agent: action.agent });
  };
  const itemsOf = (display: AgentDisplay): readonly MenuItem[] =>
    menuEntriesOf(display, choicesOf(display, granted), { ...commands, self }).map(
      ({ text, why, isDestructive, action }) => ({
        text,
        why,
        isDestructive,
        run: () => perform(action),
      }),
    );
  return (
    <>
      <AgentGrid displays={displays} itemsOf={itemsOf} />
      {form && <FormDialog form={form} onClose={() => setForm(null)} />}
    </>
  );
}

/** One per store: the displays are kept while the view is closed. */
const watched = new WeakMap<Store, AgentDisplays>();

export function displaysOf(store: Store): readonly AgentDisplay[] {
  const found = watched.get(store) ?? watchDisplays(store);
  watched.set(store, found);
  return found.all();
}

/** `unknownQueue`: the queue of the filter if there is none of this name. */
type EmptyProps = Readonly<{ hasAgents: boolean; unknownQueue: string | null; onReset: () => void }>;

function Empty({ hasAgents, unknownQueue, onReset }: EmptyProps) {
  if (!hasAgents)
    return (
      <div class="ag-empty">
        <p>No agents yet: the queues that your token grants have no members, and no phones are known.</p>
      </div>
    );
  return (
    <div class="ag-empty">
      <p>{unknownQueue === null ? "No agents match." : `No queue is known as ${unknownQueue}.`}</p>
      <button type="button" class="ui-button" onClick={onReset}>
        Show all
      </button>
    </div>
  );
}
