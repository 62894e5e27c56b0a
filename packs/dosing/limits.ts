import { type ControlInput, DAY, HOUR, instant, type LimitVerdict } from '@gemel/core';
import type { History, Limit } from '@gemel/runtime/pack';
import type { Drug } from './drug.ts';
import { covariatesOf, isDose, isRate } from './record.ts';

/** What has been given cannot be limited; everything else can, whoever made it. */
const open = (c: ControlInput) => (isDose(c) || isRate(c)) && c.status !== 'given';

type Outcome = {
  readonly verdict: LimitVerdict['verdict'];
  readonly message: string;
  readonly controls: readonly ControlInput[];
};

function limit(
  name: string,
  title: string,
  apply: (controls: readonly ControlInput[], history: History, now: number) => Outcome,
): Limit {
  return {
    name,
    title,
    apply(controls, { history, now }) {
      const { verdict, message, controls: within } = apply(controls, history, now);
      return { verdict: { limit: name, title, verdict, message }, controls: within };
    },
  };
}

/** Changes open doses one by one; 'clipped' where it changed any. */
function clip(controls: readonly ControlInput[], message: string, change: (c: ControlInput) => ControlInput): Outcome {
  const within = controls.map((c) => (open(c) ? change(c) : c));
  const clipped = within.some((c, i) => c !== controls[i]);
  return { verdict: clipped ? 'clipped' : 'within', message: clipped ? message : 'Within.', controls: within };
}

const withAmount = (c: ControlInput, value: number): ControlInput => ({ ...c, value: { ...c.value, value } });

/** Largest single dose of a patient of this weight, mg. */
export function largestSingle({ limits }: Drug, weight: number | undefined): number {
  const { single, singlePerKilogram } = limits;
  return singlePerKilogram === undefined || weight === undefined
    ? single
    : Math.min(single, singlePerKilogram * weight);
}

export function limitsOf(drug: Drug): readonly Limit[] {
  const { daily, rate, source } = drug.limits;
  return [
    limit('sound-doses', 'Doses are amounts in mg and rates in mg/h, not negative', (controls) => {
      const unit = (c: ControlInput) => (isRate(c) ? 'mg/h' : 'mg');
      const sound = (c: ControlInput) =>
        Number.isFinite(c.value.value) && c.value.value >= 0 && c.value.unit === unit(c);
      const wrong = controls.find((c) => open(c) && !sound(c));
      if (wrong === undefined) return { verdict: 'within', message: 'Within.', controls };
      return { verdict: 'forbidden', message: `${wrong.value.value} ${wrong.value.unit} is not a dose.`, controls };
    }),
    limit('single-dose', `Largest single dose (${source})`, (controls, history, now) => {
      const { weight } = covariatesOf(history, instant(now)).at(-1)!.values;
      const most = largestSingle(drug, weight);
      const said = `A dose was held to ${Math.round(most)} mg.`;
      return clip(controls, said, (c) => (isDose(c) && c.value.value > most ? withAmount(c, most) : c));
    }),
    limit('daily-dose', `Largest dose in any 24 hours: ${daily} mg (${source})`, (controls, history) => {
      const given = history.controls.filter((c) => (isDose(c) || isRate(c)) && c.status === 'given');
      const kept: ControlInput[] = [];
      const held = new Map<ControlInput, ControlInput>();
      for (const c of controls.filter(open).toSorted((a, b) => a.from - b.from)) {
        // A rate ends the one before; a dose comes on top of the rate that runs.
        const all = [...given, ...kept];
        const doses = all.filter((each) => isDose(each) && each.from > c.from - DAY && each.from <= c.from);
        const rate = isRate(c) ? undefined : all.findLast((each) => isRate(each) && each.from <= c.from);
        const runs = rate !== undefined && (rate.to ?? Number.POSITIVE_INFINITY) > c.from;
        const taken = doses.reduce((sum, { value }) => sum + value.value, runs ? 24 * rate.value.value : 0);
        const room = Math.max(0, daily - taken) / (isRate(c) ? 24 : 1);
        const own = c.value.value > room ? withAmount(c, room) : c;
        held.set(c, own);
        kept.push(own);
      }
      return clip(controls, `Doses were held to ${daily} mg in 24 hours.`, (c) => held.get(c)!);
    }),
    ...(rate === undefined
      ? []
      : [
          limit('infusion-rate', `Fastest infusion: ${rate} mg/h (${source})`, (controls) =>
            clip(controls, `An infusion was slowed to ${rate} mg/h.`, (c) => {
              if (isRate(c)) return c.value.value > rate ? withAmount(c, rate) : c;
              const to = instant(c.from + Math.ceil((c.value.value / rate) * HOUR));
              return (c.to ?? c.from) >= to ? c : { ...c, to };
            }),
          ),
        ]),
  ];
}
