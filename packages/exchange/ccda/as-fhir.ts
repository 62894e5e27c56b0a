import { comparable, convert } from '@gemel/core/units';
import { EXTENSION, LOINC, UCUM } from './datatype.ts';
import type { Draftable } from './json.ts';

/**
 * The resource as R4 takes it, where the document says more than R4 can: times of a period in one precision, vital signs in a
 * unit of their profile. What has nothing to change is given back as it is; items are made of the resource as it was written.
 */
export function asFhir<T extends Draftable>(resource: T): T {
  return inProfileUnit(inOnePrecision(resource) as T);
}

/** Whether start and end of any period differ in precision on the same day, so that per-1 cannot tell their order. */
export function hasUndecidedPeriod(resource: Draftable): boolean {
  return inOnePrecision(resource) !== resource;
}

function inOnePrecision(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list = value.map(inOnePrecision);
    return list.some((each, i) => each !== value[i]) ? list : value;
  }
  const given = value as Draftable;
  let made = given;
  for (const [name, each] of Object.entries(given)) {
    const one = inOnePrecision(each);
    if (one !== each) made = { ...made, [name]: one };
  }
  const { start, end } = given;
  if (typeof start !== 'string' || typeof end !== 'string' || start.length === end.length) return made;
  const length = Math.min(start.length, end.length);
  if (length > '2020-01-31'.length || start.slice(0, length) !== end.slice(0, length)) return made;
  return { ...made, start: start.slice(0, length), end: end.slice(0, length) };
}

/** Units that R4's vital-sign profiles take, the metric one first. */
const PROFILE_UNITS: Readonly<Record<string, readonly string[]>> = {
  '8302-2': ['cm', '[in_i]'],
  '9843-4': ['cm', '[in_i]'],
  '29463-7': ['kg', 'g', '[lb_av]'],
  '8310-5': ['Cel', '[degF]'],
};

function inProfileUnit<T extends Draftable>(resource: T): T {
  const quantity = resource.valueQuantity as Draftable | undefined;
  if (quantity?.system !== UCUM || typeof quantity.value !== 'number') return resource;
  const { coding = [] } = (resource.code ?? {}) as { coding?: readonly { system?: string; code?: string }[] };
  const vital = coding.find(({ system, code }) => system === LOINC && Object.hasOwn(PROFILE_UNITS, code ?? ''));
  const units = vital === undefined ? [] : PROFILE_UNITS[vital.code!]!;
  const [unit] = units;
  const own = quantity.code as string;
  if (unit === undefined || units.includes(own) || !comparable(own, unit)) return resource;
  const { value } = convert({ value: quantity.value, unit: own }, unit);
  const extension = [{ url: `${EXTENSION}iso21090-PQ-translation`, valueQuantity: quantity }];
  return { ...resource, valueQuantity: { ...quantity, extension, value, unit, code: unit } };
}
