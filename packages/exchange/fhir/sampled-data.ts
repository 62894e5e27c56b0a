import type { RawValue } from '@gemel/core';
import { type Context, note } from './context.ts';
import { isObject, readQuantity, wrongType } from './datatype.ts';

/** Longer series are kept whole: one item a sample would not fit in memory. */
const MOST_SAMPLES = 100_000;

/** One sample of a series: its index and its offset in milliseconds from the start. */
export interface Sample {
  readonly index: number;
  readonly after: number;
  readonly value: RawValue & { readonly kind: 'quantity' };
}

/**
 * The samples of a SampledData: origin + factor × number, `period` ms apart. L and U become bounds where the limit needs
 * no scaling (R4 does not say whether the limits are scaled); E is left out and counted. Null where the series is kept or
 * refused as a whole, with the reason noted.
 */
export function readSamples(
  value: unknown,
  context: Context,
  path: string,
): { readonly samples: readonly Sample[] } | 'kept' | null {
  if (!isObject(value)) {
    wrongType(context, path, 'SampledData', value);
    return null;
  }
  const origin = readQuantity(value.origin, context, `${path}.origin`);
  const { period, factor = 1, dimensions, data, lowerLimit, upperLimit } = value;
  if (origin === null) return null;
  if (typeof period !== 'number' || period <= 0) wrongType(context, `${path}.period`, 'a positive number', period);
  if (typeof factor !== 'number') wrongType(context, `${path}.factor`, 'a number', factor);
  if (typeof data !== 'string') wrongType(context, `${path}.data`, 'a string', data);
  if (typeof period !== 'number' || period <= 0 || typeof factor !== 'number' || typeof data !== 'string') return null;
  if (dimensions !== 1) {
    note(
      context,
      'fhir-form-unread',
      `the series has ${String(dimensions)} dimensions; one is read`,
      `${path}.dimensions`,
    );
    return 'kept';
  }
  const words = data.trim() === '' ? [] : data.trim().split(/\s+/, MOST_SAMPLES + 1);
  if (words.length > MOST_SAMPLES) {
    note(context, 'fhir-samples-many', `the series has more than ${MOST_SAMPLES} samples`, path);
    return 'kept';
  }
  const { value: zero, comparator: _, ...unit } = origin;
  const samples: Sample[] = [];
  let errors = 0;
  const unreadable: number[] = [];
  const unbounded: number[] = [];
  for (const [index, word] of words.entries()) {
    const after = index * period;
    const limit = word === 'L' ? lowerLimit : word === 'U' ? upperLimit : undefined;
    if (word === 'E') errors++;
    else if (word === 'L' || word === 'U') {
      if (typeof limit !== 'number' || zero !== 0 || factor !== 1) unbounded.push(index);
      else samples.push({ index, after, value: { ...unit, value: limit, comparator: word === 'L' ? '<' : '>' } });
    } else if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(word)) {
      samples.push({ index, after, value: { ...unit, value: zero + factor * Number(word) } });
    } else unreadable.push(index);
  }
  const count = (some: number) => `${some} of ${words.length} samples`;
  const field = `${path}.data`;
  if (errors > 0) note(context, 'exchange-sensor-error', `${count(errors)} are marked as errors`, field);
  if (unreadable.length > 0) {
    note(
      context,
      'fhir-sample-unreadable',
      `${count(unreadable.length)} are no numbers, the first at ${unreadable[0]}`,
      field,
    );
  }
  if (unbounded.length > 0) {
    const why = zero === 0 && factor === 1 ? 'no limit is given' : 'whether the limit is scaled is not defined';
    note(context, 'fhir-sample-unreadable', `${count(unbounded.length)} are L or U, and ${why}`, field);
  }
  return { samples };
}
