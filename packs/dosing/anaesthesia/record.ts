import { type ControlInput, HOUR, type Instant, isQuantity, MINUTE } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import type { CovariatesFrom, DoseGiven, DrugCourse } from '../course.ts';
import { covariatesOf, hours, levelsOf } from '../record.ts';

/** Controls: an amount in mg, at once or over its time; a rate in mg/h that a pump runs at. */
export const bolusControl = ({ id }: { readonly id: string }) => `${id}.bolus`;
export const infusionControl = ({ id }: { readonly id: string }) => `${id}.infusion`;
/** Another agent's concentration at the site of effect, as its own twin foretells it. */
export const besideControl = ({ id }: { readonly id: string }) => `${id}.effect`;
/** A pack is shown its own agent's alone. */
export const isBolus = ({ control }: { readonly control: string }) => control.endsWith('.bolus');
export const isInfusion = ({ control }: { readonly control: string }) => control.endsWith('.infusion');
/** Signal of a measured index of effect, and of the one the dynamics give. */
export const INDEX = 'index';
/** Fact: an opioid is given as well. */
export const OPIOID = 'therapy.opioid';

/** How long a rate lasts that nobody ends, h. */
const UNENDED = 10_000;

/** What controls bring in. A pump runs at one rate: a rate that begins ends the one before. */
export function dosesOf(controls: readonly ControlInput[]): readonly DoseGiven[] {
  const boluses = controls.filter(isBolus).map(({ from, to = from, value }) => ({
    time: hours(from),
    amount: value.value,
    hours: (to - from) / HOUR,
    route: 'intravenous' as const,
  }));
  const rates = controls.filter(isInfusion).toSorted((a, b) => a.from - b.from);
  const infusions = rates.flatMap(({ from, to, value }, i): DoseGiven[] => {
    const end = Math.min(to ?? from + UNENDED * HOUR, rates[i + 1]?.from ?? Number.POSITIVE_INFINITY);
    const length = (end - from) / HOUR;
    if (length <= 0 || value.value === 0) return [];
    return [{ time: hours(from), amount: value.value * length, hours: length, route: 'intravenous' }];
  });
  return [...boluses, ...infusions].sort((a, b) => a.time - b.time);
}

/** The rate a pump runs at, mg/h. */
export function rateAt(controls: readonly ControlInput[], at: Instant): number {
  const running = controls.findLast((each) => isInfusion(each) && each.status === 'given' && each.from <= at);
  return running === undefined || (running.to ?? Number.POSITIVE_INFINITY) <= at ? 0 : running.value.value;
}

/** Covariates as the record has them, and whether an opioid is given. */
export function covariatesUnder(history: History, at: Instant): readonly CovariatesFrom[] {
  const opioid = history.facts.findLast(({ fact, trueAt }) => fact === OPIOID && trueAt <= at)?.value === true;
  return covariatesOf(history, at).map(({ time, values }) => ({
    time,
    values: { ...values, opioid: opioid ? 1 : 0 },
  }));
}

/** Least time between two values of the index that are used: closer ones err alike. */
const APART = MINUTE;

/** Measured values of the index in the order of time, a minute apart. */
export function indexValues(
  history: History,
  at: Instant,
): readonly { readonly time: number; readonly value: number }[] {
  const out: { time: number; value: number }[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { signal, trueAt, value } of history.observations) {
    if (signal !== INDEX || trueAt > at || !isQuantity(value) || trueAt < last + APART) continue;
    out.push({ time: hours(trueAt), value: value.value });
    last = trueAt;
  }
  return out;
}

export function courseUnder(history: History, at: Instant): DrugCourse {
  const given = history.controls.filter(({ status, from }) => status === 'given' && from <= at);
  return { doses: dosesOf(given), levels: levelsOf(history, at), covariates: covariatesUnder(history, at) };
}
