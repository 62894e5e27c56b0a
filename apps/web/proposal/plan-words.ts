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

/** Control inputs of one plan that are listed. */
const LISTED = 6;

/** The interval at which one and the same is given again and again, ms; null where it is not so. */
function intervalOf(controls: readonly ControlInput[]): number | null {
  const [first, second] = controls;
  if (first === undefined || second === undefined || controls.length < 3) return null;
  const apart = second.from - first.from;
  const length = (control: ControlInput) => (control.to ?? control.from) - control.from;
  const alike = controls.every(
    (control, i) =>
      control.control === first.control &&
      control.value.value === first.value.value &&
      length(control) === length(first) &&
      (i === 0 || control.from - controls[i - 1]!.from === apart),
  );
  return alike ? apart : null;
}

/** What a plan does beside what is planned anyway; what is repeated is said once. */
export function planWords(plan: Plan, unit: Units, titles: TwinDetail['titles']): string[] {
  const from = plan.forecast.madeAt;
  const { controls } = plan.scenario;
  if (controls.length === 0) return [strings.proposal.nothingChanged];
  const interval = intervalOf(controls);
  if (interval !== null) {
    const first = controlWords(controls[0]!, from, unit, titles);
    return [`${first}, ${strings.proposal.everyTimes(durationText(interval), controls.length)}`];
  }
  const words = controls.map((control) => controlWords(control, from, unit, titles));
  return words.length > LISTED ? [...words.slice(0, LISTED), strings.proposal.moreGiven(words.length - LISTED)] : words;
}
