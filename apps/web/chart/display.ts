import type { Display } from '@gemel/charts/scales';
import type { Timeline } from '@gemel/charts/timeline';
import type { TwinView } from '@gemel/server/api';
import { unitLabel } from '../data/number.ts';
import type { Units } from '../data/units.ts';

/** How values of a UCUM unit are written in charts. */
export function displayOf(ucum: string, units: Units): Display {
  const unit = unitLabel(ucum, units);
  if (ucum !== units.base.unit) return { unit, factor: 1, decimals: 1 };
  return { unit, factor: units.shown.factor, decimals: units.shown.decimals };
}

/** Target band, lines and least axis of a twin's chart. */
export function rangesOf({ band, thresholds = [], covers }: TwinView) {
  const [low, high] = covers ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const least: Timeline['covers'] =
    band === undefined ? [low, high] : [Math.min(low, band.from), Math.max(high, band.to)];
  return {
    covers: least,
    ...(band === undefined ? {} : { band: { from: band.from, to: band.to, label: band.title } }),
    thresholds: thresholds.map(({ value, side }) => ({
      value,
      colour: side === 'low' ? ('--gm-very-low' as const) : ('--gm-very-high' as const),
    })),
  };
}
