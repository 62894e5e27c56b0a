import { type ControlInput, codingKey, type Forecast, type Quantity, type Trajectory } from '@gemel/core';
import { converter } from '@gemel/core/units';
import { runtimeErrors } from './errors.data.ts';
import type { Equipped } from './fold.ts';
import type { Binding, ControlSpec, Pack } from './pack.ts';

/**
 * How packs of one subject meet: a pack publishes a forecast quantity under a code, another consumes the code as a control
 * input. Nothing else passes between them; each keeps its own clock and is brought to its own grid.
 */
export interface Coupling {
  readonly from: Equipped;
  readonly quantity: string;
  readonly control: string;
}

/** Quantile levels an uncertain signal is passed on at: middles of five equal shares of its probability. */
const STRATA = [0.1, 0.3, 0.5, 0.7, 0.9] as const;

/**
 * Twins in the order in which they must be brought forward: publishers before consumers.
 * @throws runtime-pack-cycle, runtime-pack-twice, runtime-name-ambiguous
 */
export function ordered(twins: readonly Equipped[]): readonly Equipped[] {
  requireOneMeaning(twins);
  const done: Equipped[] = [];
  const open = new Set<Equipped>();
  const visit = (twin: Equipped) => {
    if (done.includes(twin)) return;
    if (open.has(twin)) {
      const names = [...open].map(({ pack }) => pack.id).join(' → ');
      throw runtimeErrors.error('runtime-pack-cycle', `${names} → ${twin.pack.id} is a circle.`);
    }
    open.add(twin);
    for (const { from } of couplingsOf(twin, twins)) visit(from);
    open.delete(twin);
    done.push(twin);
  };
  for (const twin of twins) {
    if (twins.some((other) => other !== twin && other.pack.id === twin.pack.id)) {
      throw runtimeErrors.error('runtime-pack-twice', `Two packs are called ${twin.pack.id}.`);
    }
    visit(twin);
  }
  return done;
}

/** Admitted items stand in the log under the names of signals and controls: what two packs call alike must be one thing. */
function requireOneMeaning(twins: readonly Equipped[]): void {
  const named = twins.flatMap(({ pack }) => [
    ...pack.observes.map((spec) => ({ pack: pack.id, what: 'signal', name: spec.signal, spec })),
    ...pack.controls.map((spec) => ({ pack: pack.id, what: 'control', name: spec.control, spec })),
  ]);
  const first = new Map<string, (typeof named)[number]>();
  for (const each of named) {
    const key = `${each.what} ${each.name}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, each);
    else if (!haveCommonCode(other.spec, each.spec)) {
      const message = `Packs ${other.pack} and ${each.pack} mean different things by the ${key}.`;
      throw runtimeErrors.error('runtime-name-ambiguous', message, { element: each.name });
    }
  }
}

function haveCommonCode(a: Binding | ControlSpec, b: Binding | ControlSpec): boolean {
  const keys = new Set(a.codings.map(codingKey));
  return a === b || b.codings.some((coding) => keys.has(codingKey(coding)));
}

/** What a twin takes from the others. */
export function couplingsOf(twin: Equipped, twins: readonly Equipped[]): readonly Coupling[] {
  return (twin.pack.consumes ?? []).flatMap(({ code, control }) =>
    twins.flatMap((from) =>
      (from.pack.publishes ?? [])
        .filter((published) => codingKey(published.code) === codingKey(code))
        .map(({ quantity }) => ({ from, quantity, control })),
    ),
  );
}

/**
 * A published trajectory as control inputs of the consumer, once per stratum of its uncertainty: held from each of its times to
 * the next, never the code of anything measured. The consumer's members are dealt out over the strata.
 */
export function publishedControls(
  // biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
  consumer: Pack<any>,
  arrivals: readonly { readonly coupling: Coupling; readonly forecast: Forecast }[],
): readonly (readonly ControlInput[])[] {
  if (arrivals.length === 0) return [[]];
  return STRATA.map((level) => arrivals.flatMap(({ coupling, forecast }) => held(consumer, coupling, forecast, level)));
}

// biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
function held(consumer: Pack<any>, coupling: Coupling, forecast: Forecast, level: number): readonly ControlInput[] {
  const { control, quantity, from } = coupling;
  const spec = consumer.controls.find((each) => each.control === control);
  const signal = forecast.quantities[quantity];
  if (spec === undefined || signal?.kind !== 'trajectory') {
    const message = `${consumer.id} takes ${control} from ${from.pack.id}'s ${quantity}, which does not fit.`;
    throw runtimeErrors.error('runtime-shape', message);
  }
  const convert = converter(signal.unit, spec.unit, spec.molarMass === undefined ? {} : { molarMass: spec.molarMass });
  return signal.times.slice(0, -1).map((time, t): ControlInput => {
    const value: Quantity = { value: convert(levelAt(signal, level, t)), unit: spec.unit };
    return {
      kind: 'control',
      id: `${forecast.id}-${quantity}-${t}-${level}`,
      subject: forecast.subject,
      control,
      code: signal.code,
      value,
      from: time,
      to: signal.times[t + 1]!,
      status: 'planned',
      knownAt: forecast.basis.knownAt,
      offset: null,
      grade: 'uncertain',
      marks: [],
      provenance: { source: `forecast of ${from.pack.id}`, element: `${forecast.id}/${quantity}` },
    };
  });
}

function levelAt(signal: Trajectory, level: number, t: number): number {
  const { levels, quantiles } = signal;
  const next = levels.findIndex((each) => each >= level);
  const [p0, p1] = [levels[Math.max(0, next - 1)]!, levels[next]!];
  const [q0, q1] = [quantiles[Math.max(0, next - 1)]![t]!, quantiles[next]![t]!];
  return p1 === p0 ? q1 : q0 + ((q1 - q0) * (level - p0)) / (p1 - p0);
}
