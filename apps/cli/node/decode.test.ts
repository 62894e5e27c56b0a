import { describe, expect, test } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';

const at = commandLine();
const MESSAGE = [
  'MSH|^~\\&|LAB|HOSP|GEMEL|HERE|20240131120000+0100||ORU^R01|M1|P|2.5.1',
  'PID|1||123^^^HOSP&1.2.3&ISO^MR||Doe^Jane||19700102|F',
  'OBR|1|P1|F1|24321-2^Panel^LN|||20240131113000+0100',
  'OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L^^UCUM|||||F',
].join('\r');
const lines = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));

describe('gemel decode', () => {
  test('HL7 v2 as resources, as items, as the account of every field', async () => {
    const file = at.file('message.txt', MESSAGE);
    const fhir = lines((await at.gemel('decode', '--as', 'fhir', file)).out);
    expect(fhir.map(({ resourceType }) => resourceType)).toEqual(
      expect.arrayContaining(['MessageHeader', 'Patient', 'Observation']),
    );
    const items = lines((await at.gemel('decode', '--as', 'observations', file)).out);
    expect(items.find(({ kind }) => kind === 'observation')).toMatchObject({
      subject: 'urn:oid:1.2.3|123',
      value: { value: 5.4, unit: 'mmol/L' },
      time: { start: '2024-01-31T10:30:00.000Z', offset: 60 },
    });
    const loss = lines((await at.gemel('decode', '--as', 'loss', file)).out);
    expect(loss.find(({ element }) => element === 'OBX-5')).toMatchObject({
      fate: 'mapped',
      to: ['Observation.value'],
    });
  });

  test('FHIR and device files in the same three forms', async () => {
    const resource = { resourceType: 'Patient', id: 'p', gender: 'female' };
    const fhir = at.file('patient.json', JSON.stringify(resource, null, 2));
    expect(lines((await at.gemel('decode', fhir)).out)).toEqual([resource]);
    const csv = at.file(
      'cgm.csv',
      'time,glucose\n2024-01-31T10:00:00Z,100\n2024-01-31T10:05:00Z,101\n2024-01-31T10:10:00Z,102\n',
    );
    const { out } = await at.gemel('decode', '--unit', 'mg/dL', '--subject', 'x', csv);
    expect(lines(out)[0]).toMatchObject({ resourceType: 'Observation', valueQuantity: { value: 100, unit: 'mg/dL' } });
    expect(
      lines((await at.gemel('decode', '--as', 'loss', '--unit', 'mg/dL', '--subject', 'x', csv)).out),
    ).toHaveLength(3);
  });

  test('numbers on a grid: what each step comes to, what was bridged, and gaps; what has no place there is told', async () => {
    const row = (minute: string, value: string, more = '') =>
      `2024-01-31T10:${minute}:00Z,8867-4,${value},/min,${more}`;
    const rows = [
      'time,code,value,unit,doubt',
      row('01', '60'),
      row('03', '70'),
      row('04', '300', 'movement'),
      row('12', '80'),
      row('31', '90'),
    ];
    const file = at.file('pulse.csv', rows.join('\n'));
    const grid = async (...options: string[]) => {
      const { out } = await at.gemel('decode', '--as', 'grid', '--subject', 'x', ...options, file);
      return lines(out);
    };
    const five = await grid();
    expect(five[0]).toEqual({
      subject: 'x',
      system: 'http://loinc.org',
      code: '8867-4',
      unit: '/min',
      at: '2024-01-31T10:00:00.000Z',
      everyMinutes: 5,
      aggregate: 'mean',
      value: 65,
      count: 2,
      from: 'values',
    });
    expect(at.told()).toMatch(/device-off-grid[\s\S]*1 values/);
    expect(five.map(({ value }) => value)).toEqual([65, null, 80, null, null, null, 90]);
    expect(
      (await grid('--bridge', '10', '--aggregate', 'max')).map(({ value, from }) => [value, from]).slice(0, 4),
    ).toEqual([
      [70, 'values'],
      [75, 'bridge'],
      [80, 'values'],
      [null, 'gap'],
    ]);
    const fine = await at.gemel('decode', '--as', 'grid', '--subject', 'x', '--every', '0.00001', file);
    expect(fine.out).toBe('');
    expect(at.told()).toMatch(/device-grid-too-fine/);
    expect((await at.gemel('decode', '--as', 'grid', '--every', '0', file)).code).toBe(2);
  });

  test('what no door reads does not stop the other files, and ends with 3', async () => {
    const bad = at.file('bad.hl7', 'MSH|^~\\&|A||||||ADT^A01|1|P|1.0\r');
    const good = at.file('good.hl7', MESSAGE);
    const { code, out } = await at.gemel('decode', bad, at.file('what.xyz', 'nothing known'), good);
    expect(code).toBe(3);
    expect(at.told()).toMatch(/hl7v2-version[\s\S]*exchange-format-unknown/);
    expect(lines(out).length).toBeGreaterThan(2);
  });
});
