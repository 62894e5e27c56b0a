import type { TimeField, TwinView } from '@gemel/runtime/view';
import { MG_PER_DL_PER_MMOL_PER_L } from './observe.ts';

const minutes = { unit: 'min', to: 240, step: 5, most: 1440 } as const;
const begins: TimeField = { ...minutes, start: 0 };

/** How the glucose twin is shown, under a site's age of stale readings. */
export function viewOf(staleMinutes: number): TwinView {
  return {
    signals: ['glucose.interstitial', 'glucose.capillary', 'glucose.plasma'],
    quantity: 'glucose',
    noun: 'Glucose',
    staleMinutes,
    units: [
      { unit: 'mg/dL', factor: 1, decimals: 0 },
      { unit: 'mmol/L', factor: 1 / MG_PER_DL_PER_MMOL_PER_L, decimals: 1 },
    ],
    // Consensus target range and bounds of its outer ranges: Battelino et al., Diabetes Care 2019;42:1593, Table 1.
    band: { from: 70, to: 180, title: 'Target range' },
    thresholds: [
      { value: 54, side: 'low' },
      { value: 250, side: 'high' },
    ],
    covers: [40, 275],
    windows: [
      { past: 6, ahead: 3 },
      { past: 12, ahead: 6 },
      { past: 24, ahead: 12 },
      { past: 72, ahead: 36 },
    ],
    pastHours: 2,
    leadsMinutes: [30, 60],
    thenMinutes: 30,
    joinedMinutes: 16,
    trendHours: 12,
    controls: [
      {
        control: 'insulin.bolus',
        title: 'Bolus',
        short: 'Bolus',
        unit: 'U',
        decimals: 1,
        form: { name: 'bolus', amount: { to: 20, step: 0.1, most: 80, start: 0 }, begins },
      },
      {
        control: 'insulin.basal',
        title: 'Basal rate',
        short: 'Basal',
        unit: 'U/h',
        decimals: 2,
        form: {
          name: 'basal',
          amount: { to: 5, step: 0.05, most: 35, start: 0 },
          replaces: true,
          begins,
          lasts: { ...minutes, start: 60 },
        },
      },
      {
        control: 'meal.carbohydrate',
        title: 'Carbohydrate',
        short: 'Meals',
        unit: 'g',
        decimals: 0,
        form: { name: 'carbs', amount: { to: 150, step: 1, most: 300, start: 0 }, begins },
      },
    ],
  };
}
