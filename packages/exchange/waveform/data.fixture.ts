import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Neighbours } from './recording.ts';

/** Folder of the outside data; tests of it are skipped where it is absent. */
export const DATA = process.env.GEMEL_DATA ?? new URL('../../../../shared/data', import.meta.url).pathname;
export const WFDB = join(DATA, 'wfdb');
export const HAS_WFDB = existsSync(join(WFDB, '100.hea'));

/** The files of a folder as neighbours. */
export function folder(path: string): Neighbours {
  const names = readdirSync(path);
  return {
    names,
    read: (name) => (names.includes(name) ? new Uint8Array(readFileSync(join(path, name))) : null),
  };
}

/** Files in memory as neighbours. */
export function inMemory(files: ReadonlyMap<string, Uint8Array>): Neighbours {
  return { names: [...files.keys()], read: (name) => files.get(name) ?? null };
}
