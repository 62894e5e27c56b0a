import type { TwinDetail } from '@gemel/server/api';
import { unitLabel } from '../data/number.ts';
import { readable, shownText, type Units } from '../data/units.ts';
import { strings } from '../strings.data.ts';

/**
 * A pack's event name as words: `below-70` of a quantity in mg/dL becomes "below 70 mg/dL" in the unit shown; any other is as the
 * pack titles it.
 */
export function eventTitle(
  event: string,
  quantityUnit: string,
  unit: Units,
  titles: TwinDetail['events'][string] = {},
): string {
  if (event === 'any') return strings.quantities.anyTime;
  const parts = /^(below|above)-(\d+(?:\.\d+)?)$/.exec(event);
  if (parts === null) return readable(titles[event] ?? event.replaceAll('-', ' '));
  const bound = quantityUnit === unit.base.unit ? shownText(Number(parts[2]), unit) : parts[2]!;
  return strings.of(`${strings.bound[parts[1] as 'below' | 'above']} ${bound}`, unitLabel(quantityUnit, unit));
}
