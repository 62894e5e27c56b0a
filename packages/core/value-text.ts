import { isBounded, isConcept, isQuantity } from './guards.ts';
import type { Fact, ObservedValue } from './observation.ts';

/** A value in words: number and unit, the meaning's own text, a bound; a stored series or volume by its reference. */
export function valueText(value: ObservedValue | Fact['value']): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (isQuantity(value)) return `${value.value} ${value.unit}`;
  if (isBounded(value)) return `${value.kind} ${value.bound.value} ${value.bound.unit}`;
  if (isConcept(value)) return value.text ?? value.codings[0]?.display ?? value.codings[0]?.code ?? '';
  return value.ref;
}
