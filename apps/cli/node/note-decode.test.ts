import { describe, expect, test } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';

const at = commandLine();
const NOTE = 'Patient ID: p1\nDate: 2024-01-31 13:30\n\nHPI: No fever. Has asthma.\nVitals: BP 120/80 mmHg, Na 138\n';
const lines = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));

describe('gemel decode of a note', () => {
  const zone = ['--zone', '+01:00'] as const;

  test('as items, as resources, as the account of its bytes', async () => {
    const file = at.file('note.txt', NOTE);
    const items = lines((await at.gemel('decode', '--as', 'observations', ...zone, file)).out);
    expect(items.map(({ kind, fact }) => fact ?? kind)).toEqual([
      'condition.absent',
      'condition',
      'observation',
      'observation',
    ]);
    expect(items[2]).toMatchObject({
      subject: 'p1',
      value: { value: 120, unit: 'mm[Hg]' },
      time: { start: '2024-01-31T12:30:00.000Z' },
    });
    expect(at.told()).toContain('note-unit-missing');
    const fhir = lines((await at.gemel('decode', '--as', 'fhir', ...zone, file)).out);
    expect(fhir.map(({ resourceType }) => resourceType)).toEqual([
      'DocumentReference',
      'Condition',
      'Condition',
      'Observation',
    ]);
    const loss = lines((await at.gemel('decode', '--as', 'loss', ...zone, file)).out);
    const bytes = loss.reduce((sum, row) => sum + Number(row.byteEnd) - Number(row.byteStart), 0);
    expect(bytes).toBe(NOTE.length);
    expect(loss.filter(({ fate }) => fate === 'mapped').map(({ to }) => to)).toEqual([
      ['Condition'],
      ['Condition'],
      ['Observation'],
    ]);
  });

  test('with rules of the user, which are refused where they are none', async () => {
    const file = at.file('own.txt', NOTE.replace('Has asthma', 'Has brain fog'));
    const rules = at.file(
      'rules.json',
      JSON.stringify({ problems: [{ name: 'brain fog', codings: ['ICD-10-CM R41.89'] }] }),
    );
    const items = lines((await at.gemel('decode', '--as', 'observations', ...zone, '--note-rules', rules, file)).out);
    expect(items[1]).toMatchObject({ fact: 'condition', codings: [{ code: 'R41.89' }] });
    const { code } = await at.gemel('decode', '--note-rules', at.file('bad.json', '{"words": 1}'), file);
    expect(code).toBe(3);
    expect(at.told()).toContain('note-rules-invalid');
  });
});
