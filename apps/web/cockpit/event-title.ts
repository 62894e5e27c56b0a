import { type GlucoseUnit, glucoseText } from '../data/glucose.ts';
import { unitLabel } from '../data/number.ts';
import { strings } from '../strings.data.ts';

/** A pack's event name as words: `below-70` of a quantity in mg/dL becomes "below 70 mg/dL" in the unit shown. */
export function eventTitle(event: string, quantityUnit: string, unit: GlucoseUnit): string {
  if (event === 'any') return strings.quantities.anyTime;
  const parts = /^(below|above)-(\d+(?:\.\d+)?)$/.exec(event);
  if (parts === null) return event.replaceAll('-', ' ');
  const bound = quantityUnit === 'mg/dL' ? glucoseText(Number(parts[2]), unit) : parts[2]!;
  return strings.of(`${strings.bound[parts[1] as 'below' | 'above']} ${bound}`, unitLabel(quantityUnit, unit));
}
