/**
 * A page written for pbxis-ws, as its README describes the protocol, in a real browser: served elsewhere, with each of
 * the three kinds of streams, and its commands (AP8, section 11 of PROTOCOL.md).
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";
import { launchChromium } from "./chromium.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let pages: Server;
let edge: Edge;
let browser: Browser;
let pbx: SimulatedPbx;
let connector: ConnectorProcess;

/** `?api=` is the worker's address, `stream=` the kind of stream. Like the pages of 2013, it knows nothing of tokens. */
const html = `<!doctype html>
<title>pbxis-ws</title>
<p>connected: <b id="connected">no</b>, waiting: <b id="count"></b>, 1001 in support: <b id="status"></b>,
  phone: <b id="extension"></b>, talks with: <b id="phone"></b>, name: <b id="name"></b></p>
<p>answer: <b id="answer"></b></p>
<button id="pause">pause</button> <button id="unpause">unpause</button> <button id="redirect">redirect</button>
<button id="originate">originate</button>
<script>
  var query = new URLSearchParams(location.search), api = query.get("api"), stream = query.get("stream");
  function show(id, text) { document.getElementById(id).textContent = text === null ? "none" : text; }
  function handle(event) {
    if (event.type === "queueCount") show("count", event.count);
    else if (event.type === "queueMemberStatus" && event.agent === "1001") show("status", event.status);
    else if (event.type === "extensionStatus" && event.agent === "1001") show("extension", event.status);
    else if (event.type === "phoneNumber" && event.agent === "1001")
      show("phone", event.number && event.number + " " + event.name);
    else if (event.type === "agentName" && event.agent === "1001") show("name", event.name);
    else if (event.type === "closed") { show("connected", "no"); return false; }
    return true;
  }
  function send(method, path, body, done) {
    var request = new XMLHttpRequest();
    request.open(method, api + path);
    if (body) request.setRequestHeader("Content-Type", "application/json; charset=utf-8");
    request.onload = function () { done(JSON.parse(request.responseText)); };
    request.onerror = function () { show("connected", "failed"); };
    request.send(body && JSON.stringify(body));
  }
  var streams = {
    "long-poll": function (ticket) {
      show("connected", "yes");
      (function poll() {
        send("GET", "/" + ticket + "/long-poll", null, function (events) { if (events.every(handle)) poll(); });
      })();
    },
    sse: function (ticket) {
      var source = new EventSource(api + "/" + ticket + "/sse");
      source.onopen = function () { show("connected", "yes"); };
      ["queueMemberStatus", "extensionStatus", "queueCount", "phoneNumber", "agentName", "closed"].forEach(function (type) {
        source.addEventListener(type, function (message) {
          var event = JSON.parse(message.data);
          event.type = type;
          if (!handle(event)) source.close();
        });
      });
    },
    websocket: function (ticket) {
      var socket = new WebSocket("ws" + api.substring(4) + "/" + ticket + "/websocket");
      socket.onopen = function () { show("connected", "yes"); };
      socket.onclose = function () { show("connected", "no"); };
      socket.onmessage = function (message) { if (!handle(JSON.parse(message.data))) socket.close(); };
    },
  };
  function onClick(id, path, body) {
    document.getElementById(id).onclick = function () {
      send("POST", path, body || {}, function (answer) { show("answer", JSON.stringify(answer)); });
    };
  }
  onClick("pause", "/queue/pause", { agent: "1001", queue: "support", paused: true });
  onClick("unpause", "/queue/pause", { agent: "1001", queue: "support", paused: false });
  onClick("redirect", "/redirect-to/1003?agent-or-channel=1001");
  onClick("originate", "/originate/1001/1004");
  send("POST", "/ticket", { agents: ["1001", "1002"], queues: ["support"], summaryEvents: true }, streams[stream]);
</script>`;

beforeAll(async () => {
  pages = createServer((_request, response) => response.setHeader("content-type", "text/html").end(html));
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  const vars = { PBXIS_COMPAT_SITE: "hq", PBXIS_COMPAT_TOKEN: "open", PBXIS_COMPAT_ORIGINS: origin() };
  [edge, browser, pbx] = await Promise.all([startEdge({ vars }), launchChromium(), startPbx()]);
  connector = await startConnector({ edgeUrl: edge.url, ami: { port: pbx.port } });
});

afterAll(async () => {
  await browser?.close();
  await connector?.kill();
  await Promise.all([pbx?.stop(), edge?.stop()]);
  pages?.close();
});

const origin = () => `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;

it.each(["long-poll", "sse", "websocket"])(
  "PX2–PX5 a page with %s follows a call and sends commands",
  async (stream) => {
    const page: Page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", ({ message }) => faults.push(message));
    const reads = async (id: string, expected: string | RegExp) => {
      let text: string | null = null;
      await until(
        `${id} to be ${expected}`,
        async () => {
          text = await page.locator(`#${id}`).textContent();
          return expected instanceof RegExp ? expected.test(text ?? "") : text === expected;
        },
        { evidence: () => [text, faults, pbx.truth()] },
      );
    };
    const press = (name: string) => page.getByRole("button", { name, exact: true }).click();

    await page.goto(`${origin()}/?stream=${stream}&api=${edge.url.origin}`);
    await reads("connected", "yes");
    await reads("name", "Ann Agent");
    await reads("status", "not_inuse");
    pbx.call({ queue: "support", number: "+14155550101", name: "Alice" });
    await reads("count", "1");
    await reads("extension", "ringing");
    pbx.answer("1001");
    await reads("phone", "+14155550101 Alice");
    await reads("count", "0");

    await press("pause");
    await reads("answer", /"response":"Success"/);
    await reads("status", "paused");
    await press("unpause");
    await reads("status", "inuse");
    await press("redirect");
    await until("1003 to ring", () => pbx.truth().agents["1003"]?.status === "ringing");
    await reads("phone", "none");
    pbx.decline("1003");
    await reads("extension", "not_inuse");
    await press("originate");
    await reads("answer", /^"pbxis-/);
    await reads("extension", "ringing");
    pbx.decline("1001");
    await reads("extension", "not_inuse");
    expect(faults).toEqual([]);
    await page.close();
  },
);
