import { describe, expect, it } from "vitest";
import { hrefOf, parseRoute, type Route } from "./route.ts";

describe("routes", () => {
  const routes: Route[] = [
    { view: "wallboard" },
    { view: "kiosk" },
    { view: "agents", queue: null },
    { view: "agents", queue: "call center & more=50%" },
    { view: "agent", agent: "1001" },
    { view: "agent", agent: "a/b %41?c" },
    { view: "queue", queue: "a/b %41?c" },
  ];
  it.each(routes)("%j is parsed from its own address", (route) => {
    expect(parseRoute(hrefOf(route))).toEqual(route);
  });

  it.each(["", "#", "#/", "#/nothing", "#nothing", "#/queue", "#/queue/%zz"])("%j shows the wallboard", (hash) => {
    expect(parseRoute(hash)).toEqual({ view: "wallboard" });
  });

  it("#/agents/1001 is the page of that agent, too", () => {
    expect(parseRoute("#/agents/1001")).toEqual({ view: "agent", agent: "1001" });
  });

  it.each(["#/agent", "#/agent/", "#/agent/%zz", "#/agents/"])("%j names no agent and shows all agents", (hash) => {
    expect(parseRoute(hash)).toEqual({ view: "agents", queue: null });
  });
});
