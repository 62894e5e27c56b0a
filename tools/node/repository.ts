import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Workspace } from './check-layers.ts';

/** Root folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

const NOT_SOURCE = new Set(['node_modules', 'dist', 'coverage']);
/** At the root alone: where the programs write. */
const WRITTEN = new Set(['data', 'out']);
/** Other hidden files are somebody's own. */
const HIDDEN_SOURCE = new Set(['.ci', '.npmrc', '.gitignore']);

/** Every file of the repository that is not installed, built, written or cached, from the root, with forward slashes, sorted. */
export function files(under = ''): readonly string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const { name } = entry;
      if (name.startsWith('.') && !HIDDEN_SOURCE.has(name)) continue;
      if (NOT_SOURCE.has(name) || (folder === ROOT && WRITTEN.has(name))) continue;
      if (entry.isDirectory()) walk(join(folder, name));
      else if (entry.isFile()) found.push(relative(ROOT, join(folder, name)).replaceAll('\\', '/'));
    }
  };
  walk(under === '' ? ROOT : join(ROOT, under));
  return found.sort();
}

/** The text of a file named from the root. */
export function text(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The packages and what each declares. */
export function workspace(): Workspace {
  const packages: Record<string, string> = {};
  const declared: Record<string, readonly string[]> = { '': namesIn('package.json') };
  for (const group of ['packages', 'packs', 'apps']) {
    if (!existsSync(join(ROOT, group))) continue;
    for (const name of readdirSync(join(ROOT, group))) {
      const manifest = `${group}/${name}/package.json`;
      if (!existsSync(join(ROOT, manifest))) continue;
      packages[JSON.parse(text(manifest)).name] = `${group}/${name}`;
      declared[`${group}/${name}`] = namesIn(manifest);
    }
  }
  return { packages, declared };
}

function namesIn(manifest: string): readonly string[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(text(manifest));
  return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies });
}
