import { createHash } from 'node:crypto';
import { instant, isQuantity, type Observation } from '@gemel/core';
import { defineValidation } from '@gemel/core/validation';
import { sniffDoor } from '@gemel/exchange';
import { decodePayload } from '@gemel/exchange/device/payload';
import { topicPattern } from '@gemel/exchange/device/topic';
import { createHub } from '@gemel/runtime';
import { memory } from '@gemel/store';
import { AT, SUBJECT, type Way, ways } from './blood-pressure.data.ts';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const NOW = instant(Date.parse('2024-03-02T00:00:00Z'));

/** What a source becomes: its observations but for where they came from, how far they are trusted, and when they were known. */
export async function admitted({ file, text, subject, start }: Way): Promise<readonly object[]> {
  const bytes = new TextEncoder().encode(text);
  const store = memory();
  const hub = createHub({ store, packs: [], clock: () => NOW, seed: 1, sha256, engine: 'validation' });
  const address = topicPattern('twins/{subject}/{device}/#')!.address(file);
  const decoded =
    address === null
      ? sniffDoor(bytes, file)!.decode(bytes, {
          name: file,
          ...(subject === undefined ? {} : { subject }),
          ...(start === undefined ? {} : { start: instant(Date.parse(start)), zone: start.slice(-6) }),
        })
      : decodePayload(file, address, bytes, { zone: '+01:00', received: instant(Date.parse(AT) + 5_000) });
  await hub.admit(decoded, { name: file, sha256: sha256(bytes), format: 'x', bytes: bytes.length });
  const entries = await store.read({ kinds: ['observation'] });
  return entries
    .map(({ payload }) => payload as Observation)
    .map(({ kind, subject: whose, signal, code, value, trueAt }) => ({
      ...{ kind, whose, signal, code, trueAt },
      // A unit converted leaves the last bits of a number open.
      value: isQuantity(value) ? { ...value, value: Number(value.value.toPrecision(12)) } : value,
    }))
    .sort((a, b) => ((a.signal ?? '') < (b.signal ?? '') ? 1 : -1));
}

const [reference, ...others] = ways;

/** A blood pressure means the same by whichever door it comes. */
export default defineValidation({
  id: 'fhirvitals2019',
  title: 'One blood pressure by every door: equal observations',
  citation:
    'HL7 FHIR R4 (2019), Observation profile Blood Pressure (hl7.org/fhir/R4/bp.html); ISO/IEEE 11073-10101 codes as in HL7 Personal Health Device IG 1.1.0; Open mHealth blood-pressure 3.0; Bluetooth Blood Pressure Service 1.1.1',
  data: [],
  slow: false,
  rows: [
    {
      name: `${reference!.name}: systolic`,
      source: 'blood-pressure.data.ts',
      unit: 'mm[Hg]',
      expected: 120,
      tolerance: 0,
    },
    {
      name: `${reference!.name}: diastolic`,
      source: 'blood-pressure.data.ts',
      unit: 'mm[Hg]',
      expected: 80,
      tolerance: 0,
    },
    ...others.map(({ name }) => ({
      name: `${name}: equal to the panel (1: yes)`,
      source: 'Observation in packages/core',
      unit: '1',
      expected: 1,
      tolerance: 0,
    })),
  ],
  async run() {
    const held = await admitted(reference!);
    const numbers = held.map((each) =>
      'value' in each ? (each.value as { readonly value: number }).value : Number.NaN,
    );
    const rows: Record<string, number> = {
      [`${reference!.name}: systolic`]: numbers[0] ?? Number.NaN,
      [`${reference!.name}: diastolic`]: numbers[1] ?? Number.NaN,
    };
    for (const way of others) {
      const same =
        JSON.stringify(await admitted(way)) === JSON.stringify(held) &&
        held.every((each) => 'whose' in each && each.whose === SUBJECT);
      rows[`${way.name}: equal to the panel (1: yes)`] = same ? 1 : 0;
    }
    return rows;
  },
});
