import {
  type ControlInput,
  coding,
  codingKey,
  DAY,
  type Fact,
  HOUR,
  type Instant,
  isBounded,
  isQuantity,
  type Observation,
  SNOMED,
} from '@gemel/core';
import { converter } from '@gemel/core/units';
import type { History } from '@gemel/runtime/pack';
import { errorVarianceFactor } from '@gemel/runtime/quality/uncertain';
import { mosteller } from './body-size.ts';
import { circumstances } from './circumstances.data.ts';
import type { CovariatesFrom, DoseGiven, DrugCourse, Level } from './course.ts';
import { COVARIATES, type CovariateName, type Covariates } from './covariates.ts';
import type { Drug } from './drug.ts';
import { genotypeCovariates, genotypesIn } from './pgx/record.ts';
import { absolute, bedsideSchwartz, cockcroftGault } from './renal-function.ts';

/** The controls that give a drug, an amount in mg and a rate in mg/h, and the signal of its level: names that no other drug has. */
export const doseControl = ({ id }: { readonly id: string }) => `${id}.dose`;
export const rateControl = ({ id }: { readonly id: string }) => `${id}.rate`;
export const levelSignal = ({ id }: { readonly id: string }) => `${id}.level`;
export const micSignal = ({ id }: { readonly id: string }) => `${id}.mic`;
/** A pack is shown its own drug's alone. */
export const isDose = ({ control }: { readonly control: string }) => control.endsWith('.dose');
export const isRate = ({ control }: { readonly control: string }) => control.endsWith('.rate');
export const isLevel = ({ signal }: { readonly signal: string | null }) => signal?.endsWith('.level') === true;

/** Facts read as covariates, by the covariate they give. */
const FACTS: Readonly<Partial<Record<CovariateName, string>>> = { weight: 'body.weight', height: 'body.height' };
/** Covariates that are measured: signals of the same name. */
export const MEASURED: readonly CovariateName[] = ['creatinine', 'clcr', 'albumin', 'haematocrit', 'bilirubin'];

/** Fact: something was given of which the amount is not known, as it was stopped or still runs; its value names what. */
export const UNFINISHED = 'administration.unfinished';
/** Whether a fact says so of this drug. */
export function isUnfinished(drug: Pick<Drug, 'codings'>, { fact, value }: Fact): boolean {
  if (fact !== UNFINISHED || typeof value !== 'object' || !('codings' in value)) return false;
  const keys = drug.codings.map(codingKey);
  return value.codings.some((each) => keys.includes(codingKey(each)));
}

/** Fact: completed weeks of gestation at birth. */
export const GESTATION = 'body.gestational-age';
/** Weeks at birth that are believed. */
const WEEKS_AT_BIRTH = [20, 45];

const KIDNEY_TRANSPLANTATION = coding(SNOMED, '70536003', 'Transplant of kidney');

/** The clock of a course has 2³² ticks an hour, all of them numbers: durations that are equal are equal to the last bit. */
const TICKS = 2 ** 32;
export const onTick = (hours: number): number => Math.round(hours * TICKS) / TICKS;

/** Hours since the epoch, on a tick. */
export function hours(at: Instant): number {
  const whole = Math.floor(at / HOUR);
  return whole + onTick((at - whole * HOUR) / HOUR);
}

/** How long a rate lasts that nobody ends, h. */
const UNENDED = 10_000;

/**
 * What controls bring in, in the order of time. A rate that begins ends the one before; what is proposed stands in place of all that
 * is planned after it became known.
 */
export function dosesOf({ regimens }: Pick<Drug, 'regimens'>, controls: readonly ControlInput[]): readonly DoseGiven[] {
  // A dose by mouth takes no time: one that does is an infusion.
  const routeOf = (length: number) => (regimens.route === 'oral' && length === 0 ? 'oral' : 'intravenous');
  const proposed = controls.filter(({ status }) => status === 'proposed').map(({ knownAt }) => knownAt);
  const instead = Math.min(...proposed);
  const acting = controls.filter(({ status, from }) => status !== 'planned' || from < instead);
  const amounts = acting.filter(isDose).map(({ from, to = from, value }): DoseGiven => {
    return { time: hours(from), amount: value.value, hours: (to - from) / HOUR, route: routeOf(to - from) };
  });
  const rates = acting.filter(isRate).toSorted((a, b) => a.from - b.from);
  if (rates.length === 0) return amounts;
  const infusions = rates.flatMap(({ from, to, value }, i): DoseGiven[] => {
    const end = Math.min(to ?? from + UNENDED * HOUR, rates[i + 1]?.from ?? Number.POSITIVE_INFINITY);
    const length = (end - from) / HOUR;
    if (length <= 0 || value.value === 0) return [];
    return [{ time: hours(from), amount: value.value * length, hours: length, route: 'intravenous' }];
  });
  return [...amounts, ...infusions].sort((a, b) => a.time - b.time);
}

/** What the record holds of the drug's course up to an instant. */
export function courseOf(drug: Drug, history: History, at: Instant): DrugCourse {
  const given = history.controls.filter(({ status, from }) => status === 'given' && from <= at);
  const doses = dosesOf(drug, given);
  const levels = spreadLevels(drug, history, at);
  const covariates = covariatesOf(history, at);
  const first = doses[0]?.time ?? Number.POSITIVE_INFINITY;
  const own = drug.rest && levels.findLast(({ time, below }) => time <= first && !below);
  if (own === undefined) return { doses, levels, covariates };
  return {
    doses,
    levels: levels.filter(({ time }) => time > first),
    covariates: covariates.map(({ time, values }) => ({ time, values: { ...values, restLevel: own.value } })),
  };
}

/** Levels that tell of a drug that has been spread: of one that takes its time, none of the hours after a dose. */
export function spreadLevels(drug: Drug, history: History, at: Instant): readonly Level[] {
  return levelsOf(history, at).filter(({ time }) => !drawnEarly(drug, history, time));
}

/** Whether a level at a time, h, was drawn while a dose was still being spread, where the drug takes its time for it. */
export function drawnEarly({ levelsAfter }: Drug, { controls }: History, time: number): boolean {
  return (
    levelsAfter !== undefined &&
    controls.some(({ status, from, to = from }) => {
      return status === 'given' && hours(from) < time && time < hours(to) + levelsAfter;
    })
  );
}

/** Levels in the order of time; one below the limit of quantification stands at that limit. */
export function levelsOf(history: History, at: Instant): readonly Level[] {
  return history.observations.flatMap((observation): Level[] => {
    const { trueAt, value } = observation;
    if (!isLevel(observation) || trueAt > at) return [];
    const factor = errorVarianceFactor(observation);
    const level = { time: hours(trueAt), ...(factor === 1 ? {} : { varianceFactor: factor }) };
    if (isQuantity(value)) return [{ ...level, value: value.value }];
    if (isBounded(value) && value.kind === 'below') return [{ ...level, value: value.bound.value, below: true }];
    return [];
  });
}

/** Covariates from each time one of them changed. A value is taken to have held before it was first recorded. */
export function covariatesOf(history: History, at: Instant): readonly CovariatesFrom[] {
  const changes: { readonly time: number; readonly name: CovariateName; readonly value: number }[] = [];
  for (const [name, fact] of Object.entries(FACTS) as [CovariateName, string][]) {
    for (const each of history.facts) {
      const value = each.fact === fact ? quantityIn(each, COVARIATES[name].unit) : null;
      if (value !== null && each.trueAt <= at) changes.push({ time: hours(each.trueAt), name, value });
    }
  }
  for (const observation of history.observations) {
    const name = observation.signal as CovariateName;
    if (!MEASURED.includes(name) || observation.trueAt > at || !isQuantity(observation.value)) continue;
    changes.push({ time: hours(observation.trueAt), name, value: observation.value.value });
  }
  changes.sort((a, b) => a.time - b.time);
  const fixed = person(history.facts, at);
  const firsts: Partial<Record<CovariateName, number>> = {};
  for (const { name, value } of changes) firsts[name] ??= value;
  let values: Partial<Record<CovariateName, number>> = { ...fixed, ...firsts };
  const out: CovariatesFrom[] = [{ time: Number.NEGATIVE_INFINITY, values: complete(values, firsts) }];
  for (const { time, name, value } of changes) {
    if (values[name] === value) continue;
    values = { ...values, [name]: value };
    const next = { time, values: complete(values, firsts) };
    if (out.at(-1)!.time === time) out[out.length - 1] = next;
    else out.push(next);
  }
  return out;
}

/** Creatinine clearance where it was not measured: of adults by Cockcroft and Gault, of children by the bedside equation of Schwartz. */
function complete(values: Covariates, measured: Covariates): Covariates {
  const { age, weight, height, creatinine, female } = values;
  if (measured.clcr !== undefined || age === undefined || weight === undefined || creatinine === undefined)
    return values;
  if (age >= ADULT) {
    if (female === undefined) return values;
    return { ...values, clcr: cockcroftGault(age, weight, creatinine, female === 1) };
  }
  if (height === undefined || age < SCHWARTZ_FROM) return values;
  return { ...values, clcr: absolute(bedsideSchwartz(height, creatinine), mosteller(weight, height)) };
}

/** Ages from which the equations hold, years. */
const ADULT = 18;
const SCHWARTZ_FROM = 1;

/** The creatinine clearance in force and the equation it is by; null where there is none. */
export function sayClearance(history: History, at: Instant): string | null {
  const { age, clcr } = covariatesOf(history, at).at(-1)!.values;
  if (clcr === undefined) return null;
  const measured = history.observations.some(({ signal, trueAt }) => signal === 'clcr' && trueAt <= at);
  const by = measured
    ? 'as it was measured'
    : age! >= ADULT
      ? 'by Cockcroft and Gault, with the body weight as it is'
      : 'by the bedside equation of Schwartz, for a body surface by Mosteller';
  return `Creatinine clearance ${Number(clcr.toPrecision(3))} mL/min, ${by}; models that go by creatinine use the equation of their own source.`;
}

/** Body weights in kg, in the order of time, and one that could not be read as one. */
export function weightsOf(history: History, at: Instant) {
  const weights: { readonly at: Instant; readonly value: number }[] = [];
  let unread: string | null = null;
  for (const each of history.facts) {
    if (each.fact !== FACTS.weight || each.trueAt > at) continue;
    const value = quantityIn(each, COVARIATES.weight.unit);
    if (value !== null) weights.push({ at: each.trueAt, value });
    else
      unread =
        typeof each.value === 'object' && isQuantity(each.value)
          ? `${each.value.value} ${each.value.unit}`
          : 'no number';
  }
  return { weights: weights.sort((a, b) => a.at - b.at), unread };
}

/** Age and sex, and what conditions and therapies are recorded, at an instant. */
function person(facts: readonly Fact[], at: Instant): Covariates {
  const out: Partial<Record<CovariateName, number>> = {};
  const newest = (name: string) => facts.findLast((fact) => fact.fact === name && fact.trueAt <= at)?.value;
  const born = newest('birthDate');
  if (typeof born === 'string' && Number.isFinite(Date.parse(born))) out.age = (at - Date.parse(born)) / (365.25 * DAY);
  const gestation = facts.findLast(({ fact, trueAt }) => fact === GESTATION && trueAt <= at);
  const weeks = gestation === undefined ? null : quantityIn(gestation, 'wk');
  if (weeks !== null && weeks >= WEEKS_AT_BIRTH[0] && weeks <= WEEKS_AT_BIRTH[1] && out.age !== undefined)
    out.postmenstrualAge = weeks + (out.age * 365.25) / 7;
  Object.assign(out, genotypeCovariates(genotypesIn(facts, at)).covariates);
  const sex = newest('sex');
  const word =
    typeof sex === 'string' ? sex : typeof sex === 'object' && 'codings' in sex ? sex.codings[0]?.code : undefined;
  if (word === 'male' || word === 'female') out.female = word === 'female' ? 1 : 0;
  const codes = new Set(facts.flatMap((fact) => (coded(fact, at) ?? []).map(codingKey)));
  for (const { covariate, fact, codings } of circumstances) {
    const stated = newest(fact);
    if (stated === true || codings.some((each) => codes.has(codingKey(each)))) out[covariate] = 1;
    else if (stated === false) out[covariate] = 0;
  }
  const transplanted = facts.findLast(
    ({ fact, value, trueAt }) =>
      fact === 'procedure' &&
      trueAt <= at &&
      typeof value === 'object' &&
      'codings' in value &&
      value.codings.some((each) => codingKey(each) === codingKey(KIDNEY_TRANSPLANTATION)),
  );
  if (transplanted !== undefined) out.daysSinceTransplant = (at - transplanted.trueAt) / DAY;
  return out;
}

/** Codes of a condition or procedure that goes on at an instant. */
function coded({ fact, value, trueAt, until }: Fact, at: Instant) {
  if ((fact !== 'condition' && fact !== 'procedure') || trueAt > at || (until !== undefined && until <= at))
    return null;
  return typeof value === 'object' && 'codings' in value ? value.codings : null;
}

function quantityIn(fact: Fact, unit: string): number | null {
  const { value } = fact;
  if (typeof value !== 'object' || !isQuantity(value)) return null;
  try {
    return converter(value.unit, unit, {})(value.value);
  } catch {
    return null;
  }
}

export function lastLevel(history: History): Observation | undefined {
  return history.observations.findLast(isLevel);
}
