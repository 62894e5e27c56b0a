import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { environment, findNode } from './launch.mjs';
import { checkSource } from './node/check-layers.ts';
import { instantiate } from './node/new.ts';
import { ROOT, text, workspace } from './node/repository.ts';

const run = promisify(execFile);
const INTO = '.cache/new';
const NAME = 'made-by-test';
const folder = join(ROOT, INTO, NAME);

rmSync(folder, { recursive: true, force: true });
const made = instantiate('pack', NAME, INTO);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = async (...args: string[]) => {
  const env = environment({ NO_COLOR: '1', CI: 'true' });
  const done = run(findNode(), args, { cwd: ROOT, env }).catch((error) => error);
  const { stdout, code } = await done;
  return { stdout: String(stdout), code: Number(code ?? 0) };
};

test('a new pack keeps the layers and carries its own name alone', () => {
  const known = workspace();
  const { name, dependencies } = JSON.parse(text(`${INTO}/${NAME}/package.json`));
  expect(name).toBe(`@gemel/pack-${NAME}`);
  const root = `packs/${NAME}`;
  const as = {
    packages: { ...known.packages, [name]: root },
    declared: { ...known.declared, [root]: Object.keys(dependencies) },
  };
  const sources = made.filter((file) => file.endsWith('.ts'));
  const broken = sources.flatMap((file) => checkSource(file.replace(INTO, 'packs'), text(file), as));
  expect(broken).toEqual([]);
  expect(made.filter((file) => /body.?temperature/i.test(file))).toEqual([]);
});

test('a new pack type-checks', async () => {
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../../tsconfig.json', include: ['.', '../../../packages/core/ucum-lhc.d.ts'] }),
  );
  const { stdout, code } = await node(join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder);
  expect(stdout).toBe('');
  expect(code).toBe(0);
});

test('a new pack passes its tests', async () => {
  const { stdout, code } = await node(join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder);
  expect(code, stdout).toBe(0);
  expect(stdout).toMatch(/Tests +\d\d+ passed/);
});

test('a name that is not kebab-case, or taken, is refused', () => {
  expect(() => instantiate('pack', 'MyTwin', INTO)).toThrow('kebab-case');
  expect(() => instantiate('pack', NAME, INTO)).toThrow('already');
});
