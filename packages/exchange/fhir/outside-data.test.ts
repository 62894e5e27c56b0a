import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fhirDoor, fhirNdjsonDoor } from './decode.ts';
import { bytesOf, decodedOf, entriesOf } from './fixture.ts';

const data = process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../shared/data');
const synthea = join(data, 'synthea-r4');
const validator = join(data, 'fhir-validator/files');
const filesOf = (folder: string) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];

interface Entry {
  readonly resource: {
    readonly resourceType: string;
    readonly component?: readonly unknown[];
    readonly [name: string]: unknown;
  };
}

describe.skipIf(!existsSync(synthea))(`synthetic records (skipped where ${synthea} is absent)`, () => {
  test.each(filesOf(synthea))(
    '%s: every entry is mapped, kept or refused, and the counts are those of the file',
    (name) => {
      const bytes = new Uint8Array(readFileSync(join(synthea, name)));
      const bundle: { entry: readonly Entry[] } = JSON.parse(new TextDecoder().decode(bytes));
      const decoded = decodedOf(bytes, { name });
      expect(decoded.length).toBe(bundle.entry.length);
      expect(decoded.map(({ type }) => type)).toEqual(bundle.entry.map(({ resource }) => resource.resourceType));
      const refused = decoded.filter(({ fate }) => fate === 'refused');
      expect(refused.flatMap(({ problems }) => problems)).toEqual([]);

      const observations = bundle.entry.filter(({ resource }) => resource.resourceType === 'Observation');
      const values = observations.reduce((sum, { resource }) => {
        const own = Object.keys(resource).some((key) => /^value[A-Z]/.test(key)) ? 1 : 0;
        return sum + own + (resource.component?.length ?? 0);
      }, 0);
      const items = decoded.filter(({ type }) => type === 'Observation').flatMap((one) => one.items);
      expect(items.length).toBe(values);

      const patients = new Set(
        bundle.entry
          .filter(({ resource }) => resource.resourceType === 'Patient')
          .map(({ resource }) => `Patient/${resource.id}`),
      );
      for (const item of decoded.flatMap((one) => one.items)) expect(patients).toContain(item.subject);
      for (const [i, { provenance }] of decoded.entries()) {
        const slice = bytes.subarray(provenance.byteStart, provenance.byteEnd);
        expect(JSON.parse(new TextDecoder().decode(slice)).id).toBe(bundle.entry[i]?.resource.id);
      }
    },
  );

  test('the same records as NDJSON give the same items', () => {
    const name = filesOf(synthea)[0]!;
    const bundle: { entry: readonly Entry[] } = JSON.parse(readFileSync(join(synthea, name), 'utf8'));
    const lines = bundle.entry
      .map(({ resource }) => JSON.stringify(resource).replaceAll('urn:uuid:', 'Patient/'))
      .join('\n');
    const facts = (decoded: ReturnType<typeof decodedOf>) =>
      decoded.flatMap(({ items }) => items).map(({ provenance: _, ...item }) => item);
    expect(facts(decodedOf(lines, {}, fhirNdjsonDoor))).toEqual(facts(decodedOf(JSON.stringify(bundle))));
  });

  test('a bundle of 50,000 entries is read to its end, cut or whole', () => {
    const entry = (i: number) =>
      `{"resource":{"resourceType":"Observation","id":"o${i}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"99504-3"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2024-01-15T08:00:00Z","valueQuantity":{"value":${100 + (i % 50)},"unit":"mg/dL"}}}`;
    const bytes = bytesOf(
      `{"resourceType":"Bundle","type":"collection","entry":[${Array.from({ length: 50_000 }, (_, i) => entry(i)).join(',')}]}`,
    );
    let mapped = 0;
    for (const { items } of fhirDoor.decode(bytes, { name: 'large.json' })) mapped += items.length;
    expect(mapped).toBe(50_000);
    const cut = bytes.subarray(0, bytes.length - 3000);
    expect([...fhirDoor.decode(cut, { name: 'large.json' })].at(-1)?.problems[0]?.code).toBe('exchange-truncated');
  });
});

describe.skipIf(!existsSync(validator))(
  `resources of the reference validator's suite (skipped where ${validator} is absent)`,
  () => {
    test.each(filesOf(validator))('%s is accounted for without throwing', (name) => {
      const bytes = new Uint8Array(readFileSync(join(validator, name)));
      const decoded = decodedOf(bytes, { name });
      expect(decoded.length).toBeGreaterThan(0);
      for (const { fate, items, problems, kept } of decoded) {
        expect(fate === 'mapped').toBe(items.length > 0);
        if (fate === 'refused') expect(problems.length).toBeGreaterThan(0);
        if (fate === 'kept' && problems.every(({ where }) => where.element !== undefined)) expect(kept).toBeDefined();
      }
      let value: { resourceType?: string; entry?: unknown[] } | null = null;
      try {
        value = JSON.parse(new TextDecoder().decode(bytes));
      } catch {
        expect(decoded.some(({ fate }) => fate === 'refused')).toBe(true);
      }
      if (value !== null)
        expect(entriesOf(decoded).length).toBe(value.resourceType === 'Bundle' ? (value.entry?.length ?? 0) : 1);
    });
  },
);
