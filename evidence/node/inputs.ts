import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ROOT, workspace } from '../../tools/node/repository.ts';
import { importsOf, parse } from '../../tools/node/syntax.ts';

/** Folder of the outside data: `GEMEL_DATA`, else `../shared/data` beside the repository. */
export const DATA = process.env.GEMEL_DATA ?? join(ROOT, '../shared/data');

const packages = workspace().packages;
const imports = new Map<string, readonly string[]>();

/** Local files a file reaches by imports that survive type stripping, itself included, sorted. */
export function reachedFrom(file: string): readonly string[] {
  const reached = new Set<string>();
  const follow = (from: string) => {
    if (reached.has(from)) return;
    reached.add(from);
    for (const next of localImports(from)) follow(next);
  };
  follow(file);
  return [...reached].sort();
}

/** SHA-256 over the study's own code. */
export function hashCode(file: string): string {
  return hashFiles(reachedFrom(file), ROOT);
}

/** SHA-256 over the study's data; null where one is absent. */
export function hashData(data: readonly string[]): string | null {
  return data.every((name) => existsSync(join(DATA, name))) ? hashFiles(data, DATA) : null;
}

function hashFiles(names: readonly string[], folder: string): string {
  const hash = createHash('sha256');
  for (const name of names) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(folder, name)))
      .update('\0');
  }
  return hash.digest('hex');
}

function localImports(file: string): readonly string[] {
  let found = imports.get(file);
  if (found === undefined) {
    const { program } = parse(file, readFileSync(join(ROOT, file), 'utf8'));
    found = importsOf(program)
      .filter((i) => !i.typeOnly)
      .map((i) => resolve(file, i.specifier))
      .filter((path) => path !== null);
    imports.set(file, found);
  }
  return found;
}

/** The file a specifier means, from the root; null for what is not ours. */
function resolve(from: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  const name = specifier.split('/').slice(0, 2).join('/');
  const folder = packages[name];
  if (folder === undefined) return null;
  const rest = specifier.slice(name.length + 1) || 'index';
  return posix.join(folder, rest.endsWith('.ts') ? rest : `${rest}.ts`);
}
