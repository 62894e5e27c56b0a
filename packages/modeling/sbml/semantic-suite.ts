import { CodedError } from '@gemel/core/error';
import { compile } from '../codegen/compile.ts';
import { simulate } from '../simulate/simulate.ts';
import type { SimulationRequest, SimulationResult } from '../simulate/simulation.ts';
import { readSbml, type SbmlModel } from './read.ts';

/** What a case of the SBML Test Suite asks for: its settings file. */
export interface SuiteSettings {
  readonly start: number;
  readonly duration: number;
  readonly steps: number;
  readonly variables: readonly string[];
  readonly absolute: number;
  readonly relative: number;
  readonly amounts: ReadonlySet<string>;
  readonly concentrations: ReadonlySet<string>;
}

export function readSettings(text: string): SuiteSettings {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) values.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const names = (key: string) =>
    (values.get(key) ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  return {
    start: Number(values.get('start')),
    duration: Number(values.get('duration')),
    steps: Number(values.get('steps')),
    variables: names('variables'),
    absolute: Number(values.get('absolute')),
    relative: Number(values.get('relative')),
    amounts: new Set(names('amount')),
    concentrations: new Set(names('concentration')),
  };
}

/** Expected values: a column of times, then one per variable. */
export interface SuiteTable {
  readonly times: Float64Array;
  readonly columns: ReadonlyMap<string, Float64Array>;
}

export function readTable(text: string): SuiteTable {
  const [head = '', ...rows] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const names = head.split(',').map((name) => name.trim().replace(/^"|"$/g, ''));
  const cells = rows.map((row) => row.split(',').map(readValue));
  const column = (i: number) => Float64Array.from(cells, (row) => row[i] ?? Number.NaN);
  return { times: column(0), columns: new Map(names.slice(1).map((name, i) => [name, column(i + 1)])) };
}

function readValue(text: string): number {
  const value = text.trim();
  if (/^[+-]?inf(inity)?$/i.test(value))
    return value.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return value === '' || /^nan$/i.test(value) ? Number.NaN : Number(value);
}

/** The name of the model that a case's variable stands for. */
export function nameOf(variable: string, { species, names: called }: SbmlModel, settings: SuiteSettings): string {
  const name = called.get(variable) ?? variable;
  const names = species.get(name);
  if (names === undefined) return name;
  if (settings.amounts.has(variable)) return names.amount;
  if (settings.concentrations.has(variable)) return names.concentration ?? names.amount;
  return name;
}

/** How far a run is from what a case expects. */
export interface Deviation {
  readonly variable: string;
  readonly time: number;
  readonly expected: number;
  readonly found: number;
  /** |found − expected| as a multiple of what is allowed; above 1 the case fails. */
  readonly share: number;
}

/** Simulates a case, with tolerances a thousandth of what it allows (1e-8 at most). */
export function suiteRequest(read: SbmlModel, settings: SuiteSettings, table: SuiteTable): SimulationRequest {
  return {
    times: table.times,
    outputs: [...new Set(settings.variables.map((variable) => nameOf(variable, read, settings)))],
    relative: Math.min(1e-8, settings.relative / 1000),
    absolute: Math.min(1e-10, settings.absolute / 1000),
  };
}

/** The worst deviation; a value that is missing deviates without bound. */
export function worstDeviation(
  read: SbmlModel,
  settings: SuiteSettings,
  table: SuiteTable,
  result: SimulationResult,
): Deviation | null {
  let worst: Deviation | null = null;
  for (const variable of settings.variables) {
    const expected = table.columns.get(variable);
    const at = result.names.indexOf(nameOf(variable, read, settings));
    for (let i = 0; i < table.times.length; i++) {
      const wanted = expected?.[i] ?? Number.NaN;
      const found = at >= 0 && i < result.times.length ? result.values[at * result.times.length + i]! : undefined;
      const share = found === undefined ? Number.POSITIVE_INFINITY : shareOf(found, wanted, settings);
      if (worst === null || share > worst.share) {
        worst = { variable, time: table.times[i]!, expected: wanted, found: found ?? Number.NaN, share };
      }
    }
  }
  return worst;
}

function shareOf(found: number, wanted: number, { absolute, relative }: SuiteSettings): number {
  if (Object.is(found, wanted) || found === wanted) return 0;
  if (!Number.isFinite(wanted) || !Number.isFinite(found)) return Number.POSITIVE_INFINITY;
  return Math.abs(found - wanted) / (absolute + relative * Math.abs(wanted));
}

/** The texts of one case. */
export interface SuiteCase {
  readonly name: string;
  readonly document: string;
  readonly settings: string;
  readonly results: string;
}

export type SuiteVerdict =
  | { readonly kind: 'passes' | 'fails'; readonly deviation: Deviation | null; readonly problem: string | null }
  | { readonly kind: 'refused'; readonly feature: string; readonly problem: string };

/** Reads, runs and judges a case; an error without a code is not caught. */
export function judgeCase(given: SuiteCase): SuiteVerdict {
  try {
    const read = readSbml(given.document, { file: given.name });
    const settings = readSettings(given.settings);
    const table = readTable(given.results);
    const result = simulate(compile(read.model), suiteRequest(read, settings, table));
    const deviation = worstDeviation(read, settings, table, result);
    const passes = result.status === 'complete' && deviation !== null && deviation.share <= 1;
    return { kind: passes ? 'passes' : 'fails', deviation, problem: result.problem?.message ?? null };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { kind: 'refused', feature: featureOf(error), problem: error.message };
  }
}

/** What a refusal is for. */
function featureOf(error: CodedError): string {
  if (error.code === 'sbml-unsupported' && / is fast/.test(error.message))
    return 'fast reactions with stoichiometries that vary';
  if (error.code === 'sbml-package' && / fbc/.test(error.message)) return 'flux balance (fbc)';
  return error.code === 'sbml-external' ? 'model in a file not in the suite' : 'other';
}
