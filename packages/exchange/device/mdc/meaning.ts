import { type Coding, LOINC, UCUM } from '@gemel/core/concept';
import type { RawValue } from '@gemel/core/raw';
import { GLUCOSE } from '../measures.data.ts';
import { MDC_CODES, MDC_GLUCOSE, MDC_SYSTEMS, MDC_UNITS } from './codes.data.ts';

const NUMBERS = new Map(
  [...Object.entries(MDC_CODES), ...Object.entries(MDC_GLUCOSE)].map(([number, { id }]) => [id, Number(number)]),
);

/**
 * The codings with what LOINC calls the same before them, where they name a vital sign of ISO/IEEE 11073 (by number or by
 * reference id) and nothing of LOINC. Glucose needs the unit, in UCUM, to be named. Others come back as they are.
 */
export function withLoinc(codings: readonly Coding[], unit?: string): readonly Coding[] {
  if (codings.some(({ system }) => system === LOINC)) return codings;
  for (const { system, code } of codings) {
    if (!MDC_SYSTEMS.has(system)) continue;
    const same = loincOf(NUMBERS.get(code) ?? Number(code), unit);
    if (same.length > 0) return [...same, ...codings];
  }
  return codings;
}

function loincOf(number: number, unit: string | undefined): readonly Coding[] {
  const glucose = MDC_GLUCOSE[number];
  if (glucose === undefined) return MDC_CODES[number]?.loinc ?? [];
  return unit === 'mg/dL' || unit === 'mmol/L' ? GLUCOSE[glucose.kind]![unit] : [];
}

/** A quantity in UCUM where its unit is one of ISO/IEEE 11073's; as it is where it is not, or is unknown. */
export function inUcum<V extends RawValue>(value: V): V {
  if (value.kind !== 'quantity' || value.unitSystem === undefined || !MDC_SYSTEMS.has(value.unitSystem)) return value;
  const unit = MDC_UNITS[Number(value.unit)];
  return unit === undefined ? value : { ...value, unit, unitSystem: UCUM };
}
