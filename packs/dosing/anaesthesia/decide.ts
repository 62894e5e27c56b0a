import {
  type Advice,
  type ControlInput,
  type Forecast,
  instant,
  MINUTE,
  type Plan,
  type Reason,
  type Scalar,
  type Scenario,
  writtenUnit,
} from '@gemel/core';
import type { Situation } from '@gemel/runtime/pack';
import { abstain } from '../abstain.ts';
import type { DosingState } from '../fed-dynamics.ts';
import { FedRun, Feed, inflowsOf } from '../inflow.ts';
import { hours } from '../record.ts';
import { TargetControl } from '../tci.ts';
import type { Agent } from './agent.ts';
import { parameterNames, structuralValues } from './dynamics.ts';
import { forecastOf, sayWindow } from './forecast.ts';
import { largestRate } from './limits.ts';
import { courseUnder, covariatesUnder, infusionControl } from './record.ts';

/** Minutes a proposal may be acted on: the pump goes on meanwhile. */
const EXPIRES = 2;

/** The middle of the members: the geometric mean of each parameter. */
function middle(agent: Agent, { belief }: Situation<DosingState>) {
  const { members } = belief;
  const mean = parameterNames(agent).map((_, i) =>
    Math.exp(members.reduce((sum, { parameters }) => sum + Math.log(parameters[i]), 0) / members.length),
  );
  return structuralValues(agent, Float64Array.from(mean));
}

/** As planned first; then, for each target, the rates that bring the middle of the members' site of effect to it. */
export function proposeOf(agent: Agent) {
  const { structure } = agent.model;
  return (situation: Situation<DosingState>, weighed: readonly Plan[]): readonly Scenario[] => {
    if (weighed.length > 0) return [];
    const { history, now } = situation;
    const values = middle(agent, situation);
    const { weight } = covariatesUnder(history, now).at(-1)!.values;
    const fastest = Math.min(agent.pump.fastest, largestRate(agent, weight));
    const control = new TargetControl(structure, values, { ...agent.pump, fastest });
    const doses = courseUnder(history, now).doses;
    const begin = Math.min(hours(now), doses[0]?.time ?? Number.POSITIVE_INFINITY);
    const run = structure.run(values, structure.rest(values));
    const fed = new FedRun(run, new Feed(inflowsOf(doses, () => values)), begin);
    fed.to(hours(now));
    const state = run.state();
    const length = forecastOf(agent).horizonMinutes / 60;
    return [
      { id: 'as-planned', title: 'As planned', controls: [] },
      ...agent.targets.map((target): Scenario => {
        const title = `Site of effect at ${target} ${writtenUnit(agent.levelUnit)}`;
        const { rates } = control.follow([{ time: 0, target }], length, 'effect', state);
        return { id: `effect-${target}`, title, controls: controlsOf(agent, history.subject, rates, now, title) };
      }),
    ];
  };
}

function controlsOf(agent: Agent, subject: string, rates: Float64Array, now: number, element: string): ControlInput[] {
  const step = agent.pump.step * 1000;
  return Array.from(rates, (rate, k) => ({
    kind: 'control',
    id: `${element}-${k}`,
    subject,
    control: infusionControl(agent),
    code: { codings: agent.codings },
    value: { value: rate, unit: 'mg/h' },
    from: instant(now + k * step),
    to: instant(now + (k + 1) * step),
    status: 'proposed',
    knownAt: instant(now),
    offset: null,
    grade: 'good',
    marks: [],
    provenance: { source: `dosing-${agent.id}`, element },
  }));
}

export function decideOf(agent: Agent) {
  const { beside } = agent;
  /** What this agent and the other do together at the end of what is foretold. */
  const together = ({ quantities }: Forecast): string => {
    const found = beside && quantities[beside.effect.name];
    if (found?.kind !== 'trajectory') return '';
    const half = found.quantiles[found.levels.indexOf(0.5)].at(-1)!;
    return `; ${beside!.effect.title.toLowerCase()} at its end, with ${beside!.title.toLowerCase()} as foretold: ${Math.round(half)} % (${beside!.effect.source})`;
  };
  return ({ now, applicability, belief }: Situation<DosingState>, plans: readonly Plan[]): Advice => {
    if (applicability.applies === 'no') return abstain(applicability.reasons);
    if (plans.length === 0) return abstain([{ code: 'nothing-weighed', statement: 'Nothing was weighed.' }]);
    const ranked = plans.filter(({ allowed }) => allowed).toSorted((a, b) => b.total - a.total);
    if (ranked.length === 0)
      return abstain([{ code: 'nothing-allowed', statement: 'No plan keeps within the limits.' }]);
    const reasons: Reason[] = ranked.slice(0, 3).map(({ scenario, forecast }) => {
      const { quantiles, levels, mean } = forecast.quantities.within as Scalar;
      const at = (level: number) => Math.round(quantiles[levels.indexOf(level)]);
      return {
        code: 'within',
        statement: `${scenario.title}: ${agent.window.title.toLowerCase()} at ${sayWindow(agent)} for ${Math.round(mean)} % of the time (90 %: ${at(0.05)} to ${at(0.95)} %)${together(forecast)}.`,
      };
    });
    const { use, source } = agent.window;
    return {
      kind: 'advise',
      statement: `Option to consider: ${ranked[0].scenario.title}.`,
      reasons: [
        ...reasons,
        { code: 'target', statement: `${use}. ${source}.` },
        ...belief.diagnostics.warnings.map(({ code, message }) => ({ code, statement: message })),
      ],
      advisories: [],
      plans: ranked,
      expires: instant(now + EXPIRES * MINUTE),
    };
  };
}
