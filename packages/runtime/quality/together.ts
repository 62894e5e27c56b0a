import { type Fact, isQuantity, type Observation } from '@gemel/core';
import { type Measure, measureOfFact } from './measure.ts';
import { type SubjectPast, streamOf } from './subject-past.ts';
import { toMeasure } from './unit-swap.ts';

/** A value that cannot stand beside another; `other` is the observation it contradicts, null where that is a fact. */
export interface Inconsistency {
  readonly statement: string;
  readonly other: Observation | null;
}

/** Pairs of pressures of one moment, the first never below the second. */
const ORDERED: readonly (readonly [higher: string, lower: string])[] = [
  ['blood-pressure.systolic', 'blood-pressure.diastolic'],
  ['blood-pressure.systolic', 'blood-pressure.mean'],
  ['blood-pressure.mean', 'blood-pressure.diastolic'],
];

/** Weight over height squared, kg/m²: of the living, from extreme starvation to the heaviest on record. */
const MASS_INDEX: readonly [number, number] = [5, 210];

/** Whether the value is impossible beside what the same source said of the same moment, or beside the person's height and weight. */
export function inconsistency(
  measure: Measure,
  item: Observation | Fact,
  value: number,
  past: SubjectPast,
): Inconsistency | null {
  if (item.kind === 'fact') return massIndex(item, value, past);
  for (const [higher, lower] of ORDERED) {
    const above = measure.id === higher;
    if (!above && measure.id !== lower) continue;
    const other = beside(above ? lower : higher, item, past);
    if (other === null || (above ? value >= other.value : value <= other.value)) continue;
    const [top, bottom] = above ? [value, other.value] : [other.value, value];
    const statement = `${higher} of ${top} is below ${lower} of ${bottom} ${measure.unit} at the same moment.`;
    return { statement, other: other.item };
  }
  return null;
}

function beside(id: string, item: Observation, past: SubjectPast): { item: Observation; value: number } | null {
  const stream = streamOf(item);
  for (const signal of past.measuring(id)) {
    for (const other of signal.between(item.trueAt, item.trueAt)) {
      const value = signal.valueOf(other);
      if (!Number.isNaN(value) && streamOf(other) === stream) return { item: other, value };
    }
  }
  return null;
}

function massIndex(item: Fact, value: number, past: SubjectPast): Inconsistency | null {
  const [weightName, heightName] = ['body.weight', 'body.height'];
  if (item.fact !== weightName && item.fact !== heightName) return null;
  const name = item.fact === weightName ? heightName : weightName;
  const other = past.fact(name);
  const measure = measureOfFact(name);
  if (other === null || measure === null || !isQuantity(other.value)) return null;
  const there = toMeasure(measure, other.value.unit)?.(other.value.value);
  if (there === undefined) return null;
  const [kilograms, centimetres] = item.fact === weightName ? [value, there] : [there, value];
  const index = kilograms / (centimetres / 100) ** 2;
  if (index >= MASS_INDEX[0] && index <= MASS_INDEX[1]) return null;
  return {
    statement: `A weight of ${kilograms} kg at a height of ${centimetres} cm is no living body's.`,
    other: null,
  };
}
