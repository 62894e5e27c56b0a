import {
  type Bounded,
  type ControlInput,
  codingKey,
  type Fact,
  type Instant,
  instant,
  isBounded,
  isQuantity,
  type Observation,
  type Quantity,
} from '@gemel/core';
import { converter } from '@gemel/core/units';
import type { Binding, ControlSpec, History, Pack } from './pack.ts';
import type { LogItem, SubjectLog } from './subject-log.ts';

/** What a pack is shown of a subject: what it declared to need, in its own names and units; the rest is withheld. */
export interface Lens {
  observation(item: Observation): Observation | null;
  control(item: ControlInput): ControlInput | null;
  fact(item: Fact): Fact | null;
  /** Whether an entry of the log can change what the pack sees. */
  concerns(item: LogItem): boolean;
}

/** History through a lens, with the position of the last entry that concerns the pack. */
export interface PackHistory extends History {
  readonly setAside: readonly Observation[];
  readonly seq: number;
}

// biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
export function lensOf(pack: Pack<any>): Lens {
  const signals = new Set(pack.needs.signals);
  const controls = new Set(pack.needs.controls);
  const facts = new Set(pack.needs.facts);
  const bindings = index(pack.observes.filter((binding) => signals.has(binding.signal)));
  const specs = index(pack.controls.filter((spec) => controls.has(spec.control)));
  const bySignal = new Map(pack.observes.filter((b) => signals.has(b.signal)).map((b) => [b.signal, b]));
  const byControl = new Map(pack.controls.filter((c) => controls.has(c.control)).map((c) => [c.control, c]));

  const lens: Lens = {
    observation(item) {
      const value = item.value;
      const number = isQuantity(value) ? value : isBounded(value) ? value.bound : null;
      const own = item.signal === null ? undefined : bySignal.get(item.signal);
      // Series, volumes and codes are the pack's to read; only numbers have a unit to bring them to.
      if (number === null) return own === undefined ? null : item;
      if (own !== undefined && own.unit === number.unit) return item;
      return translate(item, value as Quantity | Bounded, number, own === undefined ? find(bindings, item) : [own]);
    },
    control(item) {
      const own = byControl.get(item.control);
      if (own !== undefined && own.unit === item.value.unit) return item;
      for (const spec of own === undefined ? find(specs, item) : [own]) {
        const value = inUnitOf(spec, item.value);
        if (value !== null) return { ...item, control: spec.control, value };
      }
      return null;
    },
    fact: (item) => (facts.has(item.fact) ? item : null),
    concerns({ item }) {
      if (item === null) return false;
      if (item.kind === 'observation') return lens.observation(item) !== null;
      return item.kind === 'control' ? lens.control(item) !== null : lens.fact(item) !== null;
    },
  };
  return lens;
}

/** The whole history a pack may see. */
export function packHistory(log: SubjectLog, lens: Lens): PackHistory {
  const observations: Observation[] = [];
  const setAside: Observation[] = [];
  const controls: ControlInput[] = [];
  const facts: Fact[] = [];
  let known = Number.NEGATIVE_INFINITY;
  for (const { item, knownAt } of log.observations) {
    const seen = lens.observation(item);
    if (seen === null || !log.counts(item)) continue;
    (seen.grade === 'poor' ? setAside : observations).push(seen);
    if (knownAt > known) known = knownAt;
  }
  for (const { item, knownAt } of log.controls) {
    const seen = lens.control(item);
    if (seen === null || seen.grade === 'poor') continue;
    controls.push(seen);
    if (knownAt > known) known = knownAt;
  }
  for (const { item, knownAt } of log.facts) {
    const seen = lens.fact(item);
    if (seen === null || seen.grade === 'poor') continue;
    facts.push(seen);
    if (knownAt > known) known = knownAt;
  }
  return {
    subject: log.subject,
    observations,
    setAside,
    controls,
    facts,
    knownAt: instant(Number.isFinite(known) ? known : 0),
    seq: lastConcerning(log, lens),
  };
}

/**
 * The history as a step of the fold at `at` may see it: nothing that was true later. A function of what is known alone, so
 * that the order of arrival cannot show: `knownAt` is the step's own instant. The first known value of each fact reaches back.
 */
export function historyUntil(history: PackHistory, at: Instant): History {
  const facts = new Set<string>();
  return {
    subject: history.subject,
    observations: history.observations.slice(
      0,
      countUntil(history.observations, (o) => o.trueAt, at),
    ),
    controls: history.controls.slice(
      0,
      countUntil(history.controls, (c) => c.from, at),
    ),
    facts: history.facts.filter((fact) => {
      const first = !facts.has(fact.fact);
      facts.add(fact.fact);
      return first || fact.trueAt <= at;
    }),
    knownAt: at,
  };
}

/** Names what was true up to an instant and is known of it. */
export function inputsHash(history: PackHistory, at: Instant, sha256: (text: string) => string): string {
  const { observations, controls, facts } = historyUntil(history, at);
  return sha256([observations, controls, facts].map((items) => items.map((item) => item.id).join(' ')).join('\n'));
}

/** How many of the sorted items lie at or before `at`. */
export function countUntil<T>(sorted: readonly T[], time: (item: T) => number, at: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (time(sorted[mid]!) <= at) low = mid + 1;
    else high = mid;
  }
  return low;
}

function lastConcerning(log: SubjectLog, lens: Lens): number {
  for (let i = log.changes.length - 1; i >= 0; i--) {
    const change = log.changes[i]!;
    if (change.about.length === 0 || change.about.some(lens.concerns)) return change.seq;
  }
  return 0;
}

/** Another pack's reading in this pack's name and unit; what this pack holds implausible is set aside. */
function translate(
  item: Observation,
  value: Quantity | Bounded,
  number: Quantity,
  candidates: readonly Binding[],
): Observation | null {
  for (const binding of candidates) {
    const converted = inUnitOf(binding, number);
    if (converted === null) continue;
    const [low, high] = binding.plausible;
    const implausible = converted.value < low || converted.value > high;
    return {
      ...item,
      signal: binding.signal,
      value: isBounded(value) ? { ...value, bound: converted } : converted,
      grade: implausible ? 'poor' : item.grade,
    };
  }
  return null;
}

function inUnitOf(spec: Binding | ControlSpec, value: Quantity): Quantity | null {
  try {
    const options = spec.molarMass === undefined ? {} : { molarMass: spec.molarMass };
    return { value: converter(value.unit, spec.unit, options)(value.value), unit: spec.unit };
  } catch {
    return null;
  }
}

function index<T extends Binding | ControlSpec>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const map = new Map<string, T[]>();
  for (const spec of all) {
    for (const code of spec.codings) {
      const found = map.get(codingKey(code));
      if (found === undefined) map.set(codingKey(code), [spec]);
      else found.push(spec);
    }
  }
  return map;
}

function find<T>(map: ReadonlyMap<string, readonly T[]>, item: Observation | ControlInput): readonly T[] {
  return item.code.codings.flatMap((code) => map.get(codingKey(code)) ?? []);
}
