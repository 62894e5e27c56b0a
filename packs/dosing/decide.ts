import {
  type Advice,
  type ControlInput,
  HOUR,
  instant,
  type Plan,
  type ProposedMeasurement,
  type Reason,
  type Scalar,
  type Scenario,
  writtenUnit,
} from '@gemel/core';
import type { Paths, Situation } from '@gemel/runtime/pack';
import { abstain } from './abstain.ts';
import type { Drug } from './drug.ts';
import type { DosingState } from './fed-dynamics.ts';
import { COMING_DAY, daysOf, sayTarget } from './forecast.ts';
import { micOf } from './mic.ts';
import { covariatesOf, isRate, sayClearance, spreadLevels } from './record.ts';
import { type SamplingDesign, samplingDesign } from './sampling.ts';

/** Hours a proposal may be acted on. */
const EXPIRES = 4;
/** Plans whose chances are told, and for which the next levels are chosen. */
const TOLD = 3;
/** Minutes within which a level may be drawn after the best time for it. */
const DRAWN_WITHIN = 60;

export function decideOf(drug: Drug) {
  const [target] = drug.targets;
  const renal = drug.models.some(({ needs }) => needs.includes('clcr') || needs.includes('creatinine'));
  return (situation: Situation<DosingState>, plans: readonly Plan[], pathsOf: (plan: Plan) => Paths): Advice => {
    const { now, applicability, belief, history } = situation;
    if (applicability.applies === 'no') return abstain(applicability.reasons);
    if (plans.length === 0) return abstain([{ code: 'nothing-weighed', statement: 'Nothing was weighed.' }]);
    const ranked = plans.filter(({ allowed }) => allowed).toSorted((a, b) => b.total - a.total);
    if (ranked.length === 0)
      return abstain([{ code: 'nothing-allowed', statement: 'No plan keeps within the limits.' }]);
    const [best] = ranked;
    if (ranked.length === 1 && best.scenario.controls.length === 0) {
      const statement = `No other dose of ${drug.title} can be weighed: its next one is due after the ${daysOf(drug)} days that are foretold, or none keeps within the limits.`;
      return abstain([{ code: 'nothing-compared', statement }]);
    }
    const told = ranked.slice(0, TOLD);
    const clearance = renal ? sayClearance(history, now) : null;
    const levels = spreadLevels(drug, history, now).length;
    const { weight } = covariatesOf(history, now).at(-1)!.values;
    const mic = micOf(drug, history, now);
    return {
      kind: 'advise',
      statement: `Option to consider: ${best.scenario.title}.`,
      reasons: [
        ...told.map(chances),
        ...told.flatMap(heldToLimits),
        { code: 'target', statement: `${target.use}. ${target.source}.` },
        // What is notable of it is told with and without a proposal, as an advisory.
        ...(mic === null || mic.notable ? [] : [{ code: 'mic', statement: mic.statement }]),
        ...once(told.flatMap((plan) => regimenReasons(plan, weight))),
        ...(clearance === null ? [] : [{ code: 'renal-function', statement: clearance }]),
        ...(levels > 0
          ? []
          : [
              {
                code: 'population-only',
                statement:
                  'No level that can be read is on record: chances are those of the population that patients like this one are of.',
              },
            ]),
        ...belief.diagnostics.warnings.map(({ code, message }) => ({ code, statement: message })),
      ],
      advisories: [],
      measurements: measurementsOf(situation, told, pathsOf),
      plans: ranked,
      expires: instant(now + EXPIRES * HOUR),
    };
  };

  /** What a plan leads to, and how likely it is what is wanted, and what is not. */
  function chances({ scenario, forecast }: Plan): Reason {
    const { quantiles, levels, events } = forecast.quantities[target.id] as Scalar;
    const at = (level: number) => say(quantiles[levels.indexOf(level)]);
    const harms = drug.targets.flatMap(({ id, title, unit, harm }) => {
      if (harm === undefined) return [];
      const share = (forecast.quantities[id] as Scalar).events.harm;
      return [`${title} above ${withUnit(harm.above, unit)} (${harm.title}): ${percent(share)}`];
    });
    const ratios = drug.targets.flatMap((each) => {
      if (!each.perMic || each === target) return [];
      const reached = forecast.quantities[each.id] as Scalar;
      const half = say(reached.quantiles[reached.levels.indexOf(0.5)]);
      return [`${each.title} ${half}, chance of ${sayTarget(each)}: ${percent(reached.events.attained)}`];
    });
    const coming = forecast.quantities[COMING_DAY];
    const said = [
      `${scenario.title}: ${target.title} ${withUnit(at(0.5), target.unit)} (90 %: ${at(0.05)} to ${at(0.95)})`,
      `chance of ${sayTarget(target)}: ${percent(events.attained)}`,
      ...(target.high === undefined || target.harm?.above === target.high ? [] : [`above: ${percent(events.high)}`]),
      ...ratios,
      ...harms,
      ...(coming?.kind === 'scalar'
        ? [
            `in the coming day ${withUnit(say(coming.quantiles[coming.levels.indexOf(0.5)]), target.unit)}${target.high === undefined ? '' : `, above ${target.high}: ${percent(coming.events.high)}`}`,
          ]
        : []),
    ];
    return { code: 'attainment', statement: `${said.join('; ')}.` };
  }

  /** A plan that limits changed gives less, or more slowly, than its title says. */
  function heldToLimits({ scenario, limits }: Plan): readonly Reason[] {
    const held = limits.filter(({ verdict }) => verdict === 'clipped').map(({ message }) => message);
    if (held.length === 0) return [];
    return [{ code: 'held-to-limits', statement: `Not as its title says, ${scenario.title}: ${held.join(' ')}` }];
  }

  /** Where the parts of a plan are from that not every plan has. */
  function regimenReasons({ scenario }: Plan, weight: number | undefined): readonly Reason[] {
    const { loading, continuous } = drug.regimens;
    const [first, second] = scenario.controls;
    const found: Reason[] = [];
    if (first === undefined) return found;
    if (loading !== undefined && second !== undefined && isLoading(first, second)) {
      const held =
        loading.kind === 'first-day' && weight !== undefined && first.value.value < loading.perKilogram[0] * weight
          ? ` Here it is less than ${loading.perKilogram[0]} mg/kg: it is held by the largest single dose and the largest in 24 hours.`
          : '';
      const why =
        loading.kind === 'first-day'
          ? 'for the first day to be what the target asks of any day'
          : 'for the level to be there at once, however long what follows takes';
      const statement = `The first dose is a loading dose, ${why}. ${loading.source}.${held}`;
      found.push({ code: 'loading', statement });
    }
    if (continuous !== undefined && scenario.controls.some(isRate)) {
      const said = isRate(first)
        ? 'An infusion without end runs: its rate is what is proposed'
        : 'After the first dose the infusion goes on without a break';
      found.push({ code: 'continuous', statement: `${said}. ${continuous.source}.` });
    }
    return found;
  }

  function measurementsOf(
    situation: Situation<DosingState>,
    plans: readonly Plan[],
    pathsOf: (plan: Plan) => Paths,
  ): readonly ProposedMeasurement[] {
    return plans.flatMap((plan) => {
      const { scenario } = plan;
      return measurementsOfDesign(situation, scenario, samplingDesign(drug, situation, scenario, pathsOf(plan)));
    });
  }

  function measurementsOfDesign(
    situation: Situation<DosingState>,
    scenario: Scenario,
    design: SamplingDesign | null,
  ): readonly ProposedMeasurement[] {
    if (design === null) return [];
    const { times, before, after } = design;
    const doses = [...situation.history.controls, ...scenario.controls].map(({ from }) => from);
    return times.map((from) => {
      const next = Math.min(...doses.filter((each) => each > from));
      return {
        code: { codings: drug.levelCodings.slice(0, 1) },
        title: `${drug.title}, ${drug.levelName ?? 'level'}`,
        from,
        to: instant(Math.min(from + DRAWN_WITHIN * 60_000, next)),
        scenario: scenario.id,
        reason: `${times.length > 1 ? 'With the other one it' : 'It'} is expected to narrow ${target.title} from ±${percent(before)} to ±${percent(after)} (one standard deviation).`,
      };
    });
  }
}

/** Of reasons that say the same, one. */
function once(reasons: readonly Reason[]): readonly Reason[] {
  return reasons.filter(({ statement }, i) => reasons.findIndex((each) => each.statement === statement) === i);
}

/** A first dose that is larger than the next, given faster, or followed by a rate. */
function isLoading(first: ControlInput, second: ControlInput): boolean {
  const length = ({ from, to = from }: ControlInput) => to - from;
  if (isRate(first)) return false;
  return isRate(second) || first.value.value > second.value.value || length(first) < length(second);
}

function say(value: number): string {
  if (value > 0 && value < 0.001) return 'less than 0.001';
  return String(Number(value.toPrecision(3)));
}

function withUnit(value: number | string, ucum: string): string {
  return `${value} ${writtenUnit(ucum)}`.trimEnd();
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
