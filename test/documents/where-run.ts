/**
 * Where each command of the documents is run: by continuous integration, by `documents.test.ts` itself, or not, for a
 * reason. The first rule that matches counts.
 */
export type Whereabouts =
  | Readonly<{ kind: "ci" }>
  | Readonly<{ kind: "here" }>
  | Readonly<{ kind: "elsewhere"; reason: string }>;

const ci: Whereabouts = { kind: "ci" };
const here: Whereabouts = { kind: "here" };
const not = (reason: string): Whereabouts => ({ kind: "elsewhere", reason });

const account = not("needs an account at Cloudflare; deploy:check does what comes before the upload");
const packages = not("test:packages runs it, with the paths of its own installation");
const examples = not("the test of the examples runs it, with the addresses of its own demo");
const asterisk = not("needs an installed Asterisk; the lab's uses the same texts, and reads them at its start");

const rules: readonly (readonly [RegExp, Whereabouts])[] = [
  [/^pnpm exec wrangler |\| pnpm exec wrangler |^curl https:\/\/pbxis-edge\.example/, account],
  [/^npx --yes pnpm@12 (fix|bench)$/, not("changes files, or takes a quarter of an hour")],
  [/^npx --yes pnpm@12 run release \d/, not("edits the repository; its dry run is in CI")],
  [/^npx --yes pnpm@12 (exec vitest run|sim --seed)/, not("is a part of what CI runs")],
  [/^npx --yes pnpm@12 (test|check|demo|sim|test:\w+|run release --dry-run)$/, ci],
  [/^(apt install|editor|systemctl|docker) /, packages],
  [/^(node )?\.?\/?pbxis-connector[\w.-]*( doctor)? --env-file |^npm install --global/, packages],
  [/^asterisk -rx /, asterisk],
  [/^PBXIS_JWKS_URL=.* pnpm worker --port \d+$/, not("this test's worker has the same settings")],
  [/^(pbxis-connector|npx --yes pnpm@12 connector) --(print-\w+(-conf)?|help)( |$)/, here],
  [/^npx --yes pnpm@12 run token |^TOKEN=\$\(pnpm --silent run token /, here],
  [/^(EDGE|SITE|AUTH)=|^send(\(\)| )|^curl /, here],
  [/^node examples\/identity-provider\//, here],
  [
    /(^| )examples\/|^export EDGE=|^npx --yes pnpm@12 build:|^python3 -m http\.server|^cd examples\/|^npm install \.\.\/|^npx esbuild /,
    examples,
  ],
];

export function whereRun(command: string): Whereabouts | undefined {
  return rules.find(([pattern]) => pattern.test(command))?.[1];
}
