import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { environment, findNode } from './launch.mjs';
import { checkSource } from './node/check-layers.ts';
import { instantiate, KINDS } from './node/new.ts';
import { ROOT, text, workspace } from './node/repository.ts';

const INTO = `.cache/new-${process.pid}`;
const NAME = 'made-by-test';
const folder = join(ROOT, INTO);
const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
const made = new Map(kinds.map((kind) => [kind, instantiate(kind, NAME, `${INTO}/${kind}`)]));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = promisify(execFile);
const node = async (...args: string[]) => {
  const env = environment({ NO_COLOR: '1', CI: 'true' });
  const { stdout, code } = await run(findNode(), args, { cwd: ROOT, env }).catch((error) => error);
  return { stdout: String(stdout), code: Number(code ?? 0) };
};

test.each(kinds)('a new %s keeps the layers and carries its own name alone', (kind) => {
  const known = workspace();
  const sources = made.get(kind)!;
  const root = `${KINDS[kind].into}/${NAME}`;
  const manifest = sources.find((file) => file.endsWith('/package.json'));
  const own = manifest === undefined ? null : JSON.parse(text(manifest));
  const as = own && {
    packages: { ...known.packages, [own.name]: root },
    declared: { ...known.declared, [root]: Object.keys(own.dependencies) },
  };
  const broken = sources
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => checkSource(file.replace(`${INTO}/${kind}`, KINDS[kind].into), text(file), as ?? known));
  expect(broken).toEqual([]);
  expect(sources.filter((file) => `${file}\n${text(file)}`.includes(KINDS[kind].named))).toEqual([]);
});

test('what is new type-checks', async () => {
  const config = { extends: '../../tsconfig.json', include: ['.', '../../packages/core/ucum-lhc.d.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout, code } = await node(join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder);
  expect(stdout).toBe('');
  expect(code).toBe(0);
});

test('what is new passes its tests', async () => {
  const { stdout, code } = await node(join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder);
  expect(code, stdout).toBe(0);
  expect(stdout).toMatch(new RegExp(`Test Files +${kinds.length} passed`));
});

test('a name that is not kebab-case, or taken, is refused', () => {
  expect(() => instantiate('pack', 'MyTwin', `${INTO}/pack`)).toThrow('kebab-case');
  expect(() => instantiate('pack', NAME, `${INTO}/pack`)).toThrow('already');
});
