import type { ControlInput, Plan } from '@gemel/core';
import type { GlucoseUnit } from '../data/glucose.ts';
import { unitLabel, valueText } from '../data/number.ts';
import { durationText, MINUTE } from '../data/time.ts';
import { strings } from '../strings.data.ts';
import { controlName } from '../twin/names.ts';

/** "Bolus 3.2 U in 10 min", "Basal rate 0 U/h now over 45 min". */
function controlWords(control: ControlInput, from: number, unit: GlucoseUnit): string {
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
  return `${controlName(control)} ${amount} ${when}${held}`;
}

/** What a plan does beside what is planned anyway. */
export function planWords(plan: Plan, unit: GlucoseUnit): string[] {
  const from = plan.forecast.madeAt;
  if (plan.scenario.controls.length === 0) return [strings.proposal.nothingChanged];
  return plan.scenario.controls.map((control) => controlWords(control, from, unit));
}
