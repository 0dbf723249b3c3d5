/** Runs commands of the documents as a reader would, in an empty folder, against this test's worker. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

export type Reader = Readonly<{
  /** Replaces what is another on this machine: addresses, ports, folders. */
  replace: (command: string) => string;
  env: Readonly<Record<string, string>>;
}>;

/**
 * `pnpm` and the connector are those of this workspace. An answer that says that the request itself is wrong ends the
 * script; a call that does not exist does not. A stream is read for a second.
 */
const preamble = `
set -e -u -o pipefail
shopt -s expand_aliases
pnpm() { command pnpm --silent --dir "$ROOT" "$@"; }
npx() { shift 2; pnpm "$@"; }
pbxis-connector() { node --no-warnings "$ROOT/connector/src/main.ts" "$@"; }
curl() {
  local seconds=20
  case " $* " in *" -N "* | *" -sN "*) seconds=1 ;; esac
  local status=0
  command curl --silent --show-error --max-time $seconds "$@" > answer || status=$?
  cat answer
  echo
  # 28: the stream has not ended by itself.
  [ $status = 0 ] || [ $status = 28 ] || return $status
  ! grep -qE '"code": ?"(bad_request|unauthorized|forbidden|method_not_allowed|unsupported_media_type|internal)"' answer
}
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
`;

/** Returns what the commands have printed. @throws Error with it, if one fails. */
export async function runCommands(commands: readonly string[], { replace, env }: Reader): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-documents-"));
  await symlink(join(root, "examples"), join(folder, "examples"));
  const script = preamble + commands.map((command) => `echo ${quoted(`+ ${command}`)}\n${replace(command)}\n`).join("");
  try {
    return await new Promise((resolve, reject) => {
      execFile(
        "bash",
        ["-c", script],
        { cwd: folder, env: { ...process.env, ...env, ROOT: root } },
        (error, out, err) => (error ? reject(new Error(`${out}\n${err}`)) : resolve(out)),
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
