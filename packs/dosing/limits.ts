import { type ControlInput, DAY, HOUR, instant, type LimitVerdict } from '@gemel/core';
import type { History, Limit } from '@gemel/runtime/pack';
import { mosteller } from './body-size.ts';
import type { Covariates } from './covariates.ts';
import type { Drug } from './drug.ts';
import { covariatesOf, isDose, isRate } from './record.ts';

/** What has been given cannot be limited; everything else can, whoever made it. */
const open = (c: ControlInput) => (isDose(c) || isRate(c)) && c.status !== 'given';

type Outcome = {
  readonly verdict: LimitVerdict['verdict'];
  readonly message: string;
  readonly controls: readonly ControlInput[];
};

const round = (value: number) => Number(value.toPrecision(4));

function limit(
  name: string,
  title: string,
  source: string | undefined,
  apply: (controls: readonly ControlInput[], history: History, now: number) => Outcome,
): Limit {
  return {
    name,
    title,
    apply(controls, { history, now }) {
      const { verdict, message, controls: within } = apply(controls, history, now);
      const said = { limit: name, title, verdict, message, ...(source === undefined ? {} : { source }) };
      return { verdict: said, controls: within };
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

/** Largest single dose of a patient of this size, mg; by weight or body surface where that is known. */
export function largestSingle({ limits }: Drug, { weight, height }: Covariates): number {
  const { single, singlePerKilogram = Number.POSITIVE_INFINITY, singlePerSquareMetre } = limits;
  const byWeight = weight === undefined ? single : Math.min(single, singlePerKilogram * weight);
  if (singlePerSquareMetre === undefined || weight === undefined || height === undefined) return byWeight;
  return Math.min(byWeight, singlePerSquareMetre * mosteller(weight, height));
}

/** Largest dose in any 24 h of a patient of this weight, mg. */
export function largestDaily({ limits }: Drug, { weight }: Covariates): number {
  const { daily, dailyPerKilogram = Number.POSITIVE_INFINITY } = limits;
  return weight === undefined ? daily : Math.min(daily, dailyPerKilogram * weight);
}

/** An amount and what it is by weight or body surface: `3000 mg, 35 mg/kg`. */
function sayMost(amount: number, perKilogram?: number, perSquareMetre?: number): string {
  return [
    `${amount} mg`,
    ...(perKilogram === undefined ? [] : [`${perKilogram} mg/kg`]),
    ...(perSquareMetre === undefined ? [] : [`${perSquareMetre} mg/m²`]),
  ].join(', ');
}

export function limitsOf(drug: Drug): readonly Limit[] {
  const { single, singlePerKilogram, singlePerSquareMetre, daily, dailyPerKilogram, rate, source } = drug.limits;
  const sized = (history: History, now: number) => covariatesOf(history, instant(now)).at(-1)!.values;
  return [
    limit('sound-doses', 'Doses are amounts in mg and rates in mg/h, not negative', undefined, (controls) => {
      const unit = (c: ControlInput) => (isRate(c) ? 'mg/h' : 'mg');
      const sound = (c: ControlInput) =>
        Number.isFinite(c.value.value) && c.value.value >= 0 && c.value.unit === unit(c);
      const wrong = controls.find((c) => open(c) && !sound(c));
      if (wrong === undefined) return { verdict: 'within', message: 'Within.', controls };
      return { verdict: 'forbidden', message: `${wrong.value.value} ${wrong.value.unit} is not a dose.`, controls };
    }),
    limit(
      'single-dose',
      `Largest single dose: ${sayMost(single, singlePerKilogram, singlePerSquareMetre)}`,
      source,
      (controls, history, now) => {
        const most = largestSingle(drug, sized(history, now));
        const said = `A dose was held to ${round(most)} mg.`;
        return clip(controls, said, (c) => (isDose(c) && c.value.value > most ? withAmount(c, most) : c));
      },
    ),
    limit(
      'daily-dose',
      `Largest dose in any 24 hours: ${sayMost(daily, dailyPerKilogram)}`,
      source,
      (controls, history, now) => {
        const most = largestDaily(drug, sized(history, now));
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
          const room = Math.max(0, most - taken) / (isRate(c) ? 24 : 1);
          const own = c.value.value > room ? withAmount(c, room) : c;
          held.set(c, own);
          kept.push(own);
        }
        return clip(controls, `Doses were held to ${round(most)} mg in 24 hours.`, (c) => held.get(c)!);
      },
    ),
    ...(rate === undefined
      ? []
      : [
          limit('infusion-rate', `Fastest infusion: ${rate} mg/h`, source, (controls) =>
            clip(controls, `An infusion was slowed to ${rate} mg/h.`, (c) => {
              if (isRate(c)) return c.value.value > rate ? withAmount(c, rate) : c;
              const to = instant(c.from + Math.ceil((c.value.value / rate) * HOUR));
              return (c.to ?? c.from) >= to ? c : { ...c, to };
            }),
          ),
        ]),
  ];
}
