/** Systems whose values carry a check digit, by their FHIR URIs. */
const CHECKED: Readonly<Record<string, (value: string) => boolean>> = {
  'https://fhir.nhs.uk/Id/nhs-number': nhsNumber,
  'http://hl7.org/fhir/sid/us-npi': npi,
};

/** Whether the value can be one of its system: true where nothing is known of the system. */
export function validIdentifier(system: string, value: string): boolean {
  return CHECKED[system]?.(value) ?? true;
}

/** NHS number: ten digits, the last by modulus 11 (NHS Data Dictionary, NHS number). Blanks and hyphens may part it. */
export function nhsNumber(value: string): boolean {
  const digits = digitsOf(value, 10);
  if (digits === null) return false;
  const sum = digits.slice(0, 9).reduce((total, digit, i) => total + digit * (10 - i), 0);
  const check = (11 - (sum % 11)) % 11;
  return check === digits[9];
}

/** National Provider Identifier: ten digits, the last by Luhn's rule over 80840 and the digits before it (45 CFR 162.406). */
export function npi(value: string): boolean {
  const digits = digitsOf(value, 10);
  return digits !== null && luhn([8, 0, 8, 4, 0, ...digits]);
}

/** Luhn's rule, ISO/IEC 7812-1 annex B. */
export function luhn(digits: readonly number[]): boolean {
  const sum = digits.toReversed().reduce((total, digit, i) => {
    const weighted = i % 2 === 0 ? digit : 2 * digit;
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return digits.length > 1 && sum % 10 === 0;
}

function digitsOf(value: string, count: number): number[] | null {
  const plain = value.replace(/[ -]/g, '');
  return /^\d+$/.test(plain) && plain.length === count ? [...plain].map(Number) : null;
}
