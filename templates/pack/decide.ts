import {
  type Advice,
  type Advisory,
  type ControlInput,
  coding,
  type Fact,
  GEMEL,
  HOUR,
  instant,
  isQuantity,
  MINUTE,
  type Plan,
  type Reason,
  type Scalar,
  type Scenario,
  type Verdict,
} from '@gemel/core';
import { convert } from '@gemel/core/units';
import type { Headline, History, Outlook, Readiness, RewardSpec, Situation } from '@gemel/runtime/pack';
import { COLD, FEVER, perMember } from './forecast.ts';
import type { BodyState } from './model.ts';

/** Readings needed within the last twelve hours to calibrate, and the oldest the last may be, minutes. */
const FEWEST = 6;
const STALE = 60;
/** A plan must gain this much over going on as planned. */
const LEAST_GAIN = 0.1;
const EXPIRES = 30 * MINUTE;

/** Cold weighs five times as much as fever: it is what the plan itself would have done. */
export const rewards: readonly RewardSpec[] = [
  {
    name: 'no-fever',
    title: 'Little fever (minus mean degrees above 38.3 Cel)',
    weight: 1,
    evaluate: (paths) => perMember(paths, (path) => -mean(path, (t) => Math.max(0, t - FEVER))),
  },
  {
    name: 'not-cold',
    title: 'Not too cold (minus mean degrees below 36 Cel)',
    weight: 5,
    evaluate: (paths) => perMember(paths, (path) => -mean(path, (t) => Math.max(0, COLD - t))),
  },
  {
    name: 'little-asked',
    title: 'Little asked (minus hours on the blanket)',
    weight: 0.02,
    evaluate: (paths, { controls }) =>
      new Float64Array(paths.members).fill(-controls.reduce((sum, c) => sum + ((c.to ?? c.from) - c.from) / HOUR, 0)),
  },
];

/** The rates were measured in adults: 40 to 150 kg. */
export function applicability(facts: readonly Fact[]): Verdict {
  const weight = facts.findLast((f) => f.fact === 'body.weight')?.value;
  if (weight === undefined || typeof weight !== 'object' || !isQuantity(weight)) {
    return { applies: 'unknown', reasons: [{ code: 'weight-unknown', statement: 'The weight is not recorded.' }] };
  }
  const kilograms = convert(weight, 'kg').value;
  if (kilograms < 40 || kilograms > 150) {
    return {
      applies: 'no',
      reasons: [{ code: 'weight-outside', statement: `At ${kilograms} kg the model does not apply.` }],
    };
  }
  return { applies: 'yes', reasons: [] };
}

export function readiness(service: 'calibrate' | 'forecast' | 'decide', history: History, now: number): Readiness {
  const readings = history.observations.filter((o) => o.trueAt > now - 12 * HOUR && o.trueAt <= now);
  const missing: Readiness['missing'][number][] = [];
  if (service === 'calibrate' && readings.length < FEWEST) {
    missing.push({
      code: 'few-readings',
      statement: `${readings.length} temperatures in twelve hours; ${FEWEST} are needed.`,
    });
  }
  const last = readings.at(-1);
  if (service !== 'calibrate' && (last === undefined || now - last.trueAt > STALE * MINUTE)) {
    missing.push({ code: 'stale', statement: `No temperature in the last ${STALE} minutes.` });
  }
  return { ready: missing.length === 0, missing };
}

/** As planned first; then two hours on three settings. */
export function propose({ now, history }: Situation<BodyState>, weighed: readonly Plan[]): readonly Scenario[] {
  if (weighed.length > 0) return [];
  const cooling = [20, 15, 10].map((water): Scenario => {
    const blanket: ControlInput = {
      kind: 'control',
      id: `blanket-${water}`,
      subject: history.subject,
      control: 'blanket',
      code: { codings: [coding(GEMEL, 'body-temperature.blanket')] },
      value: { value: water, unit: 'Cel' },
      from: now,
      to: instant(now + 2 * HOUR),
      status: 'proposed',
      knownAt: now,
      offset: null,
      grade: 'good',
      marks: [],
      provenance: { source: 'body-temperature', element: `blanket at ${water} Cel` },
    };
    return { id: `water-${water}`, title: `Blanket at ${water} Cel for two hours`, controls: [blanket] };
  });
  return [{ id: 'as-planned', title: 'Go on as planned', controls: [] }, ...cooling];
}

export function decide({ now, applicability: verdict }: Situation<BodyState>, plans: readonly Plan[]): Advice {
  const planned = plans.find((plan) => plan.scenario.id === 'as-planned');
  if (verdict.applies !== 'yes') return abstain(verdict.reasons);
  if (planned === undefined) return abstain([{ code: 'nothing-weighed', statement: 'Nothing was weighed.' }]);
  const ranked = plans.filter((plan) => plan.allowed).sort((a, b) => b.total - a.total);
  const best = ranked[0] ?? planned;
  const worthIt = best.total - planned.total >= LEAST_GAIN;
  const chosen = worthIt ? best : planned;
  return {
    kind: 'advise',
    statement: worthIt
      ? `Option to consider: ${best.scenario.title}.`
      : 'Nothing weighed is clearly better than going on.',
    reasons: [
      {
        code: 'fever-hours',
        statement: `Hours of fever to expect: ${hours(chosen)}, against ${hours(planned)} as planned.`,
      },
      { code: 'chance-of-cold', statement: `Chance of falling below ${COLD} Cel: ${chanceOfCold(chosen)}.` },
    ],
    advisories: [],
    plans: [chosen, ...ranked.filter((plan) => plan !== chosen)],
    expires: instant(now + EXPIRES),
  };
}

export function advisories({ now, history }: Outlook<BodyState>): readonly Advisory[] {
  const found: Advisory[] = [];
  const last = lastReading(history);
  if (last !== null && last.value >= 40) {
    found.push({
      code: 'very-high',
      priority: 'high',
      statement: `${last.value} Cel: follow the local plan for hyperthermia.`,
    });
  }
  if (!readiness('forecast', history, now).ready) {
    found.push({ code: 'stale', priority: 'information', statement: `No temperature in the last ${STALE} minutes.` });
  }
  return found;
}

export function headline(history: History): Headline {
  const last = lastReading(history);
  if (last === null) return { value: '–', unit: 'Cel', at: null, risk: 'unknown', statement: 'No temperature yet.' };
  const risk = last.value >= 40 || last.value < COLD ? 'high' : last.value > FEVER ? 'medium' : 'low';
  const statement = last.value < COLD ? 'Too cold.' : last.value > FEVER ? 'Fever.' : 'No fever.';
  return { value: last.value.toFixed(1), unit: 'Cel', at: last.at, risk, statement };
}

function lastReading(history: History) {
  const last = history.observations.findLast((o) => isQuantity(o.value));
  return last && isQuantity(last.value) ? { value: last.value.value, at: last.trueAt } : null;
}

function abstain(reasons: readonly Reason[]): Advice {
  const { code, statement } = reasons[0]!;
  return { kind: 'abstain', code, statement: `No proposal: ${statement}`, reasons, advisories: [], plans: [] };
}

function hours(plan: Plan): string {
  return (plan.forecast.quantities['fever-hours'] as Scalar).mean.toFixed(1);
}

function chanceOfCold(plan: Plan): string {
  return `${Math.round(100 * (plan.forecast.quantities.lowest as Scalar).events.cold!)} %`;
}

function mean(path: Float64Array, value: (t: number) => number): number {
  return path.reduce((sum, t) => sum + value(t), 0) / path.length;
}
