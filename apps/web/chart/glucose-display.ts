import type { Display } from '@gemel/charts/scales';
import { GLUCOSE_DIGITS, type GlucoseUnit, MG_PER_DL_IN_MMOL_PER_L, TARGET } from '../data/glucose.ts';
import { unitLabel } from '../data/number.ts';
import { strings } from '../strings.data.ts';

/** How values of a UCUM unit are written in charts. */
export function displayOf(ucum: string, unit: GlucoseUnit): Display {
  if (ucum !== 'mg/dL') return { unit: unitLabel(ucum, unit), factor: 1, decimals: 1 };
  return { unit, factor: unit === 'mg/dL' ? 1 : 1 / MG_PER_DL_IN_MMOL_PER_L, decimals: GLUCOSE_DIGITS[unit] };
}

/** What a chart's values are: glucose by its unit, else as the forecast calls them. */
export function quantityOf(ucum: string, foretold?: string): string {
  return ucum === 'mg/dL' ? strings.chart.glucose : (foretold ?? strings.chart.values);
}

/** Target band, outer bounds and least axis of a glucose chart; nothing for other quantities. */
export function rangesOf(ucum: string) {
  if (ucum !== 'mg/dL') return { covers: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const };
  return {
    covers: [40, 275] as const,
    band: { from: TARGET.low, to: TARGET.high, label: strings.chart.target },
    thresholds: [
      { value: TARGET.veryLow, colour: '--gm-very-low' as const },
      { value: TARGET.veryHigh, colour: '--gm-very-high' as const },
    ],
  };
}
