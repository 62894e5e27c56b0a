import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '@gemel/numerics';
import { candidatePairs } from '@gemel/runtime/identity/block';
import { type GeneratedPeople, generatePeople, ORDINARY } from '@gemel/runtime/identity/generate-people';
import { linkPeople, REVIEW } from '@gemel/runtime/identity/link';
import type { Bench, BenchRow } from './bench.ts';
import { linkagePython } from './node/python.ts';

const PEOPLE = 2_000;
const SEED = 2026;
const REPEATS = 3;
const UNIT = 'pairs/s';

type Peer =
  | { readonly seconds: number; readonly candidates: number; readonly pairs: readonly (readonly [string, string])[] }
  | { readonly error: string };

/** Precision, recall and F1 of pairs found, in words. */
function quality({ records, truth }: GeneratedPeople, pairs: readonly (readonly [string, string])[]): string {
  const of = new Map(records.map(({ subject }, i) => [subject, truth[i]]));
  const right = pairs.filter(([a, b]) => of.get(a) === of.get(b)).length;
  const all = records.length - new Set(truth).size;
  const [precision, recall] = [right / Math.max(1, pairs.length), right / all];
  const f1 = (2 * precision * recall) / (precision + recall);
  return `F1 ${f1.toFixed(3)}, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`;
}

function peers({ records }: GeneratedPeople): Readonly<Record<string, Peer>> | string {
  const python = linkagePython();
  if (python === null) return 'its packages could not be installed';
  const folder = mkdtempSync(join(tmpdir(), 'gemel-linkage-'));
  try {
    const file = join(folder, 'records.json');
    const rows = records.map(({ subject: id, given, family, birthDate, sex, street, postcode, phone }) => ({
      id,
      given,
      family,
      birthDate,
      sex,
      street,
      postcode,
      phone,
    }));
    writeFileSync(file, JSON.stringify(rows));
    const program = new URL('python/linkage_peers.py', import.meta.url).pathname;
    const done = spawnSync(python, [program, file], { encoding: 'utf8', timeout: 300_000, maxBuffer: 1 << 28 });
    if (done.status !== 0) return done.stderr.trim().split('\n').at(-1) || `${python} ended with ${done.status}`;
    return JSON.parse(done.stdout.trim().split('\n').at(-1)!);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Invented people with their errors, households and twins: candidate pairs found, compared, fitted and judged, in processor time. */
export default {
  id: 'linkage',
  title: 'Who is who: candidate pairs compared, fitted and judged, per second of processor time',
  async run(): Promise<readonly BenchRow[]> {
    const people = generatePeople(PEOPLE, 0.6, ORDINARY, randomStream(SEED, PEOPLE));
    const candidates = candidatePairs(people.records).length;
    let seconds = Number.POSITIVE_INFINITY;
    let found = linkPeople(people.records);
    for (let trial = 0; trial < REPEATS; trial++) {
      const start = process.cpuUsage();
      found = linkPeople(people.records);
      const { user, system } = process.cpuUsage(start);
      seconds = Math.min(seconds, (user + system) / 1e6);
    }
    const own = candidates / seconds;
    const note = quality(
      people,
      found.map(({ a, b }) => [a, b]),
    );
    const rows: BenchRow[] = [
      {
        name: `${people.records.length} records, at probability ${REVIEW}: Gemel`,
        value: own,
        unit: UNIT,
        ratio: 1,
        note: `${candidates} pairs; ${note}`,
      },
    ];
    const theirs = peers(people);
    if (typeof theirs === 'string')
      return [...rows, { name: 'recordlinkage, splink', value: null, unit: UNIT, note: `not run: ${theirs}` }];
    for (const [name, peer] of Object.entries(theirs)) {
      if ('error' in peer) rows.push({ name, value: null, unit: UNIT, note: `not run: ${peer.error}` });
      else {
        const value = peer.candidates / peer.seconds;
        rows.push({
          name,
          value,
          unit: UNIT,
          ratio: value / own,
          note: `${peer.candidates} pairs; ${quality(people, peer.pairs)}`,
        });
      }
    }
    return rows;
  },
} satisfies Bench;
