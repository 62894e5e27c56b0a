import { type Advisory, type Forecast, HOUR, isQuantity, writtenUnit } from '@gemel/core';
import type { Outlook } from '@gemel/runtime/pack';
import type { Drug } from './drug.ts';
import { isDose, isLevel } from './record.ts';

/** A level that, some time after a dose began, calls for something. */
export interface LateLevel {
  readonly code: string;
  /** From the beginning of the dose, h. */
  readonly hours: number;
  /** In the drug's `levelUnit`. */
  readonly above: number;
  /** Longest infusion that it is said of, h. */
  readonly infusion: number;
  readonly says: string;
  readonly source: string;
}

/** A level counts for an hour that it lies this close to, h. */
const CLOSE = 1;

/**
 * What levels after the last dose call for: each that was measured at its hour, with high priority; of the hours still to come those at
 * which the median forecast lies above.
 */
export function lateLevels<State>(
  { lateLevels: rules = [], levelUnit }: Drug,
  { history, now }: Pick<Outlook<State>, 'history' | 'now'>,
  forecast: Forecast | null,
): readonly Advisory[] {
  const dose = history.controls.findLast((each) => isDose(each) && each.status === 'given' && each.from <= now);
  if (dose === undefined) return [];
  const unit = writtenUnit(levelUnit);
  const length = ((dose.to ?? dose.from) - dose.from) / HOUR;
  const course = forecast?.quantities.concentration;
  return rules.flatMap(({ code, hours, above, infusion, says, source }): Advisory[] => {
    if (length > infusion) return [];
    const at = dose.from + hours * HOUR;
    const measured = history.observations.findLast(
      (each) => isLevel(each) && Math.abs(each.trueAt - at) <= CLOSE * HOUR && each.trueAt <= now,
    );
    if (measured !== undefined) {
      const { value } = measured;
      if (!isQuantity(value) || value.value <= above) return [];
      const statement = `${Number(value.value.toPrecision(3))} ${unit} at ${hours} h, above ${above}: ${says}. ${source}.`;
      return [{ code, priority: 'high', statement }];
    }
    if (at <= now || course?.kind !== 'trajectory') return [];
    const k = course.times.findLastIndex((time) => time <= at);
    const median = course.quantiles[course.levels.indexOf(0.5)]?.[k];
    if (k < 0 || at > course.times.at(-1)! || median === undefined || median <= above) return [];
    const foretold = `${Number(median.toPrecision(3))} ${unit} is foretold at ${hours} h, above ${above}`;
    return [{ code, priority: 'medium', statement: `${foretold}: ${says}. ${source}.` }];
  });
}
