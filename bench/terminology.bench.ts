import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SNOMED } from '@gemel/core';
import { expand } from '@gemel/exchange/terminology/expand';
import { lookup } from '@gemel/exchange/terminology/lookup';
import { loadRelease } from '@gemel/exchange/terminology/node/load-release';
import { openTerminologyFolder } from '@gemel/exchange/terminology/node/terminology-folder';
import { subsumes } from '@gemel/exchange/terminology/subsumes';
import { validateInValueSet } from '@gemel/exchange/terminology/validate-code';
import type { Bench, BenchRow } from './bench.ts';
import { codeAt, parentsAt, WORDS, writeRelease } from './terminology-workload.ts';

const CONCEPTS = 1_000_000;
const ASKED = 20_000;
const SELF = new URL(import.meta.url).pathname;

/** Concepts spread over the whole release. */
const spread = (i: number) => (i * 499_979) % CONCEPTS;

/** Processor seconds of some work. */
function seconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** In processes of their own, so that the memory of each is its own. */
async function load(folder: string): Promise<readonly BenchRow[]> {
  const start = process.cpuUsage();
  const { file, problemCount, systems } = await loadRelease(join(folder, 'release'), join(folder, 'store'));
  const { user, system } = process.cpuUsage(start);
  if (problemCount > 0 || systems[0]?.concepts !== CONCEPTS) throw new Error(`${problemCount} problems`);
  return [
    { name: 'loaded: concepts, names, hierarchy and closure, words', value: (user + system) / 1e6, unit: 's' },
    { name: 'most memory while loading', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB' },
    { name: 'library file', value: statSync(file).size / 2 ** 20, unit: 'MiB' },
  ];
}

function ask(folder: string): readonly BenchRow[] {
  const { terminology, close } = openTerminologyFolder(join(folder, 'store'));
  const times = (name: string, count: number, work: (i: number) => unknown): BenchRow => {
    work(0);
    const spent = seconds(() => {
      for (let i = 0; i < count; i++) work(i);
    });
    return { name, value: (spent / count) * 1e6, unit: 'µs' };
  };
  const below = terminology.membership(`${SNOMED}?fhir_vs=isa/${codeAt(3)}`);
  const and = terminology.membership(
    `${SNOMED}?fhir_vs=ecl/(< ${codeAt(3)} AND < ${codeAt(31)}) MINUS << ${codeAt(311)}`,
  );
  const rows = [
    times('$lookup with names and neighbours', ASKED, (i) =>
      lookup(terminology, { system: SNOMED, code: codeAt(spread(i)) }),
    ),
    times('$subsumes', ASKED, (i) => subsumes(terminology, SNOMED, null, codeAt(spread(i) % 1000), codeAt(spread(i)))),
    times('$validate-code, is-a of 100,000 and more', ASKED, (i) =>
      validateInValueSet(terminology, below, { system: SNOMED, code: codeAt(spread(i)) }),
    ),
    times('$validate-code, expression constraint', ASKED, (i) =>
      validateInValueSet(terminology, and, { system: SNOMED, code: codeAt(spread(i)) }),
    ),
    times('$expand, first 20 by two words', 20, (i) =>
      expand(below, { filter: `${WORDS[i % WORDS.length]} fract`, count: 20 }),
    ),
    { name: 'most memory while asking', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB' } satisfies BenchRow,
  ];
  for (let i = 0; i < 1000; i++) {
    const n = spread(i);
    const parent = parentsAt(n)[0] ?? 0;
    if (subsumes(terminology, SNOMED, null, codeAt(parent), codeAt(n)) === 'not-subsumed')
      throw new Error('the closure is wrong');
  }
  close();
  return rows;
}

function apart(part: 'load' | 'ask', folder: string): readonly BenchRow[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SELF, part, folder], { encoding: 'utf8' });
  if (status !== 0) return [{ name: part, value: null, unit: '', note: stderr.trim().split('\n').at(-1) ?? '' }];
  return JSON.parse(stdout) as BenchRow[];
}

export default {
  id: 'terminology',
  title: 'Terminology: a release of a million concepts loaded and asked, in processor time',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'gemel-terminology-'));
    try {
      const rows = writeRelease(join(folder, 'release'), CONCEPTS);
      const release: BenchRow = { name: 'rows of the release (RF2)', value: rows, unit: '' };
      return [release, ...apart('load', folder), ...apart('ask', folder)];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
} satisfies Bench;

if (import.meta.main) {
  const [part, folder] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(part === 'load' ? await load(folder!) : ask(folder!)));
}
