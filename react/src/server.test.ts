/** What a server renders: no connection, no values, no `window`. */
import { connectSite } from "@pbxis/shared/client";
import { createElement, Fragment } from "react";
import { renderToString } from "react-dom/server";
import { expect, it } from "vitest";
import { SiteProvider, useAgent, useAgents, useCallers, useLink, useMember, useQueue, useStatus } from "./index.ts";

function Values() {
  const [agent, queue, member] = [useAgent("1001"), useQueue("support"), useMember("1001", "support")];
  const values = [agent, queue, member, useCallers("support"), useAgents(), useLink(), useStatus().kind];
  return createElement(Fragment, null, JSON.stringify(values.map((value) => value ?? "none")));
}

it("a server renders the hooks without connecting", () => {
  const fetch = () => expect.fail("it connects");
  const client = connectSite({ url: "http://127.0.0.1:9", site: "hq", token: "", platform: { fetch } });
  const html = renderToString(createElement(SiteProvider, { client }, createElement(Values)));
  expect(html.replaceAll("&quot;", '"')).toBe('["none","none","none","none",[],"none","connecting"]');
});

it("a hook outside of a provider says what is missing", () => {
  expect(() => renderToString(createElement(Values))).toThrow(/need a <SiteProvider>/);
});
