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
import { covariateTitle } from './covariates.ts';
import type { Drug } from './drug.ts';
import type { DosingState } from './fed-dynamics.ts';
import { sayTarget } from './forecast.ts';
import { lateLevels } from './late-levels.ts';
import { micOf } from './mic.ts';
import { GENE_OF, phenotypeOf, statementFor } from './pgx/genotype.ts';
import { genotypeCovariates, genotypesIn, sayGenotype } from './pgx/record.ts';
import { statements } from './pgx/statements.data.ts';
import { covariatesOf, GESTATION, isDose, lastLevel, spreadLevels } from './record.ts';
import { assumesTerm, contradictions, lostLevels, unsettled } from './unsettled.ts';

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
    const missing: Reason[] = [...contradictions(drug, history, now)];
    let barred: readonly Reason[] = [];
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
          statement: `${covariateTitle(name)}: ${reason === undefined ? 'not recorded.' : `not known. ${reason}`}`,
        });
      }
      // Each model has its own.
      if (lacking.length === 0) barred = candidates.flatMap(({ reasons }) => reasons);
    }
    missing.push(...firstNeeds(drug, history, now));
    if (service === 'decide') missing.push(...unsettled(drug, history, now));
    const once = missing.filter(({ code }, i) => missing.findIndex((each) => each.code === code) === i);
    const all = [...barred, ...once];
    return { ready: all.length === 0, missing: all };
  };
}

/** Before the first dose there is nothing but the patient to go by: what any dose goes by must be known. */
function firstNeeds(drug: Drug, history: History, now: Instant): readonly Reason[] {
  if (history.controls.some(({ status, from }) => status === 'given' && from <= now)) return [];
  const { weight, clcr, creatinine } = covariatesOf(history, now).at(-1)!.values;
  const renal = drug.models.some(({ needs }) => needs.includes('clcr') || needs.includes('creatinine'));
  const lacks = (code: string, title: string): Reason => {
    return { code, statement: `${title}: not recorded, and a first dose goes by it.` };
  };
  return [
    ...(weight === undefined ? [lacks('weight-missing', covariateTitle('weight'))] : []),
    ...(renal && clcr === undefined && creatinine === undefined
      ? [lacks('creatinine-missing', covariateTitle('creatinine'))]
      : []),
  ];
}

/** The shortest of the lists: what would let one model speak. */
function fewest<T>(lists: readonly (readonly T[])[]): readonly T[] {
  return lists.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

export function advisoriesOf(drug: Drug) {
  return ({ history, now }: Outlook<DosingState>, forecast: Forecast | null): readonly Advisory[] => [
    ...problems(drug, history, now).map((each): Advisory => ({ ...each, priority: 'medium' })),
    ...readOtherwise(drug, history, now).map((each): Advisory => ({ ...each, priority: 'information' })),
    ...notableMic(drug, history, now),
    ...guided(drug, history, now),
    ...lateLevels(drug, { history, now }, forecast),
  ];
}

function notableMic(drug: Drug, history: History, now: Instant): readonly Advisory[] {
  const mic = micOf(drug, history, now);
  // What bars a proposal is told with what must be settled.
  if (mic === null || !mic.notable || (mic.unbounded && drug.mic?.moves)) return [];
  return [{ code: 'mic', priority: 'medium', statement: mic.statement }];
}

/** What must be settled, and levels that tell nothing; a level that is both is told of once. */
function problems(drug: Drug, history: History, now: Instant): readonly Reason[] {
  const all = [...unsettled(drug, history, now), ...lostLevels(drug, history, now).map(({ reason }) => reason)];
  return all.filter(({ statement }, i) => all.findIndex((each) => each.statement === statement) === i);
}

/** What is computed otherwise than it was written down. */
function readOtherwise(drug: Drug, history: History, now: Instant): readonly Reason[] {
  const below = spreadLevels(drug, history, now).filter((each) => each.below);
  const running = history.controls.find(
    (each) => isDose(each) && each.status === 'given' && each.from <= now && (each.to ?? each.from) > now,
  );
  const term = assumesTerm(drug, covariatesOf(history, now).at(-1)!.values);
  return [
    ...together(drug, history, now),
    ...(term
      ? [
          {
            code: 'term-assumed',
            statement: `Gestational age at birth is not recorded (${GESTATION}, in weeks): a birth at term is taken; born earlier, a child clears less.`,
          },
        ]
      : []),
    ...below.map(({ time, value }) => ({
      code: 'level-below-quantification',
      statement: `The level of ${new Date(time * HOUR).toISOString()} is known to lie below ${value} ${drug.levelUnit} and counts as that, not as a value.`,
    })),
    ...(running === undefined
      ? []
      : [
          {
            code: 'infusion-runs',
            statement:
              'An infusion is running; it counts as given to its end. If it is broken off, record what was given.',
          },
        ]),
  ];
}

/** Doses by mouth at one time, which add up: said of the last. */
function together(drug: Drug, { controls }: History, now: Instant): readonly Reason[] {
  if (drug.regimens.route !== 'oral') return [];
  const given = controls.filter(
    (each) => isDose(each) && each.status === 'given' && each.from <= now && !(each.to! > each.from),
  );
  const last = given.findLast((each) => given.some((other) => other !== each && other.from === each.from));
  if (last === undefined) return [];
  const amounts = given.filter(({ from }) => from === last.from).map(({ value }) => `${value.value} ${value.unit}`);
  const statement = `${amounts.join(' and ')} were given at ${new Date(last.from).toISOString()}: they count together, as tablets do. If they are one dose told twice, withdraw one.`;
  return [{ code: 'doses-together', statement }];
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
    // Of what has no upper end the risk is to fall below.
    const off = foretold?.kind === 'scalar' ? (foretold.events.high ?? foretold.events.low) : null;
    return {
      value: value === null ? '–' : String(Number(value.toPrecision(3))),
      unit: drug.levelUnit,
      at: last?.trueAt ?? null,
      risk: off === null ? 'unknown' : off > 0.5 ? 'high' : off > 0.2 ? 'medium' : 'low',
      statement:
        attained === null
          ? `No forecast of ${drug.title} yet.`
          : `Chance of ${target.title} ${sayTarget(target)} as planned: ${Math.round(100 * attained)} %.`,
    };
  };
}
