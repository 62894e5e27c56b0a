import type { ControlInput, Plan } from '@gemel/core';
import type { TwinDetail } from '@gemel/server/api';
import { unitLabel, valueText } from '../data/number.ts';
import { durationText, MINUTE } from '../data/time.ts';
import type { Units } from '../data/units.ts';
import { strings } from '../strings.data.ts';
import { controlName } from '../twin/names.ts';

/** "Bolus 3.2 U in 10 min", "Basal rate 0 U/h now over 45 min". */
function controlWords(control: ControlInput, from: number, unit: Units, titles: TwinDetail['titles']): string {
  const amount = strings.of(
    valueText(control.value.value, control.value.unit, unit),
    unitLabel(control.value.unit, unit),
  );
  const begins = control.from - from;
  const when = begins < MINUTE ? strings.time.now : strings.time.inTime(durationText(begins));
  const held =
    control.to === undefined || control.to <= control.from
      ? ''
      : ` ${strings.proposal.over(durationText(control.to - control.from))}`;
  return `${controlName(control, titles)} ${amount} ${when}${held}`;
}

/** Control inputs of one plan that are listed; of a dose that is repeated, the first ones say it. */
const LISTED = 6;

/** What a plan does beside what is planned anyway. */
export function planWords(plan: Plan, unit: Units, titles: TwinDetail['titles']): string[] {
  const from = plan.forecast.madeAt;
  if (plan.scenario.controls.length === 0) return [strings.proposal.nothingChanged];
  const words = plan.scenario.controls.map((control) => controlWords(control, from, unit, titles));
  return words.length > LISTED ? [...words.slice(0, LISTED), strings.proposal.moreGiven(words.length - LISTED)] : words;
}
