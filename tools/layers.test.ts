import { describe, expect, test } from 'vitest';
import { checkName, checkSource, type Workspace } from './node/check-layers.ts';
import { files, text, workspace } from './node/repository.ts';

const house: Workspace = {
  packages: {
    '@gemel/numerics': 'packages/numerics',
    '@gemel/core': 'packages/core',
    '@gemel/exchange': 'packages/exchange',
    '@gemel/pack-a': 'packs/a',
    '@gemel/pack-b': 'packs/b',
  },
  declared: {
    '': ['vitest'],
    'packages/core': ['@gemel/numerics', 'left-pad'],
    'packs/a': ['@gemel/core', '@gemel/exchange', '@gemel/pack-b'],
    'apps/cli': ['@gemel/core', '@gemel/exchange', '@gemel/pack-a'],
  },
};
const rules = (file: string, source: string) => checkSource(file, source, house).map((v) => v.rule);

test('the sources keep to the table of layers, everywhere', () => {
  const known = workspace();
  const broken = files()
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && file.includes('/'))
    .flatMap((file) => checkSource(file, text(file), known))
    .map((v) => `${v.file}:${v.line} [${v.rule}] ${v.message}`);
  expect(broken).toEqual([]);
});

describe('the check finds a planted', () => {
  test.each([
    ['import upward', 'packages/numerics/a.ts', "import { x } from '@gemel/core';"],
    ['type import upward', 'packages/numerics/a.ts', "import type { X } from '@gemel/core';"],
    ['type query upward', 'packages/numerics/a.ts', "export const x = (y: import('@gemel/core').Y) => y;"],
    ['re-export upward', 'packages/numerics/a.ts', "export * from '@gemel/core';"],
    ['dynamic import upward', 'packages/numerics/a.ts', "export const x = () => import('@gemel/core');"],
    ['import past the allowed subfolder', 'packages/core/a.ts', "import { solve } from '@gemel/numerics/ode/solve';"],
    ['import of a door by a pack', 'packs/a/pack.ts', "import { door } from '@gemel/exchange';"],
    ['import of one pack by another', 'packs/a/pack.ts', "import { pack } from '@gemel/pack-b';"],
    ['import of a pack in a test of another', 'packs/a/pack.test.ts', "import { pack } from '@gemel/pack-b';"],
  ])('%s', (_, file, source) => expect(rules(file, source)).toEqual(['direction']));

  test('relative import that climbs into another package', () => {
    expect(rules('packages/core/a.ts', "import { x } from '../numerics/index.ts';")).toEqual(['boundary']);
    expect(rules('packs/a/sub/b.ts', "import { x } from '../../b/pack.ts';")).toEqual(['boundary']);
    expect(rules('apps/cli/a.ts', "import { x } from '../../packages/core/index.ts';")).toEqual(['boundary']);
    expect(rules('packages/core/a.ts', "import { x } from '../../tools/node/syntax.ts';")).toEqual(['boundary']);
    expect(rules('evidence/node/a.ts', "import { x } from '../../tools/node/syntax.ts';")).toEqual([]);
  });

  test.each([
    ["import { readFileSync } from 'node:fs';"],
    ["import { readFileSync } from 'fs';"],
    ["export const x = () => import('node:crypto');"],
    ['export const x = Date.now();'],
    ['export const x = new Date();'],
    ['export const x = Date();'],
    ['export const x = Math.random();'],
    ["export const x = Math['random']();"],
    ['export const x = performance.now();'],
    ['export const x = globalThis.performance.now();'],
    ['setTimeout(() => {}, 1);'],
    ["export const x = fetch('x');"],
    ["export const x = new WebSocket('x');"],
    ['export const x = crypto.getRandomValues(new Uint8Array(1));'],
    ['export const x = process.env.X;'],
    ['export const x = { process };'],
    ['export const x = { [process.pid]: 1 };'],
    ['export const x = (process as unknown) satisfies unknown;'],
  ])('use of clock, dice, disk or network: %s', (source) => {
    expect(rules('packages/core/a.ts', source)).toEqual(['pure']);
    expect(rules('packages/core/validation/a2020.ts', source)).toEqual(['pure']);
    expect(rules('packages/core/node/a.ts', source)).toEqual([]);
    expect(rules('packages/core/a.test.ts', source)).toEqual([]);
    expect(rules('apps/cli/a.ts', source)).toEqual([]);
  });

  test('import of a node/ folder by pure code', () => {
    expect(rules('packages/core/a.ts', "import { x } from './node/x.ts';")).toEqual(['node-folder']);
    expect(rules('packages/core/a.ts', "import type { X } from './node/x.ts';")).toEqual([]);
    expect(rules('packages/core/node/a.ts', "import { x } from './x.ts';")).toEqual([]);
  });

  test('package that is not declared', () => {
    expect(rules('packages/core/a.ts', "import pad from 'right-pad';")).toEqual(['undeclared']);
    expect(rules('packages/core/a.ts', "import pad from 'left-pad/deep';")).toEqual([]);
    expect(rules('packages/core/a.ts', "import { test } from 'vitest';")).toEqual(['undeclared']);
    expect(rules('packages/core/a.test.ts', "import { test } from 'vitest';")).toEqual([]);
  });

  test('file in no known folder', () => {
    expect(rules('elsewhere/a.ts', '')).toEqual(['boundary']);
  });

  test('file too long without a reason', () => {
    const long = 'export {};\n'.repeat(701);
    expect(rules('packages/core/a.ts', long)).toEqual(['size']);
    expect(rules('packages/core/a.ts', `/** Long because it is one table. */\n${long}`)).toEqual([]);
    expect(rules('packages/core/a.data.ts', long)).toEqual([]);
  });

  test('syntax error', () => {
    expect(rules('packages/core/a.ts', 'export const = 1;')).toEqual(['syntax']);
  });

  test.each([
    'packages/core/myFile.ts',
    'packages/core/My-file.ts',
    'packages/core/my_file.ts',
    'packages/core/utils.ts',
    'packages/core/helpers/a.ts',
    'packages/core/common.data.ts',
  ])('name: %s', (file) => expect(checkName(file).map((v) => v.rule)).toEqual(['name']));
});

describe('the check lets pass', () => {
  test.each([
    ['packages/core/a.ts', "import type { RandomStream } from '@gemel/numerics/random/stream';"],
    ['packages/core/a.ts', "import { randomStream } from '@gemel/numerics';"],
    ['packages/core/a.ts', 'export const x = new Date(5); export const y = Math.sqrt(2);'],
    ['packages/core/a.ts', 'export const f = (process: () => void) => process();'],
    ['packages/core/a.ts', 'export const x = { fetch: 1 }; export const y = x.fetch;'],
    ['packages/core/a.ts', 'export interface Clock { performance: number }'],
    ['packages/core/a.ts', 'export const s = "Math.random() and process.env";'],
    ['apps/cli/a.ts', "import { pack } from '@gemel/pack-a'; import { door } from '@gemel/exchange';"],
  ])('%s: %s', (file, source) => expect(rules(file, source)).toEqual([]));
});
