import { type Advice, type Instant, MINUTE, type Plan, type Reason, type Scalar } from '@gemel/core';
import type { Situation } from '@gemel/runtime/pack';
import type { GlucoseState } from './dynamics.ts';
import { outsideIdentified } from './identified.ts';
import { insulinOnBoard, usualBasal } from './insulin.ts';
import { POLICY } from './policy.data.ts';
import { type GlucosePolicy, safetyFindings } from './safety.ts';
import { sayChance, sayGlucose, sayMinutes, sayUnits } from './words.ts';

/** Plans shown beside the one proposed: enough to compare, few enough to read. */
const PLANS_SHOWN = 5;
/** Effective members under which a belief is too thin to weigh chances of one in twenty. */
const LEAST_MEMBERS = 20;

/**
 * Options with reasons, the proposed one first, or an abstention with its reason (rules S1 to S14 of SPEC.md). Pure: what was admitted, what
 * is believed and what was weighed, in; advice out. Limits have run on every plan before it arrives here.
 */
export function decide(situation: Situation<GlucoseState>, plans: readonly Plan[], policy: GlucosePolicy): Advice {
  const { applicability, belief, history, now } = situation;
  const findings = safetyFindings(history, now, policy);
  const against: Reason[] = [];
  if (applicability.applies !== 'yes') against.push(...applicability.reasons);
  against.push(...findings.filter((f) => f.stops === 'advice').map(({ code, statement }) => ({ code, statement })));
  if (belief.members.length === 0)
    against.push({ code: 'not-calibrated', statement: 'The twin has not been calibrated to this person.' });
  else if (belief.diagnostics.ess < LEAST_MEMBERS)
    against.push({
      code: 'belief-thin',
      statement: `Only ${belief.diagnostics.ess.toFixed(0)} of the twin’s futures agree with the data; chances cannot be told.`,
    });
  if (usualBasal(history, now) === null)
    against.push({ code: 'basal-insulin-missing', statement: 'No basal insulin is recorded.' });
  const first = plans[0];
  const horizon = first === undefined ? 0 : (first.forecast.horizon.to - first.forecast.horizon.from) / MINUTE;
  const outside = outsideIdentified(history, now, horizon);
  if (outside !== null) against.push(outside);
  if (against.length > 0) return abstain(against);

  const planned = plans.find((p) => p.scenario.id === 'as-planned');
  if (planned === undefined) return abstain([{ code: 'nothing-weighed', statement: 'Nothing was weighed.' }]);
  const stopped = findings.filter((f) => f.stops === 'bolus');
  const eligible = plans.filter((p) => p === planned || (p.allowed && mayBeAdvised(p, planned, stopped.length > 0)));
  const ranked = [...eligible].sort((a, b) => b.total - a.total);
  const usual = usualBasal(history, now)!;
  const chosen = ranked.find((p) => p !== planned && p.total - planned.total >= leastGain(p, usual)) ?? planned;
  const shown = chosen === planned ? [planned] : [chosen, planned];
  for (const plan of ranked) {
    if (shown.length < PLANS_SHOWN && !shown.some((other) => alike(plan, other))) shown.push(plan);
  }
  const low = findings.some((f) => f.rule === 'S1');
  return {
    kind: 'advise',
    statement: `${low ? 'Glucose is low: the local hypoglycaemia plan comes first. ' : ''}${
      chosen === planned
        ? 'Nothing weighed is clearly better than going on as planned.'
        : `Option to consider: ${lower(chosen.scenario.title)}.`
    }`,
    reasons: [
      ...reasonsFor(chosen, planned, situation),
      ...stopped.map(({ code, statement }) => ({ code, statement })),
    ],
    advisories: [],
    plans: [chosen, ...ranked.filter((p) => p !== chosen && shown.includes(p))],
    expires: (now + POLICY.expiresMinutes * MINUTE) as Instant,
  };
}

/** Whether two plans ask for nearly the same: the same controls over the same spans, amounts within a fifth. */
function alike(a: Plan, b: Plan): boolean {
  const [x, y] = [a.scenario.controls, b.scenario.controls];
  return (
    x.length === y.length &&
    x.every((c, i) => {
      const d = y[i]!;
      const [least, most] = [Math.min(c.value.value, d.value.value), Math.max(c.value.value, d.value.value)];
      return c.control === d.control && c.to === d.to && most - least <= 0.2 * most;
    })
  );
}

/** What a plan must gain over going on as planned: more where it adds insulin (a bolus, or a rate over the usual one) than where it holds back. */
function leastGain(plan: Plan, usual: number): number {
  const adds = plan.scenario.controls.some(
    (c) =>
      (c.control === 'insulin.bolus' && c.value.value > 0) || (c.control === 'insulin.basal' && c.value.value > usual),
  );
  return adds ? POLICY.leastGain.more : POLICY.leastGain.less;
}

function abstain(reasons: readonly Reason[]): Advice {
  return {
    kind: 'abstain',
    code: reasons[0]!.code,
    statement: `No proposal on insulin: ${reasons[0]!.statement}`,
    reasons,
    advisories: [],
    plans: [],
  };
}

/** Rules S1, S2 and S12: no bolus while one is stopped; insulin is not added into likely hypoglycaemia. */
function mayBeAdvised(plan: Plan, planned: Plan, bolusStopped: boolean): boolean {
  const bolus = plan.scenario.controls.some((c) => c.control === 'insulin.bolus' && c.value.value > 0);
  if (bolus && bolusStopped) return false;
  const chance = (p: Plan, event: 'below-54' | 'below-70') => scalar(p, 'minimum').events[event]!;
  const worse = (event: 'below-54' | 'below-70', most: number) =>
    chance(plan, event) > most && chance(plan, event) > chance(planned, event);
  return !worse('below-54', POLICY.chance.below54) && !worse('below-70', POLICY.chance.below70);
}

function reasonsFor(chosen: Plan, planned: Plan, situation: Situation<GlucoseState>): Reason[] {
  const { history, now } = situation;
  const hours = sayMinutes((chosen.forecast.horizon.to - chosen.forecast.horizon.from) / MINUTE);
  const chance = (p: Plan, event: string) => sayChance(scalar(p, 'minimum').events[event]!);
  const median = (p: Plan, name: string) => {
    const q = scalar(p, name);
    return q.quantiles[q.levels.indexOf(0.5)]!;
  };
  const compared = (say: (p: Plan) => string) =>
    chosen === planned || say(chosen) === say(planned)
      ? say(chosen)
      : `${say(chosen)}, against ${say(planned)} as planned`;
  return [
    {
      code: 'chance-of-hypoglycaemia',
      statement: `Chance of glucose below 70 mg/dL at any time in the next ${hours}: ${compared((p) => chance(p, 'below-70'))}; below 54 mg/dL: ${compared((p) => chance(p, 'below-54'))}.`,
    },
    {
      code: 'time-in-range',
      statement: `Expected time between 70 and 180 mg/dL: ${compared((p) => `${scalar(p, 'time-in-range').mean.toFixed(0)} %`)}; above 180 mg/dL: ${compared((p) => `${scalar(p, 'time-above-180').mean.toFixed(0)} %`)}.`,
    },
    {
      code: 'highest-and-lowest',
      statement: `Median highest glucose: ${compared((p) => sayGlucose(median(p, 'maximum')))}; median lowest: ${compared((p) => sayGlucose(median(p, 'minimum')))}.`,
    },
    {
      code: 'insulin-on-board',
      statement: `Insulin on board now, by the action curve of fast-acting insulin: ${sayUnits(insulinOnBoard(history, now))}.`,
    },
    {
      code: 'weighing',
      statement:
        chosen === planned
          ? `No plan gains enough in the weighed risk of low and high glucose: ${POLICY.leastGain.more} for more insulin, ${POLICY.leastGain.less} for less.`
          : `Weighed risk of low and high glucose improves by ${(chosen.total - planned.total).toFixed(1)}; the chance that this plan is the best of those weighed is ${sayChance(chosen.probabilityBest)}.`,
    },
    ...chosen.limits
      .filter((l) => l.verdict === 'clipped')
      .map((l) => ({ code: `limit-${l.limit}`, statement: l.message })),
  ];
}

function scalar(plan: Plan, name: string): Scalar {
  return plan.forecast.quantities[name] as Scalar;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
