import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { framePool } from '@gemel/exchange/dicom/node/frame-pool';
import { readVolume } from '@gemel/exchange/dicom/node/read-volume';
import { parseDicom } from '@gemel/exchange/dicom/parse';
import { ROOT } from '../tools/node/repository.ts';
import type { Bench, BenchRow } from './bench.ts';
import { dicomPython } from './node/python.ts';

const SLICES = 200;
const REPEATS = 2;
const KINDS = [
  ['raw', 'Explicit VR Little Endian'],
  ['jls', 'JPEG-LS lossless'],
  ['j2k', 'JPEG 2000 lossless'],
] as const;

type Peers = Readonly<Record<string, { readonly seconds: number; readonly sum: number }>>;

/** Seconds of the clock, since frames are unpacked in threads: files on disk to voxels, threads started anew each time. */
async function ours(folder: string): Promise<{ readonly seconds: number; readonly sum: number }> {
  let least = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    const pool = framePool();
    const files = readdirSync(folder).map((name) => parseDicom(new Uint8Array(readFileSync(join(folder, name))), name));
    const { voxels } = await readVolume(files, pool);
    least = Math.min(least, (performance.now() - start) / 1000);
    await pool.close();
    sum = 0;
    for (const value of voxels) sum += value;
  }
  return { seconds: least, sum };
}

export default {
  id: 'dicom',
  title: 'DICOM: a CT series of 512×512×200 from files to a calibrated volume',
  async run() {
    const python = dicomPython();
    if (python === null)
      return [{ name: 'CT series', value: null, unit: 's', note: 'not run: its packages could not be installed' }];
    const program = new URL('python/dicom_peers.py', import.meta.url).pathname;
    const folder = join(ROOT, '.cache/bench-dicom');
    const run = (...args: string[]) => {
      const done = spawnSync(python, [program, ...args], { encoding: 'utf8', timeout: 580_000 });
      if (done.status !== 0) throw new Error(done.stderr.trim().split('\n').at(-1) ?? 'the peer ended with a fault');
      return done.stdout;
    };
    if (!existsSync(join(folder, 'j2k', `${SLICES - 1}.dcm`))) run('make', folder, String(SLICES));
    const theirs = JSON.parse(run('time', folder, String(REPEATS)).trim().split('\n').at(-1)!) as Peers & {
      versions: string;
    };
    const rows: BenchRow[] = [];
    for (const [kind, title] of KINDS) {
      const { seconds, sum } = await ours(join(folder, kind));
      const peer = theirs[kind]!;
      const note = sum === peer.sum ? 'voxels sum to the same' : `voxels sum to ${sum}, the peer's to ${peer.sum}`;
      const target = kind === 'j2k' ? {} : { atMost: 2 };
      rows.push({ name: `${title}: Gemel`, value: seconds, unit: 's', ratio: 1, note, ...target });
      rows.push({
        name: `${title}: pydicom`,
        value: peer.seconds,
        unit: 's',
        ratio: seconds / peer.seconds,
        note: theirs.versions,
      });
    }
    return rows;
  },
} satisfies Bench;
