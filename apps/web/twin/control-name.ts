import type { ControlInput } from '@gemel/core';
import { strings } from '../strings.ts';

const NAMES: Readonly<Record<string, string>> = {
  'insulin.bolus': strings.whatif.bolus,
  'insulin.basal': strings.whatif.basal,
  'meal.carbohydrate': strings.whatif.carbs,
};

/** What a control input is called: our word for those known, else the record's. */
export function controlName(control: Pick<ControlInput, 'control' | 'code'>): string {
  return NAMES[control.control] ?? control.code.text ?? control.control;
}
