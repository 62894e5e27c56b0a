import {
  DAY,
  HOUR,
  type Instant,
  instant,
  isBounded,
  isQuantity,
  type Observation,
  type Reason,
  writtenUnit,
} from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import { contradictingAdministrations, overlappingAdministrations } from './administrations.ts';
import { candidatesOf, EXTRAPOLATES_FROM_ADULTS } from './candidates.ts';
import type { CovariateName, Covariates } from './covariates.ts';
import type { Drug } from './drug.ts';
import { sayTarget } from './forecast.ts';
import { micUnknown } from './mic.ts';
import { statementFor } from './pgx/genotype.ts';
import { genotypesIn } from './pgx/record.ts';
import { endlessInfusion } from './propose.ts';
import {
  covariatesOf,
  drawnEarly,
  GESTATION,
  hours,
  isLevel,
  isUnfinished,
  levelsOf,
  spreadLevels,
  weightsOf,
} from './record.ts';

/** Oldest creatinine that a dose is proposed on, h. */
const CREATININE_STALE = 72;
/** Rise or fall of creatinine within two days that no steady clearance explains: KDIGO 2012, stage 1. */
const UNSTABLE_RATIO = 1.5;
const UNSTABLE_DIFFERENCE = 0.3;
/** Days that a dose of unknown amount is remembered for. */
const REMEMBERED = 30;
/** Body weights that are mistaken for something else, kg: of anybody, of an adult; and body mass indices, kg/m². */
const WEIGHTS = [0.4, 400];
const ADULT_LEAST = 25;
const ADULT = 18;
const BODY_MASS_INDEX = [9, 100];
/** In the first year; of the preterm 7 and 8 are usual. */
const INFANT = 1;
const INFANT_LEAST_INDEX = 5;
/** Of the newborn, years and kg: a lighter one was born early, or is small for its age. */
const NEWBORN = 0.25;
const LIGHT = 2.5;
/** Share by which two weights within a month may differ. */
const WEIGHT_CHANGE = 0.3;

/** What nothing can be computed on: doses that are not known, levels without one, a weight that cannot be. */
export function contradictions(drug: Drug, history: History, now: Instant): readonly Reason[] {
  const doses = history.controls.filter(({ status, from }) => status === 'given' && from <= now);
  const atRest = (value: number) => drug.rest !== undefined && value >= drug.rest[0] && value <= drug.rest[1];
  const first = Math.min(...doses.map(({ from }) => hours(from)));
  const early = levelsOf(history, now).filter(({ time, value }) => time < first && !atRest(value));
  const found: Reason[] = [];
  if (early.length > 0) {
    found.push({
      code: 'level-before-dose',
      statement: `${early.length} level${early.length > 1 ? 's were' : ' was'} drawn before the first recorded dose: a dose is missing from the record.`,
    });
  }
  const unfinished = history.facts.findLast(
    (fact) => isUnfinished(drug, fact) && fact.trueAt <= now && fact.trueAt > now - REMEMBERED * DAY,
  );
  if (unfinished !== undefined) {
    found.push({
      code: 'dose-unfinished',
      statement: `What was begun at ${iso(unfinished.trueAt)} was stopped or still runs, and how much of it was given is not on record: record its rate with its end, or the amount.`,
    });
  }
  return [...found, ...contradictingAdministrations(drug, history, now), ...weightProblems(history, now)];
}

/** A weight that cannot be read, or is not that of this patient. */
function weightProblems(history: History, now: Instant): readonly Reason[] {
  const { weights, unread } = weightsOf(history, now);
  if (weights.length === 0)
    return unread === null
      ? []
      : [{ code: 'weight-unreadable', statement: `A body weight is recorded as ${unread}, which is no weight.` }];
  const { age, height } = covariatesOf(history, now).at(-1)!.values;
  const last = weights.at(-1)!;
  const said = `A body weight of ${round(last.value)} kg`;
  const problem = (statement: string): readonly Reason[] => [{ code: 'weight-implausible', statement }];
  if (last.value < WEIGHTS[0] || last.value > WEIGHTS[1]) return problem(`${said} is nobody’s: check value and unit.`);
  if (age !== undefined && age >= ADULT && last.value < ADULT_LEAST)
    return problem(`${said} is not an adult’s: check value and unit.`);
  const index = height === undefined ? null : last.value / (height / 100) ** 2;
  const least = age !== undefined && age < INFANT ? INFANT_LEAST_INDEX : BODY_MASS_INDEX[0];
  if (index !== null && (index < least || index > BODY_MASS_INDEX[1]))
    return problem(`${said} does not go with a height of ${round(height!)} cm: check both, and their units.`);
  const before = weights.findLast(({ at }) => at < last.at && at > last.at - REMEMBERED * DAY);
  const moved = before === undefined ? 0 : Math.abs(Math.log(last.value / before.value));
  if (moved > Math.log1p(WEIGHT_CHANGE))
    return problem(
      `The body weight went from ${round(before!.value)} to ${round(last.value)} kg within a month: one of them is wrong.`,
    );
  return [];
}

/** What must be settled before a dose is proposed. */
export function unsettled(drug: Drug, history: History, now: Instant): readonly Reason[] {
  const found: Reason[] = [...overlappingAdministrations(history, now)];
  if (drug.regimens.continuous === undefined && endlessInfusion(drug, history.controls, now) !== null) {
    found.push({
      code: 'infusion-continuous',
      statement: `An infusion without end runs; none of ${drug.title} is proposed here. Doses are proposed when it has ended.`,
    });
  }
  const covariates = covariatesOf(history, now).at(-1)!.values;
  if (drug.limits.singlePerKilogram !== undefined && covariates.weight === undefined) {
    found.push({ code: 'weight-missing', statement: 'Body weight: not recorded, and doses are limited by it.' });
  }
  if (drug.limits.singlePerSquareMetre !== undefined && covariates.height === undefined) {
    found.push({ code: 'height-missing', statement: 'Height: not recorded, and doses are limited by body surface.' });
  }
  const used = candidatesOf(drug, covariates).filter((each) => each.used);
  const adults = used.filter(({ reasons }) => reasons.some(({ code }) => code === EXTRAPOLATES_FROM_ADULTS));
  if (used.length > 0 && adults.length === used.length) {
    found.push({
      code: 'adults-only',
      statement:
        'Every model that speaks was made in adults: a forecast can be made, no dose is proposed for a child on it.',
    });
  }
  const light = covariates.weight !== undefined && covariates.weight < LIGHT;
  if (light && assumesTerm(drug, covariates)) {
    found.push({
      code: 'gestational-age-missing',
      statement: `Gestational age at birth: not recorded (${GESTATION}, in weeks), and of a light newborn clearance hangs on it.`,
    });
  }
  const guided = genotypesIn(history.facts, now).map((genotype) => statementFor(drug.id, genotype));
  const instead = guided.find((each) => each?.instead);
  if (instead && levelsOf(history, now).length === 0) {
    found.push({
      code: 'guideline-other-agent',
      statement: `${instead.says}: no dose is proposed before a level. ${instead.source}.`.replace(/^./, (first) =>
        first.toUpperCase(),
      ),
    });
  }
  const other = drug.targets.find((each) => each.when?.(covariates));
  if (other !== undefined) {
    const [first] = drug.targets;
    found.push({
      code: 'target-other',
      statement: `Now ${sayTarget(other)} is aimed at (${other.use}), and doses here are chosen for ${sayTarget(first)} (${first.use}): none is proposed. Arms of one’s own are weighed, with the chance of either.`,
    });
  }
  const lost = lostLevels(drug, history, now);
  const last = spreadLevels(drug, history, now).at(-1)?.time ?? Number.NEGATIVE_INFINITY;
  const newest = lost.at(-1);
  if (newest !== undefined && hours(newest.at) >= last) found.push(newest.reason);
  return [...found, ...unsteadyCreatinine(drug, history, now), ...micUnknown(drug, history, now)];
}

/** Whether a newborn is taken to have been born at term, for want of knowing. */
export function assumesTerm(drug: Drug, covariates: Covariates): boolean {
  const { age = NEWBORN, postmenstrualAge } = covariates;
  if (age >= NEWBORN || postmenstrualAge !== undefined) return false;
  return candidatesOf(drug, covariates).some(({ used, model }) => used && model.takes?.includes('postmenstrualAge'));
}

/** Levels on record that tell nothing here, and why. */
export function lostLevels(
  drug: Drug,
  history: History,
  now: Instant,
): readonly { readonly at: Instant; readonly reason: Reason }[] {
  const beyond = history.observations
    .filter((each) => isLevel(each) && each.trueAt <= now && isBounded(each.value) && each.value.kind === 'above')
    .map(({ trueAt, value }) => ({
      at: trueAt,
      reason: {
        code: 'level-beyond-assay',
        statement: `The level of ${iso(trueAt)} is known only to lie above ${sayValue(value)}: it is not used. Have it diluted and measured again.`,
      },
    }));
  const aside = (history.setAside ?? [])
    .filter((each) => isLevel(each) && each.trueAt <= now)
    .map(({ trueAt, value }) => ({
      at: trueAt,
      reason: {
        code: 'level-set-aside',
        statement: `The level of ${sayValue(value)} of ${iso(trueAt)} is not plausible and was set aside: check value and unit.`,
      },
    }));
  const early = history.observations
    .filter((each) => isLevel(each) && each.trueAt <= now && drawnEarly(drug, history, hours(each.trueAt)))
    .map(({ trueAt }) => ({
      at: trueAt,
      reason: {
        code: 'level-early',
        statement: `The level of ${iso(trueAt)} was drawn within ${drug.levelsAfter} h of a dose, while ${drug.title.toLowerCase()} was still being spread: it is not used. Have one drawn later.`,
      },
    }));
  return [...beyond, ...aside, ...early].sort((a, b) => a.at - b.at);
}

function unsteadyCreatinine(drug: Drug, history: History, now: Instant): readonly Reason[] {
  const renal = drug.models.some(({ needs }) => needs.includes('clcr') || needs.includes('creatinine'));
  if (!renal) return [];
  const values = history.observations.flatMap(({ signal, trueAt, value }) =>
    signal === ('creatinine' satisfies CovariateName) && isQuantity(value) && trueAt <= now
      ? [{ at: trueAt, value: value.value }]
      : [],
  );
  const last = values.at(-1);
  if (last === undefined) return [];
  const found: Reason[] = [];
  if (now - last.at > CREATININE_STALE * HOUR) {
    found.push({
      code: 'creatinine-stale',
      statement: `The last creatinine is ${Math.round((now - last.at) / HOUR)} h old; one within ${CREATININE_STALE} h is needed.`,
    });
  }
  const recent = values.filter(({ at }) => last.at - at <= 48 * HOUR).map(({ value }) => value);
  const [least, most] = [Math.min(...recent), Math.max(...recent)];
  if (most / least >= UNSTABLE_RATIO || most - least >= UNSTABLE_DIFFERENCE) {
    found.push({
      code: 'creatinine-unstable',
      statement: `Creatinine moved from ${least.toPrecision(2)} to ${most.toPrecision(2)} mg/dL within 48 h; no clearance can be told from it.`,
    });
  }
  return found;
}

function sayValue(value: Observation['value']): string {
  const quantity = isBounded(value) ? value.bound : isQuantity(value) ? value : null;
  return quantity === null ? 'another form' : `${round(quantity.value)} ${writtenUnit(quantity.unit)}`;
}

const iso = (at: number) => new Date(instant(at)).toISOString();
const round = (value: number) => Number(value.toPrecision(3));
