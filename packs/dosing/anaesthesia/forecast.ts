import { coding, GEMEL } from '@gemel/core';
import type { Pack, Paths, QuantitySpec, RewardSpec } from '@gemel/runtime/pack';
import type { Agent, OtherAgent } from './agent.ts';
import { EFFECT, OTHER, PLASMA } from './dynamics.ts';
import { INDEX } from './record.ts';

/** Minutes after which a target should be reached: what comes before is not counted. */
const SETTLED = 10;

/** An hour ahead. */
export function forecastOf({ index, beside }: Agent): Pack<unknown>['forecast'] {
  const signals = [
    ...[PLASMA, EFFECT],
    ...(index === undefined ? [] : [INDEX]),
    ...(beside === undefined ? [] : [OTHER]),
  ];
  return { horizonMinutes: 60, stepMinutes: 1, signals };
}

/** Code under which an agent's concentration at the site of effect is foretold. */
export const effectCode = ({ id }: { readonly id: string }) => coding(GEMEL, `predicted.dosing.${id}.effect`);

/** Of each member, what `value` makes of what is aimed at in the time that counts. */
function settled({ index }: Agent, { members, times, values }: Paths, value: (course: Float64Array) => number) {
  const count = times.length;
  const all = values[index === undefined ? EFFECT : INDEX];
  const from = Math.min(SETTLED, count - 1);
  return Float64Array.from({ length: members }, (_, m) => value(all.subarray(m * count + from, (m + 1) * count)));
}

const share = (course: Float64Array, holds: (value: number) => boolean) =>
  course.reduce((sum, each) => sum + (holds(each) ? 1 : 0), 0) / course.length;

export const sayWindow = ({ window: { low, high, unit } }: Agent) =>
  `${low} to ${high}${unit === '1' ? '' : ` ${unit}`}`;

export function quantitiesOf(agent: Agent): readonly QuantitySpec[] {
  const { id, title, levelUnit, index, window } = agent;
  const together = ({ title: other, effect }: OtherAgent): QuantitySpec => ({
    ...course(
      effect.name,
      EFFECT,
      `${effect.title}, with ${other.toLowerCase()} as its twin foretells it (${effect.source})`,
      '%',
    ),
    evaluate: ({ values }) => values[EFFECT].map((own, i) => 100 * effect.of(own, values[OTHER][i])),
  });
  const course = (name: string, signal: string, what: string, unit: string): QuantitySpec => ({
    name,
    title: what,
    code: { codings: [coding(GEMEL, `predicted.dosing.${id}.${name}`)] },
    unit,
    kind: 'trajectory',
    events: {},
    evaluate: ({ values }) => values[signal],
  });
  return [
    course('plasma', PLASMA, `${title}, plasma`, levelUnit),
    course('effect', EFFECT, `${title}, site of effect`, levelUnit),
    ...(index === undefined ? [] : [course('index', INDEX, index.title, index.unit)]),
    ...(agent.beside === undefined ? [] : [together(agent.beside)]),
    {
      name: 'within',
      title: `Time with ${window.title.toLowerCase()} ${sayWindow(agent)}, from minute ${SETTLED}`,
      code: { codings: [coding(GEMEL, `predicted.dosing.${id}.within`)] },
      unit: '%',
      kind: 'scalar',
      events: { mostly: { above: 80, title: 'More than 80 % of the time' } },
      evaluate: (paths) => settled(agent, paths, (own) => 100 * share(own, within(agent))),
    },
  ];
}

function within({ window: { low, high } }: Agent) {
  return (value: number) => value >= low && value <= high;
}

/** Whether a value means more drug than is aimed at: a low index, or a high concentration. */
function tooMuch({ index, window: { low, high } }: Agent) {
  return index === undefined ? (value: number) => value > high : (value: number) => value < low;
}

/** Being within counts; too much counts against it as well. */
export function rewardsOf(agent: Agent): readonly RewardSpec[] {
  const { title } = agent.window;
  return [
    {
      name: 'within',
      title: `${title}: share of the time at ${sayWindow(agent)}`,
      weight: 1,
      evaluate: (paths) => settled(agent, paths, (own) => share(own, within(agent))),
    },
    {
      name: 'not-too-much',
      title: `${title}: minus the share of the time with more drug than that`,
      weight: 0.5,
      evaluate: (paths) => settled(agent, paths, (own) => -share(own, tooMuch(agent))),
    },
  ];
}
