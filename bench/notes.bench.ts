import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@gemel/core/time';
import { plainNoteDoor } from '@gemel/exchange/notes/door';
import { corpus } from '@gemel/exchange/notes/fixtures/corpus.data';
import { secondCorpus } from '@gemel/exchange/notes/fixtures/second-corpus.data';
import { readNote } from '@gemel/exchange/notes/read-note';
import { noteRules } from '@gemel/exchange/notes/rules';
import type { Bench, BenchRow } from './bench.ts';
import { notesPython } from './node/python.ts';
import { noteWorkload } from './notes-workload.ts';

const REPEATS = 5;
const AXES = ['negated', 'historical', 'hypothetical', 'family', 'uncertain'] as const;
type Said = { readonly from: number; readonly to: number } & Readonly<Record<(typeof AXES)[number], boolean>>;

interface Peer {
  readonly seconds: number;
  readonly said: readonly (readonly Said[])[];
  readonly versions: string;
}

/** Least processor seconds of several runs, after two that the engine compiles in. */
function seconds(work: () => unknown): number {
  work();
  work();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

function medspacy(texts: readonly string[], annotated: readonly string[]): Peer | string {
  const python = notesPython();
  if (python === null) return 'its packages could not be installed';
  const folder = mkdtempSync(join(tmpdir(), 'gemel-notes-'));
  try {
    const file = join(folder, 'texts.json');
    const words = noteRules.problems.flatMap(({ name, also = [], exact = [] }) => [name, ...also, ...exact]);
    writeFileSync(file, JSON.stringify({ texts, annotated, words: [...new Set(words)] }));
    const program = new URL('python/notes_peers.py', import.meta.url).pathname;
    const done = spawnSync(python, [program, file, '1'], { encoding: 'utf8', timeout: 540_000, maxBuffer: 1e8 });
    if (done.error !== undefined) return done.error.message;
    if (done.status !== 0) return done.stderr.trim().split('\n').at(-1) || `${python} ended with ${done.status}`;
    return JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Peer;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function ours(text: string): readonly Said[] {
  return readNote(text).findings.flatMap(({ kind, span, assertion }): Said[] => {
    if (kind !== 'problem') return [];
    const { negated, uncertain, temporality, experiencer } = assertion;
    const flags = {
      negated,
      uncertain,
      historical: temporality === 'historical',
      hypothetical: temporality === 'hypothetical',
      family: experiencer === 'family',
    };
    return [{ from: span.charStart, to: span.charEnd, ...flags }];
  });
}

/** Of findings both have at the same place, how often both say the same, and who has the gold on his side where they differ. */
function agreement(
  annotated: readonly { readonly text: string; readonly gold: readonly string[] }[],
  peer: Peer,
): readonly BenchRow[] {
  const counts = new Map<string, { same: number; all: number; we: number; they: number }>(
    AXES.map((axis) => [axis, { same: 0, all: 0, we: 0, they: 0 }]),
  );
  annotated.forEach(({ text, gold }, i) => {
    for (const mine of ours(text)) {
      const theirs = peer.said[i]!.find(({ from, to }) => from === mine.from && to === mine.to);
      if (theirs === undefined) continue;
      const words = text.slice(mine.from, mine.to).toLowerCase();
      const lines = gold.filter(
        (line) => line.startsWith('problem|') && words.includes(line.split('|')[1]!.toLowerCase()),
      );
      for (const axis of AXES) {
        const count = counts.get(axis)!;
        count.all++;
        if (mine[axis] === theirs[axis]) count.same++;
        else if (lines.length === 1) {
          const wanted = (lines[0]!.split('|')[2] ?? '').split(',').includes(axis);
          if (wanted === mine[axis]) count.we++;
          else count.they++;
        }
      }
    }
  });
  return [...counts].map(([axis, { same, all, we, they }]) => ({
    name: `${axis}: said alike of ${all} findings`,
    value: (100 * same) / all,
    unit: '%',
    note: `of what is said differently the gold agrees with Gemel ${we} times, with medspaCy ${they} times`,
  }));
}

/** A megabyte of notes read on one core, beside medspaCy on the same notes with the same words. */
export default {
  id: 'notes',
  title: 'Clinical notes, in processor time on one core',
  async run(): Promise<readonly BenchRow[]> {
    const texts = noteWorkload(1_000_000);
    const bytes = texts.map((text) => new TextEncoder().encode(text));
    const size = bytes.reduce((sum, each) => sum + each.length, 0) / 1e6;
    const options = { name: 'note.txt', subject: 'Patient/1', start: instant(1_700_000_000_000), zone: 'UTC' };
    const found = texts.reduce((sum, text) => sum + readNote(text).findings.length, 0);
    const reading = seconds(() => {
      for (const text of texts) readNote(text);
    });
    const items = seconds(() => {
      for (const each of bytes) for (const _ of plainNoteDoor.decode(each, options));
    });
    const per = (time: number) => time / size;
    const rows: BenchRow[] = [
      {
        name: 'a megabyte of notes read: Gemel',
        value: per(reading),
        unit: 's',
        ratio: 1,
        atMost: 1,
        note: `${texts.length} notes, ${found} findings: problems, drugs with doses, allergies, values`,
      },
      {
        name: 'to items, with provenance and the account: Gemel',
        value: per(items),
        unit: 's',
        ratio: reading / items,
      },
    ];
    // The peer would take a minute or two for all of it.
    const some = texts.slice(0, 60);
    const annotated = [...corpus, ...secondCorpus];
    const peer = medspacy(
      some,
      annotated.map(({ text }) => text),
    );
    if (typeof peer === 'string')
      return [...rows, { name: 'medspaCy', value: null, unit: 's', note: `not run: ${peer}` }];
    const part = some.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0) / 1e6;
    const theirs = peer.seconds / part;
    return [
      ...rows,
      {
        name: 'problems alone, with ConText: medspaCy',
        value: theirs,
        unit: 's',
        ratio: per(reading) / theirs,
        note: `${peer.versions}; from ${some.length} of the notes`,
      },
      ...agreement(annotated, peer),
    ];
  },
} satisfies Bench;
