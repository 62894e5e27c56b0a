import type { Display } from '@gemel/charts/scales';
import type { ThemeColour } from '@gemel/charts/theme';
import { glucoseErrors } from './errors.data.ts';
import { MG_PER_DL_PER_MMOL_PER_L } from './observe.ts';

/** How glucose, kept in mg/dL, is shown. Refuses any other unit with `glucose-unit-unknown`. */
export function glucoseDisplay(unit: string): Display {
  if (unit === 'mg/dL') return { unit, factor: 1, decimals: 0 };
  if (unit === 'mmol/L') return { unit, factor: 1 / MG_PER_DL_PER_MMOL_PER_L, decimals: 1 };
  throw glucoseErrors.error('glucose-unit-unknown', `'${unit}' is not a unit glucose is reported in here.`);
}

/** Levels drawn across every glucose plot, mg/dL. */
export const GLUCOSE_LINES: readonly { readonly value: number; readonly colour: ThemeColour }[] = [
  { value: 54, colour: '--gm-very-low' },
  { value: 70, colour: '--gm-low' },
  { value: 180, colour: '--gm-high' },
  { value: 250, colour: '--gm-very-high' },
];
