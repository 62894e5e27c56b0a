import { writtenUnit } from '@gemel/core/written-unit';
import type { ControlView } from '@gemel/server/api';
import { plainNumber } from '../data/number.ts';
import { strings } from '../strings.data.ts';
import { type Arm, controlsOf } from '../twin/arm.ts';

/** What an arm does, in short: "1000 mg over 1 h every 12 h"; as planned where it changes nothing, changed where that is long. */
export function armTitle(arm: Arm, controls: readonly ControlView[]): string {
  const set = controls.filter((view) => controlsOf(arm, [view]).length > 0);
  const [only] = set;
  if (only === undefined) return strings.whatif.titleA;
  if (set.length > 1 || only.form.every === undefined) return strings.whatif.titleB;
  const { amount, lasts, every } = arm[only.form.name]!;
  const dose = strings.of(plainNumber(amount ?? 0), writtenUnit(only.unit));
  const over =
    lasts > 0 && only.form.lasts !== undefined
      ? ` ${strings.proposal.over(`${plainNumber(lasts)} ${only.form.lasts.unit}`)}`
      : '';
  const again = every > 0 ? ` ${strings.whatif.every.toLowerCase()} ${plainNumber(every)} ${only.form.every.unit}` : '';
  return `${dose}${over}${again}`;
}
