import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
  expect(existsSync(`${folder}/README.md`)).toBe(true);
  const { stdout } = await promisify(execFile)(process.execPath, [`${folder}/main.ts`], { cwd: folder });
  expect(stdout).toBe(readFileSync(`${folder}/expected.txt`, 'utf8'));
});
