import type { ControlInput } from '@gemel/core';
import { strings } from '../strings.data.ts';

const CONTROLS: Readonly<Record<string, string>> = {
  'insulin.bolus': strings.whatif.bolus,
  'insulin.basal': strings.whatif.basal,
  'meal.carbohydrate': strings.whatif.carbs,
};

/** What a control input is called: our word for those known, else the record's. */
export function controlName(control: Pick<ControlInput, 'control' | 'code'>): string {
  return CONTROLS[control.control] ?? control.code.text ?? control.control;
}

/** What an input of a trace is called: a signal, a control input or a fact. One not known keeps its own name. */
export function inputName(name: string): string {
  return CONTROLS[name] ?? strings.signals[name] ?? strings.facts.names[name] ?? capital(name.replaceAll(/[.-]/g, ' '));
}

/** Text with its first letter large. */
export function capital(text: string): string {
  return text.slice(0, 1).toLocaleUpperCase(strings.locale) + text.slice(1);
}
