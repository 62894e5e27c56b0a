import { CodedError, type Coding } from '@gemel/core';
import type { CodeSystem } from './code-system.ts';
import { displayOf, unknownCode } from './lookup.ts';
import type { Terminology } from './terminology.ts';
import type { Member, Membership } from './value-set.ts';

/** A coding as it is asked about; without a system where the operation allows it. */
export interface AskedCoding {
  readonly system: string | null;
  readonly version?: string | null;
  readonly code: string;
  readonly display?: string | null;
}

export interface ValidateOptions {
  readonly displayLanguage?: string | null;
  /** Whether a concept that only groups others may be used as a value. */
  readonly abstract?: boolean;
}

/** Whether a code is one ($validate-code), why not, and what it is properly called. */
export interface Validation {
  readonly result: boolean;
  readonly message: string | null;
  readonly coding: Coding | null;
  readonly version: string | null;
  readonly inactive: boolean;
}

/** Whether a code system has the code, under the name given. @throws terminology-system-unknown */
export function validateInSystem(
  terminology: Terminology,
  url: string,
  asked: Omit<AskedCoding, 'system'>,
  options: ValidateOptions = {},
): Validation {
  const system = terminology.system(url, asked.version ?? null);
  const n = system.find(asked.code);
  if (n < 0) return invalid(unknownCode(system, asked.code).message);
  return judged(system, n, asked, null, options);
}

/**
 * Whether a value set has the code. Without a system the code alone is looked for; where several of its systems have it, that
 * is said and nothing is chosen.
 */
export function validateInValueSet(
  terminology: Terminology,
  set: Membership,
  asked: AskedCoding,
  options: ValidateOptions = {},
): Validation {
  const name = set.valueSet.url ?? set.valueSet.name;
  const systems = asked.system === null ? [...set.systems] : [asked.system];
  const found = systems.flatMap((system) => {
    const member = set.find(system, asked.code);
    return member === null ? [] : [member];
  });
  if (found.length > 1) {
    const which = found.map(({ system }) => system).join(' and ');
    return invalid(`"${asked.code}" is a code of ${which}; say which is meant`);
  }
  const member = found[0];
  if (member === undefined) return invalid(notIn(terminology, asked, name));
  if (asked.version != null && member.concept !== null && member.concept.of.head.version !== asked.version) {
    const loaded = member.concept.of.head.version ?? 'one without version';
    return invalid(`${name} is answered from version ${loaded} of ${member.system}, not ${asked.version}`);
  }
  return member.concept === null
    ? judgedByList(member, asked)
    : judged(member.concept.of, member.concept.n, asked, member, options);
}

/** Whether any coding of a concept is in the value set: the first that is, else why none is. */
export function validateAny(codings: readonly AskedCoding[], validate: (asked: AskedCoding) => Validation): Validation {
  if (codings.length === 0) return invalid('the concept has no coding');
  const answers = codings.map((asked) => {
    try {
      return validate(asked);
    } catch (error) {
      // One coding in a system that is not loaded does not make the others wrong.
      if (!(error instanceof CodedError) || error.code !== 'terminology-system-unknown') throw error;
      return invalid(error.message);
    }
  });
  const valid = answers.find(({ result }) => result);
  if (valid !== undefined) return valid;
  return { ...answers[0]!, message: answers.map(({ message }) => message).join('; ') };
}

function notIn(terminology: Terminology, { system, code }: AskedCoding, name: string): string {
  if (system === null) return `"${code}" is not in ${name}`;
  if (!terminology.hasSystem(system)) return `${system}|${code} is not in ${name}, and ${system} is not loaded`;
  const known = terminology.system(system).find(code) >= 0;
  return known ? `${system}|${code} is not in ${name}` : `${system} has no code "${code}"; it is not in ${name}`;
}

function judged(
  system: CodeSystem,
  n: number,
  asked: Omit<AskedCoding, 'system'>,
  member: Member | null,
  options: ValidateOptions,
): Validation {
  const { code, inactive, abstract } = system.concept(n);
  const display = member?.listed?.display ?? displayOf(system, n, options.displayLanguage ?? null);
  const { url, version } = system.head;
  const coding: Coding = { system: url, code, ...(display === null ? {} : { display }) };
  const answer = { coding, version, inactive };
  if (abstract && options.abstract !== true) {
    return { ...answer, result: false, message: `"${code}" groups others and is no value itself` };
  }
  const names = [
    display,
    system.concept(n).display,
    ...system.designations(n).map(({ value }) => value),
    ...(member?.listed?.designations ?? []).map(({ value }) => value),
  ];
  if (wrongName(asked.display, names)) {
    const message = `"${asked.display}" is no name of ${url}|${code}, which is called "${display}"`;
    return { ...answer, result: false, message };
  }
  return { ...answer, result: true, message: inactive ? `"${code}" is inactive` : null };
}

function judgedByList({ system, code, listed }: Member, asked: AskedCoding): Validation {
  const display = listed?.display ?? null;
  const coding: Coding = { system, code, ...(display === null ? {} : { display }) };
  const answer = { coding, version: null, inactive: false };
  const names = [display, ...(listed?.designations ?? []).map(({ value }) => value)];
  if (wrongName(asked.display, names)) {
    return { ...answer, result: false, message: `"${asked.display}" is no name of ${system}|${code}` };
  }
  return { ...answer, result: true, message: `${system} is not loaded; the value set lists the code` };
}

/** Whether a name was given and is none of those known; where none is known it cannot be judged. */
function wrongName(given: string | null | undefined, names: readonly (string | null)[]): boolean {
  if (given === null || given === undefined) return false;
  const known = names.filter((name) => name !== null);
  return known.length > 0 && !known.some((name) => folded(name) === folded(given));
}

function folded(name: string): string {
  return name.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

function invalid(message: string): Validation {
  return { result: false, message, coding: null, version: null, inactive: false };
}
