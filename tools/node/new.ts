/** `npm run new pack|method|adapter <name>`: makes a folder from templates/ under the new name. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { files, ROOT, text } from './repository.ts';

/** What can be begun: its template, where it goes, and the names in it that are replaced. */
export const KINDS = {
  pack: { template: 'templates/pack', into: 'packs', named: 'body-temperature' },
  method: { template: 'templates/method', into: 'packages/inference', named: 'random-walk' },
  adapter: { template: 'templates/adapter', into: 'packages/exchange/device', named: 'plain-thermometer' },
} as const;

const NEXT: Readonly<Record<keyof typeof KINDS, string>> = {
  pack: 'npm install, which makes it known to the workspace',
  method: 'export it from packages/inference/index.ts and run npm run api',
  adapter: 'add it to packages/exchange/doors.ts',
};

/** Copies a template into `into`/`name` (from the root), renamed throughout. Returns the files made. */
export function instantiate(
  kind: keyof typeof KINDS,
  name: string,
  into: string = KINDS[kind].into,
): readonly string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw new Error(`“${name}” is not kebab-case, such as my-twin.`);
  const { template, named } = KINDS[kind];
  const folder = `${into}/${name}`;
  if (existsSync(join(ROOT, folder))) throw new Error(`${folder} is there already.`);
  return files(template).map((file) => {
    const target = `${folder}/${renamed(file.slice(template.length + 1), named, name)}`;
    mkdirSync(dirname(join(ROOT, target)), { recursive: true });
    writeFileSync(join(ROOT, target), renamed(text(file), named, name));
    return target;
  });
}

/** Replaces the name in each of its spellings: kebab-case, camelCase, PascalCase, in words. */
function renamed(content: string, from: string, to: string): string {
  const spellings = (name: string) => {
    const pascal = name
      .split('-')
      .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
      .join('');
    const words = name.replaceAll('-', ' ');
    return [
      name,
      pascal.charAt(0).toLowerCase() + pascal.slice(1),
      pascal,
      words.charAt(0).toUpperCase() + words.slice(1),
    ];
  };
  const target = spellings(to);
  return spellings(from).reduce((done, spelling, i) => done.replaceAll(spelling, target[i]!), content);
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
  process.stdout.write(
    `\nNow: ${NEXT[kind as keyof typeof KINDS]}; then npm test ${KINDS[kind as keyof typeof KINDS].into}/${name}\n`,
  );
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv[2], process.argv[3]);
