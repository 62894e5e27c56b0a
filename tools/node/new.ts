/** `npm run new pack <name>`: makes packs/<name> from templates/pack under the new name. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { files, ROOT, text } from './repository.ts';

const KINDS = {
  pack: { template: 'templates/pack', into: 'packs', named: 'body-temperature', titled: 'Body temperature' },
};

/** Copies a template into `into`/`name` (from the root), renamed throughout. Returns the files made. */
export function instantiate(
  kind: keyof typeof KINDS,
  name: string,
  into: string = KINDS[kind].into,
): readonly string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw new Error(`“${name}” is not kebab-case, such as my-twin.`);
  const { template, named, titled } = KINDS[kind];
  const folder = `${into}/${name}`;
  if (existsSync(join(ROOT, folder))) throw new Error(`${folder} is there already.`);
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  return files(template).map((file) => {
    const target = `${folder}/${file.slice(template.length + 1)}`;
    mkdirSync(dirname(join(ROOT, target)), { recursive: true });
    writeFileSync(join(ROOT, target), text(file).replaceAll(named, name).replaceAll(titled, title));
    return target;
  });
}

function main(kind: string | undefined, name: string | undefined): number {
  if (kind === undefined || !(kind in KINDS) || name === undefined) {
    process.stderr.write(`Usage: npm run new <${Object.keys(KINDS).join('|')}> <name>\n`);
    return 2;
  }
  try {
    for (const file of instantiate(kind as keyof typeof KINDS, name)) process.stdout.write(`${file}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
  process.stdout.write(`\nNow: npm install, which makes it known to the workspace; then npm test packs/${name}\n`);
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv[2], process.argv[3]);
