import { join } from 'node:path';
import { build, type Rollup } from 'vite';
import { expect, test } from 'vitest';
import { ROOT } from './node/repository.ts';

async function bundled(source: string): Promise<string> {
  const plugin = {
    name: 'entry',
    resolveId: (id: string) => (id === 'virtual:entry' ? join(ROOT, 'packages/core/entry-of-test.ts') : null),
    load: (id: string) => (id.endsWith('entry-of-test.ts') ? source : null),
  };
  const rollupOptions = { input: 'virtual:entry', preserveEntrySignatures: 'strict' as const };
  const result = (await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    plugins: [plugin],
    build: { write: false, rollupOptions },
  })) as Rollup.RollupOutput;
  return result.output.map((part) => ('code' in part ? part.code : '')).join('');
}

test('a page that uses core without converting units does not load the unit tables', async () => {
  expect((await bundled("export * from '@gemel/core';")).length).toBeLessThan(60_000);
  expect((await bundled("export { convert } from '@gemel/core/units';")).length).toBeGreaterThan(200_000);
});
