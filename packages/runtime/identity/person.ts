import { type Fact, isConcept } from '@gemel/core';
import { validIdentifier } from './check-digit.ts';

/** What a record tells of who its subject is. Texts are folded: upper case, without accents and marks. */
export interface Person {
  readonly subject: string;
  readonly given: string;
  readonly family: string;
  /** `YYYY-MM-DD`, or ''. */
  readonly birthDate: string;
  readonly sex: string;
  readonly postcode: string;
  readonly street: string;
  /** Digits. */
  readonly phone: string;
  readonly identifiers: readonly Identifier[];
}

export interface Identifier {
  readonly system: string;
  readonly value: string;
  /** Given to one person once in a life: two of them are two people. */
  readonly unique: boolean;
  /** Its check digit fits, or it has none. */
  readonly valid: boolean;
}

/** Systems of which a person has one for life, by FHIR URI. */
const UNIQUE_SYSTEMS = new Set([
  'https://fhir.nhs.uk/Id/nhs-number',
  'http://hl7.org/fhir/sid/us-ssn',
  'http://hl7.org/fhir/sid/us-npi',
]);
/** HL7 table 0203: social security number, national unique identifier, NHS number. */
const UNIQUE_TYPES = new Set(['SS', 'NI', 'NH']);
/** HL7 table 0203: numbers of visits, accounts and claims name no person. */
const NO_PERSON = new Set(['VN', 'AN', 'ACSN', 'FILL', 'PLAC', 'MC', 'MA']);

/** The person the facts of one identifier describe; later ones of a kind count. */
export function personOf(subject: string, facts: readonly Fact[]): Person {
  const text = (name: string): string => {
    const value = facts.findLast(({ fact }) => fact === name)?.value;
    if (typeof value === 'string') return value;
    return value !== undefined && typeof value === 'object' && isConcept(value) ? (value.codings[0]?.code ?? '') : '';
  };
  const words = fold(text('name')).split(' ').filter(Boolean);
  const address = text('address');
  return {
    subject,
    given: words.length > 1 ? words[0]! : '',
    family: words.at(-1) ?? '',
    birthDate: /^\d{4}-\d\d-\d\d/.exec(text('birthDate'))?.[0] ?? '',
    sex: text('sex'),
    postcode: fold(/\b(?:\d{4,5}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b(?!.*\d{4})/i.exec(address)?.[0] ?? '').replace(
      / /g,
      '',
    ),
    street: fold(address.split(',')[0] ?? ''),
    phone: text('telecom').replace(/\D/g, '').slice(-9),
    identifiers: identifiersOf(subject, facts),
  };
}

/** Upper case, without accents, hyphens, points and double blanks. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function identifiersOf(subject: string, facts: readonly Fact[]): readonly Identifier[] {
  const found = new Map<string, Identifier>();
  const add = (key: string, types: readonly string[]) => {
    const at = key.lastIndexOf('|');
    if (at <= 0 || at === key.length - 1 || types.some((type) => NO_PERSON.has(type))) return;
    const [system, value] = [key.slice(0, at), key.slice(at + 1)];
    const unique = UNIQUE_SYSTEMS.has(system) || types.some((type) => UNIQUE_TYPES.has(type));
    found.set(key, { system, value, unique, valid: validIdentifier(system, value) });
  };
  // A subject is named by system and value, or by a reference of its source, which names nobody elsewhere.
  add(subject, []);
  for (const { fact, value, code } of facts) {
    if (fact === 'identifier' && typeof value === 'string')
      add(
        value,
        (code?.codings ?? []).map((each) => each.code),
      );
  }
  return [...found.values()];
}
