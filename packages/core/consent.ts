import type { Fact } from './observation.ts';
import type { RawFact } from './raw.ts';
import type { Instant } from './time.ts';

/** Name of the fact that holds a consent. */
export const CONSENT = 'consent';
/** Name of the fact that a subject's data are kept and not used (GDPR, article 18); its value says why. */
export const RESTRICTION = 'restriction';

export const CONSENT_STATUSES = ['draft', 'proposed', 'active', 'rejected', 'inactive'] as const;
export type ConsentStatus = (typeof CONSENT_STATUSES)[number];

/** Whether a fact of that name says what may be done with the data, and nothing of the person else. */
export const isWill = (fact: string): boolean => fact === CONSENT || fact === RESTRICTION;

/** What a consent is about (`http://terminology.hl7.org/CodeSystem/consentscope`). Only the first two are about the use of data. */
export const CONSENT_SCOPES = ['patient-privacy', 'research', 'treatment', 'adr'] as const;
export type ConsentScope = (typeof CONSENT_SCOPES)[number];

/** A stretch of time; null: open at that end. Both ends belong to it. */
export interface ConsentPeriod {
  readonly from: Instant | null;
  readonly to: Instant | null;
}

/**
 * One rule of a consent (FHIR R4 Consent.provision). It holds where all that it names holds; what it does not name, it does not
 * ask for. Of a list, one is enough. Codes are written `system|code`.
 */
export interface ConsentProvision {
  /** Null in a root that says nothing of its own. */
  readonly type: 'permit' | 'deny' | null;
  /** When the rule is in force. */
  readonly period?: ConsentPeriod;
  /** Who asks: a reference or an identifier of theirs, or a role. */
  readonly actors?: readonly { readonly role: string | null; readonly reference: string | null }[];
  /** What is done: `collect`, `access`, `use`, `disclose`, `correct`. */
  readonly actions?: readonly string[];
  /** Security labels of the data. */
  readonly labels?: readonly string[];
  /** What for: HL7 v3 PurposeOfUse or codes of other systems. */
  readonly purposes?: readonly string[];
  /** Resource types, or classes of documents. */
  readonly classes?: readonly string[];
  /** Codes of what was measured, given or found. */
  readonly codes?: readonly string[];
  /** When the data were true. */
  readonly dataPeriod?: ConsentPeriod;
  /** References of the very data. */
  readonly data?: readonly string[];
  /** Why a part of the rule could not be read: a permission then does not hold, a refusal holds without that part. */
  readonly unread?: string;
  /** Exceptions to this rule. */
  readonly provisions: readonly ConsentProvision[];
}

/** What a person has allowed and refused, as plain data (from FHIR R4 Consent). */
export interface Consent {
  /** Reference of the resource: `Consent/12`. */
  readonly reference: string;
  readonly status: ConsentStatus;
  readonly scope: ConsentScope;
  /** When it was given: the later one goes before. */
  readonly dateTime: Instant;
  readonly root: ConsentProvision;
}

/** Data that a simulation may not use. */
export interface LeftOut {
  /** Kind of the data: type, codes and labels. */
  readonly kind: string;
  readonly code: string;
  readonly reason: string;
  /** The items, where only some of the kind are left out; absent: all of it. */
  readonly items?: readonly string[];
}

/** What a simulation for one purpose may use of a subject's data: recorded with what it said, so that it can be replayed. */
export interface Ruling {
  /** What for, as asked: a PurposeOfUse code of HL7 v3, or `system|code`. */
  readonly purpose: string;
  /** Who asked: a person, a program, or the twin itself. */
  readonly agent: string;
  /** Why the asker went past the consent. */
  readonly breakGlass?: string;
  /** Consents it rests on, sorted. */
  readonly consents: readonly string[];
  /** Policies that decided, sorted. */
  readonly policies: readonly string[];
  /** SHA-256 of all policies and settings in force. */
  readonly governor: string;
  /** Classes of data that may be used, sorted. */
  readonly classes: readonly string[];
  /** In the order of their kinds. */
  readonly leftOut: readonly LeftOut[];
  /** SHA-256 of everything above. */
  readonly hash: string;
}

/** The fact that says the consent; its time is when the consent was given. */
export function consentFact(consent: Consent): Pick<RawFact, 'fact' | 'value' | 'codings'> {
  return { fact: CONSENT, codings: [], value: { kind: 'text', text: JSON.stringify(consent) } };
}

const read = new WeakMap<Fact, Consent>();

/** The consent that a fact says; null for other facts. */
export function consentOf(fact: Fact): Consent | null {
  if (fact.fact !== CONSENT || typeof fact.value !== 'string') return null;
  let consent = read.get(fact);
  if (consent === undefined) {
    consent = JSON.parse(fact.value) as Consent;
    read.set(fact, consent);
  }
  return consent;
}
