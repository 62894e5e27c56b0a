import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENT = 'docs/security/threat-model.md';
const text = readFileSync(ROOT + DOCUMENT, 'utf8');
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| threat |'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('every threat says what holds it, and links a test that is there under that name', () => {
  const wrong = rows.flatMap(([, threat, held, tests]) => {
    const links = [...(tests ?? '').matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)];
    if (!threat || !held || links.length === 0) return [`${threat}: nothing holds it`];
    return links.flatMap(([, name, target]) => {
      const file = ROOT + posix.join(posix.dirname(DOCUMENT), target!);
      if (!existsSync(file)) return [`${threat}: ${target} is not there`];
      // A quote within a name is escaped in the source, or the name stands in other quotes.
      const source = readFileSync(file, 'utf8').replaceAll("\\'", "'");
      return source.includes(name!) ? [] : [`${threat}: no test "${name}" in ${target}`];
    });
  });
  expect(wrong).toEqual([]);
});

test('all six kinds of STRIDE are thought of', () => {
  const kinds = [...text.matchAll(/^## (\w+(?: \w+)*):/gm)].map(([, kind]) => kind);
  expect(kinds).toEqual([
    'Spoofing',
    'Tampering',
    'Repudiation',
    'Information disclosure',
    'Denial of service',
    'Elevation of privilege',
  ]);
  expect(rows.length).toBeGreaterThan(35);
});
