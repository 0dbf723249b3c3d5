import { describe, expect, it } from "vitest";
import { get } from "../testing/client.ts";

const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const ask = (path: string, headers: Record<string, string> = {}) => get(path, { claims: null, headers });

async function linked(): Promise<string[]> {
  const page = await (await ask("/", html)).text();
  return [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? "");
}

function directives(response: Response): Record<string, string> {
  const policy = response.headers.get("content-security-policy") ?? "";
  return Object.fromEntries(
    policy.split("; ").map((directive) => {
      const [name = "", ...sources] = directive.split(" ");
      return [name, sources.join(" ")];
    }),
  );
}

describe("the dashboard at /", () => {
  it("is the page for browsers, and a line of text for other clients", async () => {
    const page = await ask("/", html);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain('<div id="app">');
    const text = await ask("/");
    expect(text.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(await text.text()).toContain("/v1/sites/{site}");
    expect([page.headers.get("vary"), text.headers.get("vary")]).toEqual(["accept", "accept"]);
  });

  it("may load from, connect to and be framed by its own origin only", async () => {
    const page = await ask("/", html);
    expect(directives(page)).toEqual({
      "default-src": "'none'",
      "script-src": "'self'",
      "style-src": "'self'",
      "connect-src": "'self' wss://edge.test",
      "img-src": "'self' data:",
      "base-uri": "'none'",
      "form-action": "'none'",
      "frame-ancestors": "'none'",
    });
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("is revalidated each time; its files are cached for ever", async () => {
    const page = await ask("/", html);
    expect(page.headers.get("cache-control")).toBe("no-cache");
    const again = await ask("/", { ...html, "if-none-match": page.headers.get("etag") ?? "" });
    expect([again.status, again.headers.get("cache-control")]).toEqual([304, "no-cache"]);
    const paths = await linked();
    expect(paths.length).toBeGreaterThanOrEqual(3);
    for (const path of paths) {
      const file = await ask(path);
      expect([path, file.status, file.headers.get("cache-control")]).toEqual([
        path,
        200,
        "public, max-age=31536000, immutable",
      ]);
      expect(file.headers.get("x-content-type-options")).toBe("nosniff");
      await file.body?.cancel();
    }
  });

  it.each(["/index.html", "/assets/none-AAAAAAAA.js", "/assets/", "/assets/sse", "/assets/../env.ts"])(
    "%s is 404",
    async (path) => {
      const response = await ask(path, html);
      expect([response.status, await response.json()]).toEqual([
        404,
        { error: { code: "not_found", message: "there is nothing at this path" } },
      ]);
    },
  );
});

describe("AP9 the pages of the interface", () => {
  it.each(["/docs", "/docs/", "/docs/http", "/docs/stream/"])(
    "%s is for everybody, under the same policy",
    async (path) => {
      const page = await ask(path);
      expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
      expect(directives(page)).toMatchObject({
        "default-src": "'none'",
        "style-src": "'self'",
        "frame-ancestors": "'none'",
      });
      expect(page.headers.get("cache-control")).toBe("no-cache");
      expect(await page.text()).toContain("<h1>");
    },
  );

  it.each(["/docs/http.html", "/docs.html", "/docs/nothing"])("%s is 404", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });
});
