import { createHash } from 'node:crypto';
import { coding, type Decoded, instant, LOINC, MINUTE, type RawItem } from '@gemel/core';
import { createHub } from '@gemel/runtime';
import { discoverPacks } from '@gemel/server/node/world';
import { memory } from '@gemel/store';
import type { Bench, BenchRow } from './bench.ts';

const REPEATS = 5;
const UNIT = 'items/s';
const START = Date.UTC(2024, 0, 1);
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

interface Kind {
  readonly code: string;
  readonly unit: string;
  readonly value: (i: number) => number;
}
const SENSOR: Kind = { code: '99504-3', unit: 'mg/dL', value: (i) => Math.round(120 + 50 * Math.sin(i / 40)) };
const CREATININE: Kind = { code: '14682-9', unit: 'umol/L', value: (i) => 80 + (i % 15) };
const RATE: Kind = { code: '8867-4', unit: '/min', value: (i) => 70 + (i % 17) };

function element(i: number, minutes: number, { code, unit, value }: Kind): Decoded {
  const provenance = { source: 'stream', element: `row[${i}]` };
  const item: RawItem = {
    kind: 'observation',
    subject: `person|${i % 10}`,
    codings: [coding(LOINC, code)],
    value: { kind: 'quantity', value: value(i), unit },
    time: { start: instant(START + i * minutes * MINUTE), offset: 0 },
    provenance,
  };
  return { type: 'row', fate: 'mapped', items: [item], problems: [], provenance };
}

/** Items per CPU second into a log in memory, the best of several rounds after one that the engine compiles in. */
async function rate(kinds: readonly Kind[], minutes: number, packs: Awaited<ReturnType<typeof discoverPacks>>) {
  const decoded = Array.from({ length: 30_000 }, (_, i) => element(i, minutes, kinds[i % kinds.length]!));
  const now = instant(START + 31_000 * minutes * MINUTE);
  let best = 0;
  for (let trial = 0; trial <= REPEATS; trial++) {
    const hub = createHub({ store: memory(), packs, clock: () => now, seed: 1, sha256, engine: 'bench' });
    const start = process.cpuUsage();
    await hub.admit(decoded, { name: 'stream', sha256: '', format: 'bench', bytes: 0 });
    const { user, system } = process.cpuUsage(start);
    if (trial > 0) best = Math.max(best, decoded.length / ((user + system) / 1e6));
  }
  return best;
}

/** Ten people's values, 30,000 of them, through admission into a log in memory: coded, converted, graded, told apart. */
export default {
  id: 'admit',
  title: 'Admission, items per second on one core',
  async run(): Promise<readonly BenchRow[]> {
    const packs = await discoverPacks();
    const one = async (name: string, minutes: number, ...kinds: Kind[]): Promise<BenchRow> => ({
      name,
      value: await rate(kinds, minutes, packs),
      unit: UNIT,
    });
    return [
      await one('sensor glucose, as it is', 0.5, SENSOR),
      await one('creatinine, converted', 60, CREATININE),
      await one('glucose, creatinine and heart rate in turn', 5, SENSOR, CREATININE, RATE),
    ];
  },
} satisfies Bench;
