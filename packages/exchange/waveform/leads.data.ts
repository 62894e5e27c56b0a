import type { Coding } from '@gemel/core/concept';

/** ISO/IEEE 11073-10101 nomenclature, as FHIR names it. */
export const MDC = 'urn:iso:std:iso:11073:10101';

const lead = (code: number, name: string): Coding => ({
  system: MDC,
  code: String(code),
  display: `MDC_ECG_LEAD_${name}`,
});

/** The twelve standard leads by name, in capitals. What a monitor calls MLII or V is none of them for sure, and has no code. */
export const LEADS: ReadonlyMap<string, Coding> = new Map([
  ['I', lead(131_329, 'I')],
  ['II', lead(131_330, 'II')],
  ['III', lead(131_389, 'III')],
  ['AVR', lead(131_390, 'AVR')],
  ['AVL', lead(131_391, 'AVL')],
  ['AVF', lead(131_392, 'AVF')],
  ['V1', lead(131_331, 'V1')],
  ['V2', lead(131_332, 'V2')],
  ['V3', lead(131_333, 'V3')],
  ['V4', lead(131_334, 'V4')],
  ['V5', lead(131_335, 'V5')],
  ['V6', lead(131_336, 'V6')],
]);

/** Code of an ECG lead by its name: `II`, `ECG II`, `aVR`, `MDC_ECG_LEAD_V1`; none for any other name. */
export function leadCodings(name: string): readonly Coding[] {
  const plain = name
    .trim()
    .toUpperCase()
    .replace(/^(MDC_ECG_LEAD_|ECG[ _-]?|LEAD[ _-]?)/, '');
  const coding = LEADS.get(plain);
  return coding === undefined ? [] : [coding];
}
