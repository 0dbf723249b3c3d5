import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { filterKey } from "@pbxis/shared";
import { expect, it } from "vitest";
import { Connection } from "./connection.ts";
import { FilterTable } from "./filter-table.ts";
import { Lobby, type LobbyHost } from "./lobby.ts";

it("SC2 who comes after a reading waits for others, and not for time once there are twenty", () =>
  runInDurableObject(env.CHANNEL.getByName("lobby/full"), async (_object, state) => {
    const cursor = { epoch: "k", sequence: 1 };
    const asked: number[] = [];
    let admitted = 0;
    const host: LobbyHost = {
      join: async (asks) => {
        asked.push(admitted);
        return { kind: "joined", isNew: false, results: asks.map(() => ({ kind: "events", cursor, items: [] })) };
      },
      admit: (group) => {
        admitted += group.length;
      },
      close: () => {},
      // Time stands still.
      wait: () => new Promise(() => {}),
    };
    const lobby = new Lobby(host);
    const filters = new FilterTable();
    const filter = filterKey({ agents: "*", queues: "*", summary: false, about: null });
    const enter = () => {
      const { 1: server } = new WebSocketPair();
      state.acceptWebSocket(server);
      const info = { filter, since: null, expiresAt: null, acknowledges: false, holder: "somebody", maxClients: 100 };
      return lobby.enter(Connection.begin(server, info, filters), "somebody");
    };
    await enter();
    const waiting = Array.from({ length: 19 }, enter);
    await Promise.race([...waiting, new Promise((resolve) => setTimeout(resolve, 0))]);
    expect([asked, admitted]).toEqual([[0], 1]);
    await Promise.all([...waiting, enter()]);
    expect([asked, admitted]).toEqual([[0, 1], 21]);
  }));
