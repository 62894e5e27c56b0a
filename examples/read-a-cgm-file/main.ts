import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { instant } from '@gemel/core';
import { sniffDoor } from '@gemel/exchange';
import { glucoseMetrics } from '@gemel/pack-glucose/metrics';
import { readingsOf } from '@gemel/pack-glucose/readings';
import { createHub } from '@gemel/runtime/create-hub';
import { discoverPacks, engine } from '@gemel/server/node/world';
import { memory } from '@gemel/store';

const name = 'clarity.csv';
const bytes = new Uint8Array(readFileSync(new URL(name, import.meta.url)));
const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');
const now = instant(Date.parse('2026-03-30T00:00:00+02:00'));
const hub = createHub({ store: memory(), packs: await discoverPacks(), clock: () => now, seed: 1, sha256, engine });

// The night of the file is the one in which the clocks go forward: the zone has to be known.
const door = sniffDoor(bytes, name)!;
const [refused] = door.decode(bytes, { name });
console.log(`without a zone: ${refused!.problems[0]!.code}\n  ${refused!.problems[0]!.remedy}`);

const decoded = door.decode(bytes, { name, zone: 'Europe/Berlin' });
const { account, subjects } = await hub.admit(decoded, {
  name,
  sha256: sha256(bytes),
  format: door.id,
  bytes: bytes.length,
});
const { entries, mapped, kept, duplicates, refused: lost } = account;
console.log(
  `\n${door.title}, ${entries} rows: ${mapped} mapped, ${kept} kept as is, ${duplicates} duplicates, ${lost} refused`,
);
for (const problem of account.problems)
  console.log(`  line ${problem.where.line}  ${problem.code}: ${problem.message}`);

const readings = readingsOf(await hub.history(subjects[0]!, 'glucose'));
const m = glucoseMetrics(readings, 60);
console.log(
  `\n${subjects[0]}: ${m.n} readings, mean ${m.mean.toFixed(1)} mg/dL, SD ${m.sd.toFixed(1)}, GMI ${m.gmi.toFixed(2)} %`,
);
const shares = { 'below 70': m.timeBelow70, '70 to 180': m.timeInRange, 'above 180': m.timeAbove180 };
for (const [range, share] of Object.entries(shares))
  console.log(`  ${range.padEnd(10)} ${share.toFixed(1).padStart(5)} %`);
