import {
  type Advisory,
  type Fact,
  type Forecast,
  HOUR,
  type Instant,
  instant,
  isQuantity,
  type Reason,
  type Verdict,
} from '@gemel/core';
import type { Headline, History, Outlook, Readiness } from '@gemel/runtime/pack';
import { candidatesOf } from './candidates.ts';
import { COVARIATES, type CovariateName } from './covariates.ts';
import type { Drug } from './drug.ts';
import type { DosingState } from './fed-dynamics.ts';
import { sayTarget } from './forecast.ts';
import { GENE_OF, phenotypeOf, statementFor } from './pgx/genotype.ts';
import { genotypeCovariates, genotypesIn, sayGenotype } from './pgx/record.ts';
import { statements } from './pgx/statements.data.ts';
import { covariatesOf, hours, isDose, lastLevel, levelsOf } from './record.ts';

/** Oldest creatinine that a dose is proposed on, h. */
const CREATININE_STALE = 72;
/** Rise or fall of creatinine within two days that no steady clearance explains: KDIGO 2012, stage 1. */
const UNSTABLE_RATIO = 1.5;
const UNSTABLE_DIFFERENCE = 0.3;

/** Whether any model of the drug may speak; with what it lacks or leaves. */
export function applicabilityOf(drug: Drug) {
  return (facts: readonly Fact[]): Verdict => {
    const now = instant(Math.max(0, ...facts.map(({ trueAt }) => trueAt), ...facts.map(({ knownAt }) => knownAt)));
    const history: History = { subject: '', observations: [], controls: [], facts, knownAt: now };
    const covariates = covariatesOf(history, now).at(-1)!.values;
    for (const { code, statement, holds } of drug.exclusions) {
      if (holds(covariates)) return { applies: 'no', reasons: [{ code, statement }] };
    }
    // What is measured comes with the observations; here only facts can speak.
    const candidates = candidatesOf(drug, covariates);
    const barred = candidates.filter(({ reasons }) =>
      reasons.some(({ code }) => code !== 'covariate-missing' && code !== 'extrapolation'),
    );
    const reasons: readonly Reason[] = candidates.flatMap((each) =>
      each.reasons.filter(({ code }) => code !== 'covariate-missing'),
    );
    if (barred.length === drug.models.length) return { applies: 'no', reasons };
    return { applies: 'yes', reasons };
  };
}

export function readinessOf(drug: Drug) {
  return (service: 'calibrate' | 'forecast' | 'decide', history: History, now: Instant): Readiness => {
    const missing: Reason[] = [];
    const doses = history.controls.filter((each) => isDose(each) && each.status === 'given' && each.from <= now);
    if (doses.length === 0) missing.push({ code: 'dose-missing', statement: `No dose of ${drug.title} is recorded.` });
    const levels = levelsOf(history, now);
    const atRest = (value: number) => drug.rest !== undefined && value >= drug.rest[0] && value <= drug.rest[1];
    const early = levels.filter(({ time, value }) => doses.length > 0 && time < hours(doses[0].from) && !atRest(value));
    if (early.length > 0) {
      missing.push({
        code: 'level-before-dose',
        statement: `${early.length} level${early.length > 1 ? 's were' : ' was'} drawn before the first recorded dose: a dose is missing from the record.`,
      });
    }
    const covariates = covariatesOf(history, now).at(-1)!.values;
    const candidates = candidatesOf(drug, covariates);
    if (!candidates.some(({ used }) => used)) {
      const lacking = fewest(
        candidates
          .filter(({ reasons }) =>
            reasons.every(({ code }) => code === 'covariate-missing' || code === 'extrapolation'),
          )
          .map(({ model }) => model.needs.filter((name) => covariates[name] === undefined)),
      );
      const genotypes = genotypeCovariates(genotypesIn(history.facts, now));
      for (const name of lacking) {
        const reason = genotypes.reasons.get(GENE_OF[name]!);
        missing.push({
          code: `${name}-missing`,
          statement: `${COVARIATES[name].title}: ${reason === undefined ? 'not recorded.' : `not known. ${reason}`}`,
        });
      }
      if (lacking.length === 0) for (const { reasons } of candidates) missing.push(...reasons);
    }
    if (service === 'decide') missing.push(...unsettled(drug, history, now));
    return { ready: missing.length === 0, missing };
  };
}

/** The shortest of the lists: what would let one model speak. */
function fewest<T>(lists: readonly (readonly T[])[]): readonly T[] {
  return lists.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

/** What must be settled before a dose is proposed. */
function unsettled(drug: Drug, history: History, now: Instant): readonly Reason[] {
  const found: Reason[] = [];
  const running = history.controls.find(
    (each) => isDose(each) && each.status === 'given' && each.from <= now && (each.to ?? each.from) > now,
  );
  const overlap = overlapping(history);
  if (overlap !== null) found.push({ code: 'doses-overlap', statement: overlap });
  if (running !== undefined)
    found.push({ code: 'infusion-runs', statement: 'An infusion is running; a dose is proposed when it has ended.' });
  const renal = drug.models.some(({ needs }) => needs.includes('clcr') || needs.includes('creatinine'));
  if (!renal) return found;
  const values = history.observations.flatMap(({ signal, trueAt, value }) =>
    signal === ('creatinine' satisfies CovariateName) && isQuantity(value) && trueAt <= now
      ? [{ at: trueAt, value: value.value }]
      : [],
  );
  const last = values.at(-1);
  if (last === undefined) return found;
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

/** A dose that begins while an infusion of the same drug runs. */
function overlapping(history: History): string | null {
  const doses = history.controls
    .filter((each) => isDose(each) && each.status === 'given')
    .toSorted((a, b) => a.from - b.from);
  const pair = doses.findIndex((dose, i) => i > 0 && dose.from < (doses[i - 1].to ?? doses[i - 1].from));
  if (pair < 0) return null;
  return `A dose begins at ${new Date(doses[pair].from).toISOString()} while another is infused: correct one of them, or confirm both.`;
}

export function advisoriesOf(drug: Drug) {
  return ({ history, now }: Outlook<DosingState>, _: Forecast | null): readonly Advisory[] => [
    ...unsettled(drug, history, now).map(({ code, statement }): Advisory => ({ code, priority: 'medium', statement })),
    ...guided(drug, history, now),
  ];
}

/** What guidelines say of the drug for the genotypes on record, and which of those that they speak of are indeterminate. */
function guided(drug: Drug, history: History, now: Instant): readonly Advisory[] {
  const genes = new Set(statements.filter((each) => each.drug === drug.id).map(({ gene }) => gene));
  return genotypesIn(history.facts, now).flatMap((genotype): Advisory[] => {
    if (!genes.has(genotype.gene)) return [];
    if (genotype.kind === 'indeterminate') {
      return [{ code: 'genotype-indeterminate', priority: 'low', statement: sayGenotype(genotype) }];
    }
    const found = statementFor(drug.id, genotype);
    if (found === null) return [];
    const phenotype = phenotypeOf(genotype.gene, genotype.alleles);
    return [
      {
        code: 'guideline',
        priority: 'information',
        statement: `${sayGenotype(genotype)}, ${phenotype}: ${found.says}. ${found.source}.`,
      },
    ];
  });
}

export function headlineOf(drug: Drug) {
  return (history: History, forecast: Forecast | null): Headline => {
    const [target] = drug.targets;
    const last = lastLevel(history);
    const value = last !== undefined && isQuantity(last.value) ? last.value.value : null;
    const foretold = forecast?.quantities[target.id];
    const attained = foretold?.kind === 'scalar' ? foretold.events.attained : null;
    const high = foretold?.kind === 'scalar' ? foretold.events.high : null;
    return {
      value: value === null ? '–' : String(Number(value.toPrecision(3))),
      unit: drug.levelUnit,
      at: last?.trueAt ?? null,
      risk: high === null ? 'unknown' : high > 0.5 ? 'high' : high > 0.2 ? 'medium' : 'low',
      statement:
        attained === null
          ? `No forecast of ${drug.title} yet.`
          : `Chance of ${target.title} ${sayTarget(target)} as planned: ${Math.round(100 * attained)} %.`,
    };
  };
}
