import type { ValidationRow } from '@gemel/core/validation';
import type { RandomStream } from '@gemel/numerics/random/stream';
import { answersOn } from './calibrate.ts';
import type { DrugCourse, Level } from './course.ts';
import type { Drug } from './drug.ts';
import { modelSubject } from './subject.ts';

/** A level, and what was foretold of it from those before it. */
export interface NextLevel {
  readonly observed: number;
  readonly predicted: number;
}

/** The median of what the twin, models averaged, foretells of a level from the levels of the course. */
export function foretoldLevel(
  drug: Pick<Drug, 'models'>,
  course: DrugCourse,
  { time }: Pick<Level, 'time'>,
  random: RandomStream,
): number {
  const level = new Float64Array(1);
  const draws = answersOn(drug, course, time, random).flatMap(({ model, posterior, probability }) => {
    const { subject, effects } = modelSubject(model, { ...course, levels: [{ time, value: 1 }] });
    const q = effects.names.length;
    return Array.from({ length: posterior.count }, (_, i) => {
      subject.predict(new Float64Array(0), posterior.draws.subarray(i * q, (i + 1) * q), level);
      return { value: level[0], weight: probability * posterior.weights[i] };
    });
  });
  draws.sort((a, b) => a.value - b.value);
  let below = 0;
  for (const { value, weight } of draws) {
    below += weight;
    if (below >= 0.5) return value;
  }
  return Number.NaN;
}

/** Each level from the first on, foretold from those before it: by how many there were. Levels under `least` are told nothing of. */
export function foretoldInTurn(
  drug: Pick<Drug, 'models'>,
  course: DrugCourse,
  least: number,
  random: RandomStream,
): readonly (NextLevel & { readonly before: number })[] {
  return course.levels.flatMap((level, before) => {
    if (!(level.value >= least)) return [];
    const known = { ...course, levels: course.levels.slice(0, before) };
    return [{ observed: level.value, predicted: foretoldLevel(drug, known, level, random.fork(before)), before }];
  });
}

const MEASURES = ['relative bias', 'relative RMSE', 'share within ±20 %', 'levels'] as const;

/** Rows for what is said of some levels. */
export function nextLevelRows(about: string, source: string): readonly ValidationRow[] {
  return MEASURES.map((measure) => ({
    name: `${about}: ${measure}`,
    source,
    unit: measure === 'levels' ? '' : '%',
    expected: null,
  }));
}

/** Relative to what was observed, in %: mean error, root of the mean squared error, share within a fifth. */
export function nextLevelNumbers(about: string, levels: readonly NextLevel[]): Readonly<Record<string, number>> {
  const errors = levels.map(({ observed, predicted }) => predicted / observed - 1);
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const values = [
    100 * mean(errors),
    100 * Math.sqrt(mean(errors.map((each) => each ** 2))),
    100 * mean(errors.map((each) => (Math.abs(each) <= 0.2 ? 1 : 0))),
    levels.length,
  ];
  return Object.fromEntries(MEASURES.map((measure, i) => [`${about}: ${measure}`, values[i]]));
}
