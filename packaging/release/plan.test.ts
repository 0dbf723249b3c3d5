import { expect, it } from "vitest";
import { planRelease, type ReleaseInputs } from "./plan.ts";

const manifest = (version: string) =>
  `{\n  "name": "x",\n  "version": "${version}",\n  "nested": {\n    "version": "7"\n  }\n}\n`;
const inputs: ReleaseInputs = {
  wanted: null,
  manifests: { "package.json": manifest("0.2.0"), "connector/package.json": manifest("0.2.0") },
  changelog: "# Changelog\n\n## 0.2.0 (unreleased)\n\n- News.\n\n## 0.1.0 (2026-01-01)\n\n- Old.\n",
  date: "2026-11-29",
};

it("a release dates the changelog's newest section and sets every manifest's version", () => {
  const plan = planRelease({ ...inputs, wanted: "0.3.0" });
  expect(plan).toEqual({
    ok: true,
    version: "0.3.0",
    notes: "- News.",
    edits: {
      "package.json": manifest("0.3.0"),
      "connector/package.json": manifest("0.3.0"),
      "CHANGELOG.md": inputs.changelog.replace("0.2.0 (unreleased)", "0.3.0 (2026-11-29)"),
    },
  });
});

it("without a version it releases the one that the manifests have", () => {
  expect(planRelease(inputs)).toMatchObject({ ok: true, version: "0.2.0" });
});

it.each<[Partial<ReleaseInputs>, RegExp]>([
  [{ wanted: "0.1.9" }, /0\.1\.9 is lower than 0\.2\.0/],
  [{ wanted: "0.2.0-beta.1" }, /lower/],
  [{ wanted: "v1" }, /no version/],
  [{ changelog: "# Changelog\n\n## 0.2.0 (2026-01-01)\n\n- Old.\n" }, /no section/],
  [{ changelog: "# Changelog\n\n## 0.3.0 (unreleased)\n\n## 0.2.0 (2026-01-01)\n\n- Old.\n" }, /says nothing/],
])("%j is refused: %s", (change, message) => {
  expect(planRelease({ ...inputs, ...change })).toEqual({ ok: false, message: expect.stringMatching(message) });
});
