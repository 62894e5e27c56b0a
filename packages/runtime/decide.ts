import type { Advice, Advisory, Forecast, Plan, Reason } from '@gemel/core';
import { runtimeErrors } from './errors.data.ts';
import type { ForecastBasis } from './forecast.ts';
import type { Outlook, Readiness, Situation } from './pack.ts';
import { compared, type Weighed, weigh } from './weigh.ts';

/** A pack may look again at what was weighed this often, and weigh so many plans in all. */
const ROUNDS = 32;
const PLANS = 256;

/** Why the twin must not speak, or null. */
export function refusal(
  outlook: Outlook<unknown>,
  readiness: Readiness,
): { readonly code: string; readonly reasons: readonly Reason[] } | null {
  if (outlook.applicability.applies === 'no') return { code: 'not-applicable', reasons: outlook.applicability.reasons };
  if (!readiness.ready) return { code: readiness.missing[0]?.code ?? 'not-ready', reasons: readiness.missing };
  if (outlook.belief === null) {
    const statement = 'The twin was not calibrated, or its model has changed since.';
    return { code: 'not-calibrated', reasons: [{ code: 'not-calibrated', statement }] };
  }
  return null;
}

/** The advice of a twin that must not speak: an abstention with every reason, and what can be said all the same. */
export function abstention(
  basis: { readonly code: string; readonly reasons: readonly Reason[] },
  advisories: readonly Advisory[],
): Advice {
  const statement = `No proposal: ${basis.reasons.map((reason) => reason.statement).join(' ')}`;
  return { kind: 'abstain', code: basis.code, statement, reasons: basis.reasons, advisories, plans: [] };
}

/** Weighs what the pack proposes until it proposes no more, lets it decide, and lets nothing else out. */
export function decide(basis: ForecastBasis, situation: Situation<unknown>, forecast: Forecast): Advice {
  const { pack } = basis.twin;
  const weighed: Weighed[] = [];
  let plans: readonly Plan[] = [];
  for (let round = 0; ; round++) {
    const scenarios = pack.propose(situation, plans);
    if (scenarios.length === 0) break;
    if (round >= ROUNDS || weighed.length + scenarios.length > PLANS) {
      const message = `${pack.id} proposed ${weighed.length + scenarios.length} plans in ${round + 1} rounds.`;
      throw runtimeErrors.error('runtime-propose-endless', message);
    }
    for (const scenario of scenarios) weighed.push(weigh(basis, situation, scenario));
    plans = compared(weighed);
  }
  const pathsOf = (plan: Plan) => weighed[plans.indexOf(plan)]!.foretold.paths;
  const advised = pack.decide(situation, plans, pathsOf);
  return checked(withAdvisories(advised, pack.advisories(situation, forecast)), plans);
}

/** A plan leaves only as it was weighed, and never when a limit forbids it. */
function checked(advice: Advice, plans: readonly Plan[]): Advice {
  const own = (plan: Plan) => plans.find((weighed) => weighed.scenario.id === plan.scenario.id);
  if (advice.kind === 'abstain') {
    return { ...advice, plans: advice.plans.map(own).filter((plan) => plan !== undefined) };
  }
  const kept: Plan[] = [];
  const reasons: Reason[] = [];
  for (const plan of advice.plans) {
    const weighed = own(plan);
    if (weighed === undefined || weighed.forecast.hash !== plan.forecast.hash) {
      reasons.push({
        code: 'plan-not-weighed',
        statement: `“${plan.scenario.title}” was not among the plans weighed.`,
      });
    } else if (!weighed.allowed) {
      const forbidding = weighed.limits.filter((limit) => limit.verdict === 'forbidden').map((limit) => limit.title);
      const statement = `“${plan.scenario.title}” is forbidden by: ${forbidding.join(', ')}.`;
      reasons.push({ code: 'plan-forbidden', statement });
    } else if (!kept.includes(weighed)) kept.push(weighed);
  }
  if (kept.length > 0) return { ...advice, plans: kept, reasons: [...advice.reasons, ...reasons] };
  const { advisories } = advice;
  const all = [...reasons, ...advice.reasons];
  return {
    kind: 'abstain',
    code: reasons[0]?.code ?? 'no-plan',
    statement: 'No proposal: no plan that was weighed is left.',
    reasons: all,
    advisories,
    plans: [],
  };
}

/** What the pack says of the moment, and what it says with its decision, each once. */
function withAdvisories(advice: Advice, standing: readonly Advisory[]): Advice {
  const said = new Set(advice.advisories.map((advisory) => advisory.code));
  return { ...advice, advisories: [...advice.advisories, ...standing.filter((advisory) => !said.has(advisory.code))] };
}
