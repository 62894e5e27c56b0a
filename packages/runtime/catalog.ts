import { type Coding, codingKey, GEMEL, LOINC, RXNORM, SNOMED } from '@gemel/core';
import type { Binding, ControlSpec, Pack } from './pack.ts';
import type { Measure } from './quality/measure.ts';
import { measures } from './quality/measures.data.ts';

/** What the codings or the name of an item mean to the packs. */
export interface Match<T> {
  /** Candidates, packs in order; the first whose unit fits is meant. Empty: no pack uses the code. */
  readonly candidates: readonly T[];
  /** Set when a local name was matched for want of a standard code. */
  readonly name?: string;
  /** No pack uses it: the quality gate alone knows the code. */
  readonly unused?: true;
}

/** All codes and local names the packs bind. */
export interface Catalog {
  /** Whether one of the codings names something a pack predicts: what was predicted is never taken for measured. */
  predicted(codings: readonly Coding[]): boolean;
  observation(codings: readonly Coding[], text: string | undefined): Match<Binding>;
  control(codings: readonly Coding[], text: string | undefined): Match<ControlSpec>;
  /** Those of the codings by which observations are bound, in the words of the binding: the rest is the source's own. */
  meant(codings: readonly Coding[]): readonly Coding[];
  /** What the gate looks for in a signal, where a pack states it. */
  measure(signal: string): Measure | undefined;
}

/** Systems whose unlisted code means something else for sure, whatever the name beside it says. */
const STANDARD = new Set([LOINC, SNOMED, RXNORM, GEMEL]);

// biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
export function catalog(packs: readonly Pack<any>[]): Catalog {
  const predictions = new Set(
    packs.flatMap((pack) => pack.quantities.flatMap((spec) => spec.code.codings.map((code) => codingKey(code)))),
  );
  const used = finder(packs.flatMap((pack) => pack.observes));
  const stated = new Map(
    packs.flatMap((pack) =>
      pack.observes.flatMap(({ signal, measure }) => (measure ? [[signal, measure] as const] : [])),
    ),
  );
  const known = finder(measures.map(measureBinding));
  const bound = new Map(
    [...measures, ...packs.flatMap((pack) => pack.observes)].flatMap(({ codings }) =>
      codings.map((code) => [codingKey(code), code] as const),
    ),
  );
  return {
    predicted: (codings) => codings.some((code) => predictions.has(codingKey(code))),
    observation(codings, text) {
      const match = used(codings, text);
      if (match.candidates.length > 0) return match;
      const { candidates } = known(codings, undefined);
      return candidates.length > 0 ? { candidates, unused: true } : match;
    },
    meant: (codings) => {
      const own = new Set(codings.flatMap((code) => bound.get(codingKey(code)) ?? []));
      return [...own];
    },
    measure: (signal) => stated.get(signal),
    control: finder(packs.flatMap((pack) => pack.controls)),
  };
}

/** What the gate knows is admitted and judged, whether a pack reads it yet or not. */
function measureBinding({ id, possible, ...measure }: (typeof measures)[number]): Binding {
  const { title, codings, unit, molarMass, unitAliases = {} } = measure;
  const amount = molarMass === undefined ? {} : { molarMass };
  return { signal: id, title, codings, unit, unitAliases, plausible: possible, ...amount };
}

interface Bound {
  readonly codings: readonly Coding[];
  readonly localNames?: readonly string[];
}

function finder<T extends Bound>(all: readonly T[]) {
  const byCode = new Map<string, T[]>();
  const byName = new Map<string, T[]>();
  const put = (map: Map<string, T[]>, key: string, value: T) => {
    const found = map.get(key);
    if (found === undefined) map.set(key, [value]);
    else if (!found.includes(value)) found.push(value);
  };
  for (const bound of all) {
    for (const code of bound.codings) put(byCode, codingKey(code), bound);
    for (const name of bound.localNames ?? []) put(byName, name.toLowerCase(), bound);
  }
  return (codings: readonly Coding[], text: string | undefined): Match<T> => {
    const candidates: T[] = [];
    for (const code of codings) {
      for (const bound of byCode.get(codingKey(code)) ?? []) if (!candidates.includes(bound)) candidates.push(bound);
    }
    if (candidates.length > 0 || codings.some((code) => STANDARD.has(code.system))) return { candidates };
    for (const name of [text, ...codings.flatMap((code) => [code.display, code.code])]) {
      const found = name === undefined ? undefined : byName.get(name.trim().toLowerCase());
      if (found !== undefined) return { candidates: found, name: name! };
    }
    return { candidates };
  };
}
