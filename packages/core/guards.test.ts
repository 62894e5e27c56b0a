import { expect, test } from 'vitest';
import { isBounded, isConcept, isQuantity, isSeries, isVolume } from './guards.ts';
import type { ObservedValue } from './observation.ts';
import { valueText } from './value-text.ts';

const values: Readonly<Record<string, ObservedValue>> = {
  quantity: { value: 5, unit: 'mg/dL' },
  concept: { codings: [], text: 'sleeping' },
  bounded: { kind: 'below', bound: { value: 40, unit: 'mg/dL' } },
  series: { kind: 'series', ref: 'r', unit: 'mV', count: 3 },
  volume: { kind: 'volume', ref: 'r', unit: 'g/cm3', shape: [2, 2] },
};
const guards = { quantity: isQuantity, concept: isConcept, bounded: isBounded, series: isSeries, volume: isVolume };

test.each(Object.entries(values))('%s is recognised by its own guard alone', (name, value) => {
  for (const [other, guard] of Object.entries(guards)) expect(guard(value), other).toBe(other === name);
});

test('text and booleans are none of them', () => {
  for (const guard of Object.values(guards)) expect(guard('x') || guard(true)).toBe(false);
});

test('a value in words: number with unit, bound, meaning, reference', () => {
  expect(valueText({ value: 5.5, unit: 'mmol/L' })).toBe('5.5 mmol/L');
  expect(valueText({ kind: 'above', bound: { value: 400, unit: 'mg/dL' } })).toBe('above 400 mg/dL');
  expect(valueText({ codings: [{ system: 's', code: 'c', display: 'shown' }] })).toBe('shown');
  expect(valueText({ codings: [{ system: 's', code: 'c' }] })).toBe('c');
  expect(valueText({ codings: [], text: 'said' })).toBe('said');
  expect(valueText({ kind: 'series', ref: 'r/1', unit: 'mV', count: 3 })).toBe('r/1');
  expect([valueText(true), valueText('x')]).toEqual(['yes', 'x']);
});
