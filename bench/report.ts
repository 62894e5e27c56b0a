import type { Bench, BenchRow } from './bench.ts';

/** Where a run took place, for its report. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memory: string;
  readonly system: string;
  readonly engine: string;
}

export interface BenchResult {
  readonly id: string;
  /** Day of the run, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** Versions of what ran beside it. */
  readonly versions: readonly string[];
  readonly rows: readonly BenchRow[];
}

export function renderBench(bench: Bench, result: BenchResult): string {
  const { machine } = result;
  const table = [
    ['figure', 'value', 'unit', 'ratio', 'asked for', 'note'],
    ['---', '--:', '---', '--:', '---', '---'],
    ...result.rows.map((row) => [
      row.name,
      row.value === null ? '—' : figure(row.value),
      row.unit,
      row.ratio === undefined ? '' : `${figure(row.ratio)} ×`,
      asked(row),
      row.note ?? '',
    ]),
  ].map((cells) => `| ${cells.join(' | ')} |`);
  const where = `${machine.processor}, ${machine.cores} cores, ${machine.memory}; ${machine.system}; ${machine.engine}; ${result.date}.`;
  return `# ${bench.title}\n\n${table.join('\n')}\n\n${[where, ...result.versions].join(' ')}\n`;
}

/** Rows asked to hold a bound that do not: too slow, or not run. */
export function missed(rows: readonly BenchRow[]): readonly BenchRow[] {
  return rows.filter((row) => row.atMost !== undefined && !(row.value !== null && row.value <= row.atMost));
}

function asked(row: BenchRow): string {
  if (row.atMost === undefined) return '';
  return `≤ ${row.atMost}: ${missed([row]).length === 0 ? 'met' : '**missed**'}`;
}

/** Three significant digits. */
function figure(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) >= 1e7 || Math.abs(rounded) < 1e-3 ? rounded.toExponential(2) : String(rounded);
}
