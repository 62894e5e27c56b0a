import type { Concept } from './concept.ts';
import type { Bounded, SeriesRef, VolumeRef } from './observation.ts';
import type { Quantity } from './quantity.ts';

/** Any value an observation, a fact or a control can have. */
type Value = Quantity | Concept | Bounded | SeriesRef | VolumeRef | string | boolean;

/** A number with its unit. */
export function isQuantity(value: Value): value is Quantity {
  return typeof value === 'object' && 'value' in value && 'unit' in value;
}

/** A coded meaning. */
export function isConcept(value: Value): value is Concept {
  return typeof value === 'object' && 'codings' in value;
}

/** A value known only to lie below or above a bound. */
export function isBounded(value: Value): value is Bounded {
  return typeof value === 'object' && 'bound' in value;
}

/** A pointer to a stored series. */
export function isSeries(value: Value): value is SeriesRef {
  return typeof value === 'object' && 'kind' in value && value.kind === 'series';
}

/** A pointer to a stored volume. */
export function isVolume(value: Value): value is VolumeRef {
  return typeof value === 'object' && 'kind' in value && value.kind === 'volume';
}
