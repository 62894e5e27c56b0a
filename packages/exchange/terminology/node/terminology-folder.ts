import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { builtIn } from '../built-in.ts';
import { Terminology } from '../terminology.ts';
import { type OpenLibrary, openLibrary } from './library.ts';

export interface TerminologyFolder {
  /** Everything loaded, and what comes with the program. */
  readonly terminology: Terminology;
  readonly libraries: readonly { readonly file: string; readonly library: OpenLibrary }[];
  /** Takes up what was loaded, replaced or removed since; whether anything was. What cannot be opened leaves all as it was. @throws terminology-store */
  refresh(): boolean;
  close(): void;
}

interface OpenFile {
  readonly file: string;
  /** Tells a file from another of the same name. */
  readonly state: string;
  readonly library: OpenLibrary;
}

/**
 * Opens every library of a folder; where there is none, what comes with the program is all there is. `mostMisses` is that of
 * `Terminology`. @throws terminology-store
 */
export function openTerminologyFolder(
  folder: string,
  options: { readonly mostMisses?: number } = {},
): TerminologyFolder {
  let open: readonly OpenFile[] = opened(folder, []);
  /** Those replaced last: an answer begun with them may still be read. */
  let replaced: readonly OpenFile[] = [];
  const all = () => [...open.map(({ library }) => library), builtIn()];
  const terminology = new Terminology(all(), options);
  return {
    terminology,
    get libraries() {
      return open;
    },
    refresh() {
      const now = listed(folder);
      const same =
        now.length === open.length &&
        now.every(({ file, state }, i) => open[i]!.file === file && open[i]!.state === state);
      if (same) return false;
      const before = open;
      open = opened(folder, before);
      terminology.replace(all());
      for (const { library } of replaced) library.close();
      replaced = before.filter((each) => !open.includes(each));
      return true;
    },
    close() {
      for (const { library } of [...open, ...replaced]) library.close();
      replaced = [];
    },
  };
}

/** The library files of a folder, by name. */
function listed(folder: string): readonly Omit<OpenFile, 'library'>[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter((name) => name.endsWith('.library'))
    .sort()
    .flatMap((name) => {
      const file = join(folder, name);
      const info = statSync(file, { throwIfNoEntry: false });
      return info === undefined ? [] : [{ file, state: `${info.ino}|${info.size}|${info.mtimeMs}` }];
    });
}

/** Opens the libraries of a folder that are not open as they are. */
function opened(folder: string, before: readonly OpenFile[]): readonly OpenFile[] {
  const made: OpenFile[] = [];
  try {
    return listed(folder).map(({ file, state }) => {
      const known = before.find((each) => each.file === file && each.state === state);
      if (known !== undefined) return known;
      const one = { file, state, library: openLibrary(file) };
      made.push(one);
      return one;
    });
  } catch (error) {
    for (const { library } of made) library.close();
    throw error;
  }
}

/** Removes a library file. */
export function removeLibrary(file: string): void {
  rmSync(file);
}
