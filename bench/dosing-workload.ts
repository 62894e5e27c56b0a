import { createHash } from 'node:crypto';
import { coding, isQuantity, SNOMED } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { DrugCourse } from '@gemel/pack-dosing/course';
import type { Drug } from '@gemel/pack-dosing/drug';
import { drugs } from '@gemel/pack-dosing/drugs/index';
import { goti2018 } from '@gemel/pack-dosing/drugs/vancomycin/goti2018';
import { after, fact, historyOn, measured } from '@gemel/pack-dosing/fixtures/patient';
import { packs } from '@gemel/pack-dosing/pack';
import { effectMode } from '@gemel/pack-dosing/posterior';
import { modelSubject } from '@gemel/pack-dosing/subject';
import { decide } from '@gemel/runtime/decide';
import { AS_PLANNED, type ForecastBasis, foretell } from '@gemel/runtime/forecast';
import { lensOf } from '@gemel/runtime/lens';
import type { Belief, History } from '@gemel/runtime/pack';

export const PATIENTS = 4000;
/** Spread of invented levels about what a model expects, on the log scale. */
const SPREAD = 0.3;

/** What one patient of a drug is answered, in its parts. */
export interface Answer {
  fitted(): Belief<unknown>;
  /** Target attainment as planned, then options sought, weighed and compared; how many regimens were weighed. */
  advise(belief: Belief<unknown>): number;
}

/** Patients of a drug, each with one to three levels in turn. */
export function dosingAnswers(id: string, count: number): readonly Answer[] {
  const index = drugs.findIndex((each) => each.id === id);
  const pack = packs[index];
  const now = after(3 * 24);
  const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
  return Array.from({ length: count }, (_, i) => {
    const history = invented(drugs[index], i);
    const twin = { pack, lens: lensOf(pack), modelHash: '', parameterHash: '' };
    return {
      fitted() {
        const work = pack.assimilator.start(history, now, randomStream(i, id));
        let step = work.next();
        while (!step.done) step = work.next();
        return step.value;
      },
      advise(belief) {
        const own = { ...history, setAside: [], seq: i };
        const basis: ForecastBasis = { twin, history: own, belief, beliefHash: '', now, seed: i, sha256 };
        const forecast = foretell(basis, AS_PLANNED).forecast;
        const applicability = pack.applicability(history.facts);
        return decide(basis, { now, history, belief, applicability }, forecast).plans.length;
      },
    };
  });
}

/** The patient of the pack's tests with everything that models of the drug ask for, and levels of his own. */
function invented(drug: Drug, number: number): History {
  const random = randomStream(5, drug.id, number);
  const history = historyOn(drug);
  const levels = history.observations.filter(({ signal }) => signal === `${drug.id}.level`);
  const drawn = [...levels, measured(`${drug.id}.level`, 70, levels[1].value)].slice(0, 1 + (number % 3));
  const transplanted = { codings: [coding(SNOMED, '70536003', 'Transplant of kidney')] };
  return {
    ...history,
    observations: [
      ...history.observations.filter((each) => !levels.includes(each)),
      measured('haematocrit', -2, { value: 33, unit: '%' }),
      measured('albumin', -2, { value: 38, unit: 'g/L' }),
      ...drawn.map((each) =>
        isQuantity(each.value)
          ? { ...each, value: { ...each.value, value: each.value.value * Math.exp(SPREAD * random.normal()) } }
          : each,
      ),
    ],
    facts: [...history.facts, fact('procedure', transplanted)],
  };
}

/** Courses of invented patients under one model of vancomycin: five doses, two levels each. */
export function patientCourses(count: number): readonly DrugCourse[] {
  const random = randomStream(12, 'dosing');
  return Array.from({ length: count }, () => {
    const values = { clcr: 90 * Math.exp(0.4 * random.normal()), weight: 75 * Math.exp(0.2 * random.normal()) };
    const doses = [0, 12, 24, 36, 48].map((time) => ({ time, amount: 1000, hours: 1, route: 'intravenous' as const }));
    const course = { doses, covariates: [{ time: Number.NEGATIVE_INFINITY, values }] };
    const levels = [35.5, 50].map((time) => ({ time, value: 1 }));
    const { subject, effects } = modelSubject(goti2018, { ...course, levels });
    const expected = new Float64Array(levels.length);
    subject.predict(
      new Float64Array(0),
      Float64Array.from(effects.names, () => SPREAD * random.normal()),
      expected,
    );
    return {
      ...course,
      levels: levels.map(({ time }, i) => ({ time, value: expected[i] * Math.exp(0.2 * random.normal()) })),
    };
  });
}

/** Most probable values of such patients. Returns how many searches converged. */
export function patientModes(): () => number {
  const courses = patientCourses(PATIENTS);
  return () =>
    courses.filter((course) => effectMode(modelSubject(goti2018, course)).found.status === 'converged').length;
}
