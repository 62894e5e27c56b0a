import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install, ROOT, runNode, say } from './launch.mjs';

const STAMP = join(ROOT, 'apps/web/dist/.sources');
/** All that ends up in the screens. */
const SOURCES = [
  'apps/web',
  'apps/server/api.ts',
  'packages/charts',
  'packages/core',
  'packages/numerics',
  'package-lock.json',
];

/** Builds apps/web unless its dist was made of the same sources. Gives back an exit code. */
export async function buildWeb() {
  const sources = hashOf(SOURCES);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return 0;
  say('Building the screens …');
  const code = await runNode([join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', 'apps/web', '--logLevel', 'warn']);
  if (code === 0) writeFileSync(STAMP, sources);
  return code;
}

function hashOf(paths) {
  const hash = createHash('sha256');
  const add = (path) =>
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  const walk = (path) => {
    for (const entry of readdirSync(join(ROOT, path), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (entry.name === 'dist' || entry.name === 'node_modules' || entry.name.includes('.test.')) continue;
      if (entry.isDirectory()) walk(`${path}/${entry.name}`);
      else add(`${path}/${entry.name}`);
    }
  };
  for (const path of paths) {
    if (path.includes('.')) add(path);
    else walk(path);
  }
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
  process.exitCode = await buildWeb();
}
