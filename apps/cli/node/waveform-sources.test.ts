import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Annotation, writeAnnotations, writeWfdbRecord } from '@gemel/exchange';
import { afterAll, describe, expect, test } from 'vitest';
import { decode, filesOf, readSources } from './sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'gemel-record-'));
const runs = [{ after: 0, samples: Int32Array.of(1, 2, 3) }];
const signals = [{ name: 'II', unit: 'mV', frequency: 100, gain: 200, baseline: 0, runs }];
for (const [name, bytes] of writeWfdbRecord({ record: 'r1', frequency: 100, format: 16, signals }))
  writeFileSync(join(folder, name), bytes);
const beat: Annotation = { tick: 1, code: 1, subtype: 0, channel: 0, number: 0, text: '' };
writeFileSync(join(folder, 'r1.atr'), writeAnnotations([beat]));
writeFileSync(join(folder, 'other.json'), JSON.stringify({ resourceType: 'Patient', id: 'p' }));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a record of several files', () => {
  const options = { subject: 'p1', start: '2024-01-01T00:00:00Z' };
  const types = async (path: string) => {
    const sources = await readSources([path], options);
    return sources.map((source) => [source.name, [...decode(source, options)].map(({ type }) => type)]);
  };

  test('the header brings its signals and annotations along', async () => {
    expect(await types(join(folder, 'r1.hea'))).toEqual([['r1.hea', ['header', 'signal', 'annotations']]]);
  });

  test('in a folder they are not sources of their own', async () => {
    expect((await filesOf(folder)).map((path) => basename(path))).toEqual(['other.json', 'r1.hea']);
    expect((await types(folder)).map(([name]) => name)).toEqual(['other.json', 'r1.hea']);
  });

  test('the hash covers all of them', async () => {
    const hash = async () => (await readSources([join(folder, 'r1.hea')], options))[0]!.sha256;
    const before = await hash();
    writeFileSync(join(folder, 'r1.atr'), writeAnnotations([{ ...beat, tick: 2 }]));
    expect(await hash()).not.toBe(before);
  });

  test('a start that is no instant is refused', async () => {
    const [source] = await readSources([join(folder, 'r1.hea')], options);
    expect(() => [...decode(source!, { ...options, start: '2024-01-01' })]).toThrow(/no instant/);
  });
});
