import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fhirPath } from '@gemel/exchange/fhir/path/expression';
import { compileView } from '@gemel/exchange/fhir/view/compile';
import { viewRows } from '@gemel/exchange/fhir/view/rows';
import type { Bench, BenchRow } from './bench.ts';
import { viewPython } from './node/python.ts';

type Resource = Readonly<Record<string, unknown>>;

const REPEATS = 5;
const UNIT = 'rows/s';
/** Resources that the peer and the bare engine are timed on. */
const SAMPLE = 400;
const COLUMNS: Readonly<Record<string, string>> = {
  id: 'id',
  status: 'status',
  code: 'code.coding.first().code',
  system: "code.coding.where(system = 'http://loinc.org').first().system",
  at: 'effective.ofType(dateTime)',
  value: 'value.ofType(Quantity).value',
  unit: 'value.ofType(Quantity).unit',
  patient: 'subject.reference',
};

const column = Object.entries(COLUMNS).map(([name, path]) => ({ name, path }));
const flat = { resource: 'Observation', select: [{ column }] };
/** One row a coding and component, with the key of the patient: what a data mart asks for. */
const unrolled = {
  resource: 'Observation',
  where: [{ path: "status = 'final'" }],
  select: [
    { column: [...column.slice(0, 2), { name: 'key', path: 'getResourceKey()' }] },
    { forEachOrNull: 'code.coding', column: [{ name: 'coding', path: 'code', type: 'code' }] },
    {
      forEachOrNull: 'component',
      column: [{ name: 'component', path: 'value.ofType(Quantity).value', type: 'decimal' }],
    },
  ],
};

/** Least processor seconds of several runs, after one that the engine compiles in. */
function seconds(work: () => unknown): number {
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

function byPeer(resources: readonly Resource[]): { readonly seconds: number; readonly rows: string[][] } | string {
  const python = viewPython();
  if (python === null) return 'its package could not be installed';
  const folder = mkdtempSync(join(tmpdir(), 'gemel-view-'));
  try {
    const input = join(folder, 'in.json');
    writeFileSync(input, JSON.stringify({ resources, columns: COLUMNS, repeats: 2 }));
    const program = new URL('python/view_peer.py', import.meta.url).pathname;
    const done = spawnSync(python, [program, input], { encoding: 'utf8', timeout: 120_000, maxBuffer: 1 << 28 });
    if (done.status !== 0) return done.stderr.trim().split('\n').at(-1) || `${python} ended with ${done.status}`;
    return JSON.parse(done.stdout.trim().split('\n').at(-1)!);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export default {
  id: 'view',
  title: 'SQL on FHIR views, rows per processor second',
  async run(): Promise<readonly BenchRow[]> {
    const folder = join(process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../shared/data'), 'synthea-r4');
    if (!existsSync(folder)) return [{ name: 'rows: Gemel', value: null, unit: UNIT, note: `${folder} is not there` }];
    const all: Resource[] = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).entry)
      .map((entry: { resource: Resource }) => entry.resource)
      .filter(({ resourceType }) => resourceType === 'Observation');
    const rate = (definition: unknown, resources: readonly Resource[]) => {
      const view = compileView(definition);
      let made = 0;
      const least = seconds(() => {
        made = 0;
        for (const resource of resources) made += viewRows(view, resource).length;
      });
      return { made, value: made / least };
    };
    const parsing = all.map((one) => JSON.stringify(one));
    const view = compileView(flat);
    const whole = seconds(() => parsing.map((line) => viewRows(view, JSON.parse(line))));
    const ours = rate(flat, all);
    const many = rate(unrolled, all);
    const sample = all.slice(0, SAMPLE);
    const paths = Object.values(COLUMNS).map((path) => fhirPath(path));
    const engine = sample.length / seconds(() => sample.map((one) => paths.map((path) => path.evaluate(one))));
    const rows: BenchRow[] = [
      {
        name: '8 columns of parsed observations: Gemel',
        value: ours.value,
        unit: UNIT,
        ratio: 1,
        note: `${ours.made} rows`,
      },
      { name: 'the same from NDJSON lines', value: all.length / whole, unit: UNIT, note: 'JSON.parse included' },
      {
        name: 'codings and components unrolled, filtered: Gemel',
        value: many.value,
        unit: UNIT,
        note: `${many.made} rows`,
      },
      {
        name: '8 columns: fhirpath 5.2.0 alone',
        value: engine,
        unit: UNIT,
        ratio: engine / ours.value,
        note: `${sample.length} rows`,
      },
    ];
    const theirs = byPeer(sample);
    const name = '8 columns: fhirpathpy 2.2.4';
    if (typeof theirs === 'string') return [...rows, { name, value: null, unit: UNIT, note: `not run: ${theirs}` }];
    const value = sample.length / theirs.seconds;
    const own = sample.flatMap((one) => viewRows(view, one));
    const differing = own.filter((row, i) => row.some((cell, j) => !agree(cell, theirs.rows[i]![j]!))).length;
    return [
      ...rows,
      { name, value, unit: UNIT, ratio: value / ours.value, note: `${sample.length} rows, ${differing} differ` },
    ];
  },
} satisfies Bench;

/** The peer writes None for null, and its own digits. */
function agree(cell: unknown, text: string): boolean {
  if (cell === null) return text === 'None';
  return typeof cell === 'number' ? Math.abs(cell - Number(text)) <= 1e-9 * Math.abs(cell) : String(cell) === text;
}
