import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../examples/', import.meta.url));
const names = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

test('there are examples', () => expect(names.length).toBeGreaterThanOrEqual(3));

test.each(names)('%s prints what it says it prints', async (name) => {
  const folder = `${root}${name}`;
  for (const file of ['README.md', 'expected.txt']) expect(existsSync(`${folder}/${file}`)).toBe(true);
  const { stdout } = await promisify(execFile)(process.execPath, [`${folder}/main.ts`], { cwd: folder });
  await expect(stdout).toMatchFileSnapshot(`${folder}/expected.txt`);
});
