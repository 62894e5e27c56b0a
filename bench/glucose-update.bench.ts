import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DemoFile, personFiles } from '@gemel/cli/node/demo-files';
import { DEMO_NOW, DEMO_PEOPLE, DEMO_START, liveDays } from '@gemel/cli/node/demo-people';
import { decode } from '@gemel/cli/node/sources';
import { type Instant, instant, MINUTE } from '@gemel/core';
import { sniffDoor } from '@gemel/exchange';
import { openWorld, sha256, type World } from '@gemel/server/node/world';
import type { Bench } from './bench.ts';

/** Values that arrive one by one after the calibration. */
const VALUES = 120;
const PACK = 'glucose';

/** A device file through its door into the log. */
async function take(world: World, file: DemoFile): Promise<void> {
  const bytes = new TextEncoder().encode(file.text);
  const door = sniffDoor(bytes, file.name)!;
  const source = { name: file.name, bytes, sha256: sha256(bytes), door };
  await world.hub.admit(decode(source, file.options), { ...source, format: door.id, bytes: bytes.length });
}

/** The p-quantile of sorted values, the next value at or above it. */
function quantile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)];
}

/**
 * From the bytes of a device file with one new sensor value to the updated forecast: door, admission, durable log,
 * assimilation, paths of all members over five hours, quantiles. Wall-clock time.
 */
export default {
  id: 'glucose-update',
  title: 'New CGM value → updated forecast, a twin with two weeks of records',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'gemel-bench-'));
    let now: Instant = DEMO_NOW;
    const world = await openWorld({ folder, clock: () => now });
    try {
      const life = liveDays(DEMO_PEOPLE[0], 1);
      for (const file of personFiles(life, DEMO_START, now, 'record')) await take(world, file);
      const [subject] = await world.hub.subjects();
      const calibrating = performance.now();
      const belief = await world.hub.calibrate(subject, PACK);
      const calibrated = (performance.now() - calibrating) / 1000;
      if ('service' in belief) throw new Error(`Not calibrated: ${belief.missing.map((m) => m.statement).join(' ')}`);
      const spent: number[] = [];
      while (spent.length < VALUES) {
        const before = now;
        now = instant(now + 5 * MINUTE);
        const files = personFiles(life, before, now, `live-${now}`);
        if (files.length === 0) continue;
        const start = performance.now();
        for (const file of files) await take(world, file);
        const forecast = await world.hub.forecast(subject, PACK);
        const milliseconds = performance.now() - start;
        if (forecast.kind === 'forecast') spent.push(milliseconds);
      }
      // The first tenth is the engine warming up, as it does once after a start.
      const sorted = spent.slice(VALUES / 10).sort((a, b) => a - b);
      const note = `${belief.members.length} members, ${sorted.length} values`;
      return [
        { name: 'p95', value: quantile(sorted, 0.95), unit: 'ms', atMost: 50, note },
        { name: 'median', value: quantile(sorted, 0.5), unit: 'ms' },
        { name: 'first value after the start', value: spent[0], unit: 'ms' },
        { name: 'calibration on two weeks, once', value: calibrated, unit: 's' },
      ];
    } finally {
      await world.close();
      await rm(folder, { recursive: true });
    }
  },
} satisfies Bench;
