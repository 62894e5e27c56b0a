import type { ControlInput, LimitVerdict } from '@gemel/core';
import type { Limit } from '@gemel/runtime/pack';
import type { Agent } from './agent.ts';
import { covariatesUnder, isBolus, isInfusion } from './record.ts';

/** Fastest rate of a patient of this weight, mg/h; NaN where it goes by a weight that is not recorded. */
export function largestRate({ limits }: Agent, weight: number | undefined): number {
  const { rate, ratePerKilogram } = limits;
  return ratePerKilogram === undefined ? rate : Math.min(rate, ratePerKilogram * (weight ?? Number.NaN));
}

const unitOf = (c: { readonly control: string }) => (isBolus(c) ? 'mg' : isInfusion(c) ? 'mg/h' : null);
/** What has been given cannot be limited; everything else can. */
const open = (c: ControlInput) => unitOf(c) !== null && c.status !== 'given';

function held(
  name: string,
  title: string,
  source: string,
  which: typeof isBolus,
  most: (weight: number | undefined) => number,
): Limit {
  return {
    name,
    title,
    apply(controls, { history, now }) {
      const { weight } = covariatesUnder(history, now).at(-1)!.values;
      const bound = most(weight);
      const own = (c: ControlInput) => open(c) && which(c);
      if (Number.isNaN(bound) && controls.some(own)) {
        const message = 'The limit goes by body weight, which is not recorded.';
        return { verdict: { limit: name, title, verdict: 'forbidden', message, source }, controls };
      }
      const within = controls.map((c) =>
        own(c) && c.value.value > bound ? { ...c, value: { ...c.value, value: bound } } : c,
      );
      const clipped = within.some((c, i) => c !== controls[i]);
      const message = clipped
        ? `Held to ${Number(bound.toPrecision(3))} ${which === isBolus ? 'mg' : 'mg/h'}.`
        : 'Within.';
      const verdict: LimitVerdict = { limit: name, title, verdict: clipped ? 'clipped' : 'within', message, source };
      return { verdict, controls: within };
    },
  };
}

const sayRate = ({ limits: { rate, ratePerKilogram } }: Agent) =>
  `${rate} mg/h${ratePerKilogram === undefined ? '' : `, ${ratePerKilogram} mg/h per kg`}`;

export function limitsOf(agent: Agent): readonly Limit[] {
  const { bolusPerKilogram, source } = agent.limits;
  const sound = (c: ControlInput) => Number.isFinite(c.value.value) && c.value.value >= 0 && c.value.unit === unitOf(c);
  return [
    {
      name: 'sound-doses',
      title: 'Amounts are in mg and rates in mg/h, not negative',
      apply(controls) {
        const wrong = controls.find((c) => open(c) && !sound(c));
        const message =
          wrong === undefined ? 'Within.' : `${wrong.value.value} ${wrong.value.unit} is no ${wrong.control}.`;
        return {
          verdict: {
            limit: 'sound-doses',
            title: 'Amounts are in mg and rates in mg/h, not negative',
            verdict: wrong === undefined ? 'within' : 'forbidden',
            message,
          },
          controls,
        };
      },
    },
    held('infusion-rate', `Fastest infusion: ${sayRate(agent)}`, source, isInfusion, (weight) =>
      largestRate(agent, weight),
    ),
    held(
      'single-dose',
      `Largest amount at once: ${bolusPerKilogram} mg/kg`,
      source,
      isBolus,
      (weight) => bolusPerKilogram * (weight ?? Number.NaN),
    ),
  ];
}
