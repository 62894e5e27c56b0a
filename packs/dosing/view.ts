import {
  type ControlForm,
  type ControlView,
  decimalsFor,
  type ShownUnit,
  type TimeField,
  type TwinView,
} from '@gemel/runtime/view';
import type { Drug, Target } from './drug.ts';
import { daysOf, sayTarget } from './forecast.ts';
import { doseControl, levelSignal, rateControl } from './record.ts';

/** Days of a course that fit one chart: long enough for the doses before a level. */
const PAST_DAYS = [3, 7, 14, 28];

/** How the twin of a drug is shown: levels lie days apart and are never joined, and a level is not stale by its age alone. */
export function viewOf(drug: Drug): TwinView {
  const days = daysOf(drug);
  const [target] = drug.targets;
  const banded = isBand(target);
  const [first, ...others] = PAST_DAYS.filter((past) => past >= days).map((past) => ({
    past: 24 * past,
    ahead: 24 * days,
  }));
  return {
    signals: [levelSignal(drug)],
    quantity: 'concentration',
    noun: drug.levelName ?? `${drug.title} in blood`,
    staleMinutes: null,
    units: unitsOf(drug),
    ...(banded ? { band: { from: target.low, to: target.high!, title: `${target.title} aimed at` } } : {}),
    aims: drug.targets
      .filter((each) => each !== target || !banded)
      .map((each) => `${each.title} ${sayTarget(each)}. ${each.use}.`),
    covers: [0, 0],
    windows: [first!, ...others],
    pastHours: 48,
    leadsMinutes: [12 * 60, 24 * 60],
    thenMinutes: 24 * 60,
    joinedMinutes: 0,
    trendHours: 24 * 7,
    oneSheet: true,
    controls: [
      {
        control: doseControl(drug),
        title: `${drug.title} dose`,
        short: 'Doses',
        unit: 'mg',
        decimals: drug.regimens.step < 1 ? 2 : drug.regimens.step % 1 === 0 ? 0 : 1,
        form: formOf(drug),
      },
      ...rateOf(drug),
    ],
  };
}

/** A trough and an average lie on the curve; an area or a share of the day does not. */
function isBand({ quantity, unbound, high }: Target): boolean {
  return (quantity === 'trough' || quantity === 'average') && (unbound ?? 1) === 1 && high !== undefined;
}

/** Molar units beside those of mass, where laboratories report the drug in them. */
function unitsOf({ levelUnit, plausibleLevel: [, most], reportedIn }: Drug): TwinView['units'] {
  const own: ShownUnit = { unit: levelUnit, factor: 1, decimals: decimalsFor(most) };
  if (reportedIn === undefined) return [own];
  const { unit, factor } = reportedIn;
  return [own, { unit, factor, decimals: decimalsFor(most * factor) }];
}

/** An infusion without end, of drugs that are given so: its rate replaces the one that runs. */
function rateOf(drug: Drug): readonly ControlView[] {
  const { continuous } = drug.regimens;
  if (continuous === undefined) return [];
  const hours = { unit: 'h', to: 24 * daysOf(drug), step: 1, most: 24 * daysOf(drug) } as const;
  const most = drug.limits.daily / 24;
  return [
    {
      control: rateControl(drug),
      title: `${drug.title} infusion without end`,
      short: 'Rate',
      unit: 'mg/h',
      decimals: 0,
      form: {
        name: 'rate',
        amount: { to: Math.ceil(most), step: continuous.step, most: 5 * Math.ceil(most), start: 0 },
        replaces: true,
        begins: { ...hours, start: 0 },
        lasts: { ...hours, start: 24 * daysOf(drug) },
      },
    },
  ];
}

function formOf({ regimens, limits, days = 3 }: Drug): ControlForm {
  const { step, route, intervalsHours, infusionHours } = regimens;
  const hours = (least: number, to: number, by: number, start: number): TimeField => ({
    unit: 'h',
    least,
    to,
    step: by,
    most: 24 * days,
    start,
  });
  const longest = Math.max(...infusionHours, 0);
  return {
    name: 'dose',
    amount: { to: limits.single, step, most: 5 * limits.single, start: 0 },
    begins: hours(0, 48, 0.5, 0),
    ...(route === 'infusion' ? { lasts: hours(0, Math.max(longest, 4), 0.5, infusionHours[0] ?? 1) } : {}),
    every: hours(4, Math.max(...intervalsHours), 2, intervalsHours.find((each) => each >= 12) ?? intervalsHours[0]!),
  };
}
