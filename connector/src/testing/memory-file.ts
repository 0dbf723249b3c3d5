/** A spool's file in memory, on a disk with `capacity` bytes. Each call ends in a later turn, as on a real disk. */
import { setImmediate as turn } from "node:timers/promises";
import type { SpoolFile } from "../uplink/spool/file.ts";

export type MemoryFile = SpoolFile & { content: () => string; capacity: number; replacements: number };

export function memoryFile(text: string, capacity = Number.POSITIVE_INFINITY): MemoryFile {
  let content = Buffer.from(text);
  const full = "ENOSPC: no space left on device, write";
  const file: MemoryFile = {
    capacity,
    replacements: 0,
    content: () => content.toString(),
    text,
    write: async (added, position) => {
      await turn();
      const bytes = Buffer.from(added);
      const fitting = bytes.subarray(0, Math.max(0, Math.max(file.capacity, content.length) - position));
      const size = Math.max(content.length, position + fitting.length);
      const next = Buffer.alloc(size);
      content.copy(next);
      fitting.copy(next, position);
      content = next;
      return fitting.length < bytes.length ? full : null;
    },
    truncate: async (size) => {
      await turn();
      content = content.subarray(0, size);
      return null;
    },
    replace: async (next) => {
      await turn();
      // Both files need their space.
      if (content.length + next.length > file.capacity) return full;
      content = Buffer.from(next);
      file.replacements++;
      return null;
    },
    close: () => {},
  };
  return file;
}
