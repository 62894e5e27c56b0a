import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/node/repository.ts';

const REQUIREMENTS = join(ROOT, 'bench/python/requirements.txt');

/** The Python of most peers: GEMEL_BENCH_PYTHON if set, else one in .cache. */
export function benchPython(): string | null {
  return process.env.GEMEL_BENCH_PYTHON || peerPython('bench-python', REQUIREMENTS);
}

/** The Python of the waveform peers, whose pandas is older than that of the others. */
export function waveformPython(): string | null {
  const requirements = join(ROOT, 'bench/python/waveform-requirements.txt');
  return process.env.GEMEL_BENCH_WAVEFORM_PYTHON || peerPython('bench-python-waveform', requirements);
}

/** The Python of the peers that read notes, whose NumPy is older than that of the others. */
export function notesPython(): string | null {
  const requirements = join(ROOT, 'bench/python/notes-requirements.txt');
  return process.env.GEMEL_BENCH_NOTES_PYTHON || peerPython('bench-python-notes', requirements);
}

/** The Python of the record linkage peers. */
export function linkagePython(): string | null {
  const requirements = join(ROOT, 'bench/python/linkage-requirements.txt');
  return process.env.GEMEL_BENCH_LINKAGE_PYTHON || peerPython('bench-python-linkage', requirements);
}

/** The Python of the DICOM peers. */
export function dicomPython(): string | null {
  const requirements = join(ROOT, 'bench/python/dicom-requirements.txt');
  return process.env.GEMEL_BENCH_DICOM_PYTHON || peerPython('bench-python-dicom', requirements);
}

/** The Python of the peer that evaluates FHIRPath. */
export function viewPython(): string | null {
  const requirements = join(ROOT, 'bench/python/view-requirements.txt');
  return process.env.GEMEL_BENCH_VIEW_PYTHON || peerPython('bench-python-view', requirements);
}

/**
 * A Python in a folder of .cache with the pinned requirements, made once.
 * null with the reason on standard error where that cannot be made; the peers' rows then say so.
 */
function peerPython(folder: string, requirements: string): string | null {
  const home = join(ROOT, '.cache', folder);
  const python = join(home, 'bin/python');
  const stamp = join(home, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  process.stderr.write('Installing the Python peers …\n');
  const steps = [
    ['python3', '-m', 'venv', home],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
  ] as const;
  for (const [command, ...args] of steps) {
    const done = spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout: 300_000 });
    if (done.status !== 0) {
      process.stderr.write('The Python peers are not there; their rows will say so.\n');
      return null;
    }
  }
  writeFileSync(stamp, wanted);
  return python;
}

/** `Python 3.11.7, numpy 2.3, …` of what is installed. */
export function pythonVersions(python: string): string {
  const version = spawnSync(python, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? 'Python';
  const packages =
    spawnSync(python, ['-m', 'pip', 'freeze', '--disable-pip-version-check'], { encoding: 'utf8' }).stdout ?? '';
  const named: readonly string[] = readFileSync(REQUIREMENTS, 'utf8').match(/^[\w-]+/gm) ?? [];
  const found = packages.split('\n').filter((line) => named.includes(line.split('==')[0]!));
  return `${[version, ...found.map((line) => line.replace('==', ' '))].join(', ')}.`;
}
