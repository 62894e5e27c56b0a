import type { ControlInput } from '@gemel/core';
import type { TwinDetail } from '@gemel/server/api';
import { strings } from '../strings.data.ts';

type Titles = TwinDetail['titles'];

/** What a control input is called: the pack's word, else the record's. */
export function controlName(control: Pick<ControlInput, 'control' | 'code'>, titles: Titles): string {
  return titles[control.control] ?? control.code.text ?? control.control;
}

/** What an input of a trace is called: a signal, a control input or a fact. One not known keeps its own name. */
export function inputName(name: string, titles: Titles): string {
  return titles[name] ?? strings.facts.names[name] ?? capital(name.replaceAll(/[.-]/g, ' '));
}

/** Text with its first letter large. */
export function capital(text: string): string {
  return text.slice(0, 1).toLocaleUpperCase(strings.locale) + text.slice(1);
}
