import { converter, unitShape, validUnit } from '@gemel/core/units';

/** How a unit is counted in base units. */
export interface BaseUnit {
  readonly unit: string;
  readonly of: (value: number) => number;
}

export const UCUM = 'http://unitsofmeasure.org';

const known = new Map<string, BaseUnit | null>();
/** A source with ever new unit texts must not fill the memory. */
const KEPT = 10_000;

/** The base units that a UCUM code comes down to (mg/dL and g/L are both grams per cubic metre); null where it has none. */
export function baseUnit(code: string): BaseUnit | null {
  let found = known.get(code);
  if (found === undefined) {
    if (known.size >= KEPT) known.clear();
    found = made(code);
    known.set(code, found);
  }
  return found;
}

function made(code: string): BaseUnit | null {
  if (!validUnit(code)) return null;
  const { powers, size, linear } = unitShape(code);
  const unit = [...powers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, power]) => `${name}${power}`)
    .join(' ');
  if (linear) return { unit, of: (value) => value * size };
  return unit === 'K1' ? { unit, of: converter(code, 'K') } : null;
}
