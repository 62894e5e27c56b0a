import {
  type ControlInput,
  canonicalJson,
  type Forecast,
  type ForecastQuantity,
  type Instant,
  QUANTILE_LEVELS,
  type Scenario,
} from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import { runtimeErrors } from './errors.data.ts';
import { type Equipped, twinStream } from './fold.ts';
import type { PackHistory } from './lens.ts';
import type { Belief, Paths, QuantitySpec } from './pack.ts';
import { forecastTimes, stratifiedTrajectories } from './paths.ts';
import {
  eventProbability,
  meanOf,
  moments,
  normalised,
  Quantiles,
  quantileTable,
  Sorter,
  sortWeighted,
} from './summary.ts';

/** What a forecast is made from; equal inputs give an equal forecast, bit for bit. */
export interface ForecastBasis {
  readonly twin: Equipped;
  readonly history: PackHistory;
  readonly belief: Belief<unknown>;
  readonly beliefHash: string;
  readonly now: Instant;
  readonly seed: number;
  readonly sha256: (bytes: Uint8Array | string) => string;
  /** What other packs of the subject publish, as controls; several when it is uncertain. Absent: nothing. */
  readonly published?: readonly (readonly ControlInput[])[];
}

/** A forecast with the member paths it summarises. */
export interface Foretold {
  readonly forecast: Forecast;
  readonly paths: Paths;
  /** Normalised weights of the members; null when equal. */
  readonly weights: Float64Array | null;
}

export const AS_PLANNED: Scenario = { id: 'as-planned', title: 'As planned', controls: [] };

/**
 * The forecast under a scenario. The random numbers depend on the twin and on what was known, not on the scenario, so that two
 * arms of a what-if differ by what was done and not by luck (common random numbers).
 * @throws runtime-not-finite, runtime-shape
 */
export function foretell(basis: ForecastBasis, scenario: Scenario): Foretold {
  const { twin, history, belief, now } = basis;
  const { pack } = twin;
  const seed = forecastSeed(basis.seed, history.subject, pack.id, history.seq);
  const random = randomStream(seed);
  const { stepMinutes, horizonMinutes, signals } = pack.forecast;
  const times = forecastTimes(belief.at, now, stepMinutes, horizonMinutes);
  const weights = normalised(belief.weights);
  const run = (): Outcome => {
    const planned = pack.planned?.(history, belief.at, times.at(-1)!) ?? [];
    const values = stratifiedTrajectories(
      pack.dynamics,
      { members: belief.members, times, signals, random: random.fork('paths') },
      (basis.published ?? [[]]).map((own) => [...history.controls, ...planned, ...own, ...scenario.controls]),
    );
    const paths: Paths = { members: belief.members.length, times, values };
    const outOfRange = pack.outOfRange?.(paths, scenario, random.fork('range')) ?? [];
    const quantities = Object.fromEntries(
      pack.quantities.map((spec) => [spec.name, summarise(spec, paths, weights, pack.id)]),
    );
    return { paths, outOfRange, quantities, digests: digestsOf(paths, quantities, basis.sha256) };
  };
  const again = scenario.controls.length === 0 && pack.outOfRange === undefined;
  const { paths, outOfRange, quantities, digests } = again ? withoutControls(basis, run) : run();
  const about = {
    kind: 'forecast' as const,
    subject: history.subject,
    pack: { id: pack.id, version: pack.version },
    madeAt: now,
    basis: { knownAt: history.knownAt, seq: history.seq, lastObservation: history.observations.at(-1)?.trueAt ?? null },
    horizon: { from: times[0]!, to: times.at(-1)! },
    scenario,
    quantities,
    outOfRange,
    belief: basis.beliefHash,
    modelHash: twin.modelHash,
    seed,
    members: paths.members,
  };
  const hash = basis.sha256(canonicalJson({ ...about, ...digests }));
  return { forecast: { ...about, id: `forecast-${hash.slice(0, 24)}`, hash }, paths, weights };
}

/** What members come to under a scenario. */
interface Outcome extends Pick<Forecast, 'outOfRange' | 'quantities'> {
  readonly paths: Paths;
  readonly digests: ReturnType<typeof digestsOf>;
}

/** Under no controls but those known: told as the forecast, and weighed again beside options. */
const uncontrolled = new WeakMap<ForecastBasis, Outcome>();

/** Of packs whose paths do not hang on what a scenario is called. */
function withoutControls(basis: ForecastBasis, run: () => Outcome): Outcome {
  const outcome = uncontrolled.get(basis) ?? run();
  uncontrolled.set(basis, outcome);
  return outcome;
}

/** What stands in a forecast's hash for its many numbers: their own hashes, which need no text of them. */
function digestsOf(
  { values }: Paths,
  quantities: Forecast['quantities'],
  sha256: ForecastBasis['sha256'],
): { readonly paths: Readonly<Record<string, string>>; readonly quantities: Readonly<Record<string, unknown>> } {
  const digest = ({ buffer, byteOffset, byteLength }: Float64Array) =>
    sha256(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
  const each = Object.entries(quantities).map(([name, quantity]) => {
    if (quantity.kind === 'scalar') return [name, quantity];
    const { times, quantiles, mean, events, ...about } = quantity;
    const numbers = Float64Array.from([times, ...quantiles, mean, ...Object.values(events)].flat());
    return [name, { ...about, events: Object.keys(events), numbers: digest(numbers) }];
  });
  return {
    paths: Object.fromEntries(Object.entries(values).map(([signal, own]) => [signal, digest(own)])),
    quantities: Object.fromEntries(each),
  };
}

/** A 32-bit seed from the hub's own and from what the forecast rests on. */
export function forecastSeed(seed: number, subject: string, pack: string, seq: number): number {
  return twinStream(seed, subject, pack, 'forecast', seq).uint32();
}

/** A quantity over the members of its paths. @throws runtime-not-finite, runtime-shape */
export function summarise(
  spec: QuantitySpec,
  paths: Paths,
  weights: Float64Array | null,
  pack: string,
): ForecastQuantity {
  const { members, times } = paths;
  const columns = spec.kind === 'trajectory' ? times.length : 1;
  const values = spec.evaluate(paths);
  if (values.length !== members * columns) {
    const message = `${pack}: quantity ${spec.name} has ${values.length} values instead of ${members * columns}.`;
    throw runtimeErrors.error('runtime-shape', message, { element: spec.name });
  }
  finite(values, `${pack}: quantity ${spec.name}`);
  const { name, title, code, unit } = spec;
  const base = { name, title, code, unit, levels: QUANTILE_LEVELS };
  const named = Object.entries(spec.events);
  if (spec.kind === 'scalar') {
    const { mean, sd } = moments(values, weights);
    const events = Object.fromEntries(
      named.map(([event, bounds]) => [event, eventProbability(values, weights, bounds)]),
    );
    return { kind: 'scalar', ...base, quantiles: quantileTable(sortWeighted(values, weights)), mean, sd, events };
  }
  const quantiles = QUANTILE_LEVELS.map(() => new Array<number>(columns));
  const mean = new Array<number>(columns);
  const events = Object.fromEntries(named.map(([event]) => [event, new Array<number>(columns)]));
  const column = new Float64Array(members);
  const sorter = new Sorter(weights, members);
  const table = new Quantiles(QUANTILE_LEVELS);
  for (let t = 0; t < columns; t++) {
    for (let m = 0; m < members; m++) column[m] = values[m * columns + t]!;
    const row = table.of(sorter.sort(column));
    for (let l = 0; l < row.length; l++) quantiles[l]![t] = row[l]!;
    mean[t] = meanOf(column, weights);
    for (const [event, bounds] of named) events[event]![t] = eventProbability(column, weights, bounds);
  }
  return { kind: 'trajectory', ...base, times, quantiles, mean, events };
}

/** @throws runtime-not-finite */
export function finite(values: Float64Array, what: string): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
  if (sum === 0) return;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw runtimeErrors.error('runtime-not-finite', `${what} is ${values[i]} at position ${i}.`, { element: what });
    }
  }
}
