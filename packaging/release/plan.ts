/** What a release changes in the repository: the version in every manifest, and the changelog's heading. Pure. */

export type ReleaseInputs = Readonly<{
  /** As asked for; null for the one that the manifests have. */
  wanted: string | null;
  /** The manifests' texts, by path; one of them is the repository's own, `package.json`. */
  manifests: Readonly<Record<string, string>>;
  changelog: string;
  /** Such as `2026-11-29`. */
  date: string;
}>;

/** `edits`: new texts, by path. `notes`: what the changelog says of this version. */
export type ReleasePlan =
  | Readonly<{ ok: true; version: string; edits: Readonly<Record<string, string>>; notes: string }>
  | Readonly<{ ok: false; message: string }>;

const versionPattern = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?$/;
const versionField = /^( {2}"version": )"([^"]+)"/m;
/** The first section of the changelog: its heading and its text. */
const newest = /^## (\S+) \(unreleased\)\n+([\s\S]*?)(?=^## |(?![\s\S]))/m;

export function planRelease({ wanted, manifests, changelog, date }: ReleaseInputs): ReleasePlan {
  const current = versionField.exec(manifests["package.json"] ?? "")?.[2];
  if (current === undefined) return refuse("package.json has no version");
  const version = wanted ?? current;
  if (!versionPattern.test(version)) return refuse(`${version} is no version, such as 1.2.0 or 1.2.0-beta.1`);
  const [section, , notes = ""] = newest.exec(changelog) ?? [];
  if (section === undefined) return refuse('CHANGELOG.md has no section "(unreleased)"');
  if (notes.trim() === "") return refuse("CHANGELOG.md says nothing of this release");
  if (compare(version, current) < 0) return refuse(`${version} is lower than ${current}, which the manifests have`);
  const edits = Object.entries(manifests).map(([path, text]) => [path, text.replace(versionField, `$1"${version}"`)]);
  return {
    ok: true,
    version,
    notes: notes.trim(),
    edits: {
      ...Object.fromEntries(edits),
      "CHANGELOG.md": changelog.replace(/^## \S+ \(unreleased\)$/m, `## ${version} (${date})`),
    },
  };
}

function refuse(message: string): ReleasePlan {
  return { ok: false, message };
}

/** By the three numbers, and a version before its final one (`1.2.0-beta.1`) below it. */
function compare(a: string, b: string): number {
  const [first, second] = [partsOf(a), partsOf(b)];
  for (const [index, number] of first.numbers.entries()) {
    const difference = number - (second.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(first.isFinal) - Number(second.isFinal);
}

function partsOf(version: string): Readonly<{ numbers: readonly number[]; isFinal: boolean }> {
  const [numbers = "", ...rest] = version.split("-");
  return { numbers: numbers.split(".").map(Number), isFinal: rest.length === 0 };
}
