import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { physicalValues } from '@gemel/core';
import { BEAT_LETTERS, type Neighbours, readWfdbRecord } from '@gemel/exchange';
import { detectBeats } from '@gemel/numerics/signal/detect-beats';
import { matchBeats } from '@gemel/numerics/signal/match-beats';
import { envelope, type MinMaxPyramid, PyramidBuilder } from '@gemel/numerics/signal/min-max-pyramid';
import type { Bench, BenchRow } from './bench.ts';
import { waveformPython } from './node/python.ts';

const REPEATS = 5;
const HOUR = 3600 * 125;
/** A screen's width. */
const COLUMNS = 1000;

interface Peers {
  readonly read: number;
  readonly detect: Readonly<
    Record<
      string,
      | { readonly seconds: number; readonly sensitivity: number; readonly predictivity: number }
      | { readonly error: string }
    >
  >;
  readonly pyramid: number;
  readonly direct: number;
  readonly versions: string;
}

/** Least processor seconds of several runs, after two that the engine compiles in. */
function timed<T>(work: () => T): { readonly seconds: number; readonly result: T } {
  let result = work();
  work();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const start = process.cpuUsage();
    result = work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return { seconds: least, result };
}

function peers(record: string): Peers | string {
  const python = waveformPython();
  if (python === null) return 'its packages could not be installed';
  const program = new URL('python/waveform_peers.py', import.meta.url).pathname;
  const done = spawnSync(python, [program, record, String(REPEATS)], { encoding: 'utf8', timeout: 540_000 });
  if (done.error !== undefined) return done.error.message;
  if (done.status !== 0) return done.stderr.trim().split('\n').at(-1) || `${python} ended with ${done.status}`;
  return JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Peers;
}

const perCent = (value: number) => `${(100 * value).toFixed(2)} %`;
const told = (sensitivity: number, predictivity: number) =>
  `${perCent(sensitivity)} found, ${perCent(predictivity)} of what it found are beats`;

function recordRows(folder: string, theirs: Peers | string): BenchRow[] {
  const neighbours: Neighbours = {
    names: readdirSync(folder),
    read: (name) => new Uint8Array(readFileSync(join(folder, name))),
  };
  const read = timed(() => {
    const recording = readWfdbRecord(neighbours.read('100.hea')!, '100.hea', neighbours);
    return { recording, values: recording.signals.map((signal) => physicalValues(signal, signal.runs[0]!.samples)) };
  });
  const { recording, values } = read.result;
  const rate = recording.signals[0]!.frequency;
  const detect = timed(() => detectBeats(values[0]!, rate));
  const reference = recording.marks[0]!.marks.filter(({ code }) => BEAT_LETTERS.has(code)).map(({ after }) => after);
  const { sensitivity, predictivity } = matchBeats(
    reference,
    Array.from(detect.result, (place) => place / rate),
    0.15,
  );
  const rows: BenchRow[] = [
    {
      name: 'record 100, two signals of 30 min read and checked, with annotations: Gemel',
      value: read.seconds,
      unit: 's',
      ratio: 1,
    },
  ];
  const missing = (name: string, why: string): BenchRow => ({ name, value: null, unit: 's', note: `not run: ${why}` });
  const ours: BenchRow = {
    name: 'beats of 30 min detected: Gemel',
    value: detect.seconds,
    unit: 's',
    ratio: 1,
    note: told(sensitivity, predictivity),
  };
  if (typeof theirs === 'string')
    return [...rows, missing('read: wfdb', theirs), ours, missing('detected: wfdb, NeuroKit2', theirs)];
  rows.push({
    name: 'signals alone read: wfdb',
    value: theirs.read,
    unit: 's',
    ratio: read.seconds / theirs.read,
    note: theirs.versions,
  });
  rows.push(ours);
  for (const [name, one] of Object.entries(theirs.detect)) {
    rows.push(
      'error' in one
        ? missing(`detected: ${name}`, one.error)
        : {
            name: `detected: ${name}`,
            value: one.seconds,
            unit: 's',
            ratio: detect.seconds / one.seconds,
            note: told(one.sensitivity, one.predictivity),
          },
    );
  }
  return rows;
}

function pyramidRows(theirs: Peers | string): BenchRow[] {
  const day = new Int32Array(24 * HOUR);
  for (let i = 0; i < day.length; i++) day[i] = 900 * Math.sin(i / 20);
  const build = timed((): MinMaxPyramid => {
    const builder = new PyramidBuilder();
    for (let at = 0; at < day.length; at += HOUR) builder.add(day.subarray(at, at + HOUR));
    return builder.finish();
  });
  const drawings = 1000;
  const query = timed(() => {
    for (let i = 0; i < drawings; i++) envelope(build.result, i, day.length - i, COLUMNS);
  });
  const milliseconds = (query.seconds / drawings) * 1000;
  const rows: BenchRow[] = [
    { name: 'pyramid of 24 h at 125 Hz, hour by hour: Gemel', value: build.seconds * 1000, unit: 'ms', ratio: 1 },
    { name: `24 h drawn from it in ${COLUMNS} columns: Gemel`, value: milliseconds, unit: 'ms', ratio: 1, atMost: 5 },
  ];
  if (typeof theirs === 'string')
    return [...rows, { name: 'pyramid: NumPy', value: null, unit: 'ms', note: `not run: ${theirs}` }];
  rows.push(
    { name: 'pyramid at once: NumPy', value: theirs.pyramid * 1000, unit: 'ms', ratio: build.seconds / theirs.pyramid },
    {
      name: `${COLUMNS} columns from all samples: NumPy`,
      value: theirs.direct * 1000,
      unit: 'ms',
      ratio: milliseconds / (theirs.direct * 1000),
    },
  );
  return rows;
}

export default {
  id: 'waveform',
  title: 'Waveforms: reading, beats and drawing, in processor time',
  async run() {
    const folder = join(process.env.GEMEL_DATA ?? new URL('../../shared/data', import.meta.url).pathname, 'wfdb');
    const there = existsSync(join(folder, '100.hea'));
    const theirs = there ? peers(join(folder, '100')) : 'record 100 is not there';
    const record: BenchRow[] = there
      ? recordRows(folder, theirs)
      : [{ name: 'record 100', value: null, unit: 's', note: 'not run: record 100 is not there' }];
    return [...record, ...pyramidRows(theirs)];
  },
} satisfies Bench;
