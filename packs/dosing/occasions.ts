import type { DrugCourse } from './course.ts';

/** What an occasion is, where parameters vary from one to the next. */
export type OccasionRule =
  /** A dose and what follows it up to the next. */
  | 'dose'
  /** What leads up to a level, from the one before it on. */
  | 'level'
  /** The doses that begin within so many hours of the first of them, and what follows: a cycle. */
  | { readonly hours: number };

/**
 * The times at which the second and later occasions of a course begin; a level at such a time belongs to the one before. Occasions without a
 * level are one with the next that has any, since nothing tells them apart; the last may have none: its effects are those of the population.
 */
export function occasionStarts(rule: OccasionRule, { doses, levels }: DrugCourse): readonly number[] {
  const starts: number[] = [];
  let from = Number.NEGATIVE_INFINITY;
  for (const start of candidates(rule, doses, levels)) {
    if (!levels.some(({ time }) => time > from && time <= start)) continue;
    starts.push(start);
    from = start;
  }
  return starts;
}

function candidates(rule: OccasionRule, doses: DrugCourse['doses'], levels: DrugCourse['levels']): readonly number[] {
  if (rule === 'level') return levels.map(({ time }) => time);
  const hours = rule === 'dose' ? 0 : rule.hours;
  const starts: number[] = [];
  let last = doses[0]?.time;
  for (const { time } of doses) {
    if (time === last || time < last + hours) continue;
    starts.push(time);
    last = time;
  }
  return starts;
}
