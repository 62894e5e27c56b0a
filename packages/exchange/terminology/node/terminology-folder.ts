import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { builtIn } from '../built-in.ts';
import { Terminology } from '../terminology.ts';
import { type OpenLibrary, openLibrary } from './library.ts';

export interface TerminologyFolder {
  /** Everything loaded, and what comes with the program. */
  readonly terminology: Terminology;
  readonly libraries: readonly { readonly file: string; readonly library: OpenLibrary }[];
  close(): void;
}

/** Opens every library of a folder; where there is none, what comes with the program is all there is. @throws terminology-store */
export function openTerminologyFolder(folder: string): TerminologyFolder {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.library')) : [];
  const libraries: { file: string; library: OpenLibrary }[] = [];
  try {
    for (const name of names.sort())
      libraries.push({ file: join(folder, name), library: openLibrary(join(folder, name)) });
  } catch (error) {
    for (const { library } of libraries) library.close();
    throw error;
  }
  return {
    terminology: new Terminology([...libraries.map(({ library }) => library), builtIn()]),
    libraries,
    close: () => {
      for (const { library } of libraries) library.close();
    },
  };
}

/** Removes a library file. */
export function removeLibrary(file: string): void {
  rmSync(file);
}
