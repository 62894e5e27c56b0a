import type { Consent, Instant } from '@gemel/core';
import { type ConsentVerdict, permits } from './consent.ts';
import { classesOf, type DataKind } from './data-kind.ts';
import { governErrors } from './errors.data.ts';
import type { PolicyEngine } from './policy-engine.ts';
import { type Purpose, purposeOf } from './purpose.ts';

/** Who asks, and what for. */
export interface Use {
  readonly agent: {
    readonly id: string;
    readonly kind: 'person' | 'system' | 'device';
    readonly roles: readonly string[];
  };
  /** A PurposeOfUse code of HL7 v3, or `system|code`. */
  readonly purpose: string;
  /** Who the asker is among the subjects, where a patient asks. */
  readonly patient?: string | null;
  /** Why the asker goes past what the person has consented to. */
  readonly breakGlass?: string;
}

/** What an action is to a consent (`http://terminology.hl7.org/CodeSystem/consentaction`). */
const CONSENT_ACTION = {
  read: 'access',
  search: 'access',
  operate: 'access',
  simulate: 'use',
  release: 'use',
  export: 'disclose',
  create: 'collect',
  update: 'correct',
  delete: 'correct',
  erase: 'correct',
} as const;
export type GovernedAction = keyof typeof CONSENT_ACTION;

/** What has been said of a subject's data. */
export interface SubjectWill {
  readonly subject: string;
  readonly consents: readonly Consent[];
  /** Whether the data are to be kept and not used. */
  readonly restricted: boolean;
}

/** One thing asked to be done with data of one kind. */
export interface DecisionRequest {
  readonly use: Use;
  readonly action: GovernedAction;
  readonly data: DataKind;
  /** Null: the data are nobody's. */
  readonly will: SubjectWill | null;
  /** When the data were true, and which they are, where that is known. */
  readonly dataAt?: Instant;
  readonly reference?: string;
  readonly at: Instant;
}

export interface Decision {
  readonly permit: boolean;
  /** `permitted`, else why not: `consent-revoked`, `consent-refused`, `consent-missing`, `restricted`, `purpose-refused` … */
  readonly code: string;
  /** In plain words; of a refusal, with what would be needed. */
  readonly reason: string;
  /** Ids of the policies that decided. */
  readonly policies: readonly string[];
  /** Reference of the consent it rests on. */
  readonly consent: string | null;
  /** Classes of data it is about: those that may be used, or may not. */
  readonly classes: readonly string[];
  /** Whether it was asked with the glass broken: it goes to review. */
  readonly breakGlass: boolean;
  /** Until when it holds at the longest, as far as the consents tell; null: until one of them changes. */
  readonly until: Instant | null;
}

export interface GovernSettings {
  /** Purposes for which consent is taken for granted while none speaks against it. */
  readonly implied: readonly string[];
}

/** Treatment, and what is a kind of it. */
export const DEFAULT_SETTINGS: GovernSettings = { implied: ['TREAT'] };

/** Decides by consent and policies. */
export interface Governor {
  /** SHA-256 over policies and settings: what decided. */
  readonly hash: string;
  /** @throws govern-purpose-unknown, govern-break-glass-reason */
  decide(request: DecisionRequest): Decision;
}

export function createGovernor(
  engine: PolicyEngine,
  settings: GovernSettings,
  sha256: (text: string) => string,
): Governor {
  for (const code of settings.implied) purposeOf(code);
  return {
    hash: sha256(JSON.stringify([engine.hash, settings])),
    decide: (request) => decide(engine, settings, request),
  };
}

function decide(engine: PolicyEngine, settings: GovernSettings, request: DecisionRequest): Decision {
  const { use, action, data, will } = request;
  const { agent, breakGlass } = use;
  const purpose = purposeOf(use.purpose);
  const broken = breakGlass !== undefined;
  if ((broken && breakGlass.trim() === '') || (!broken && purpose.hl7[0] === 'BTG')) {
    throw governErrors.error('govern-break-glass-reason', 'No reason was given for breaking the glass.');
  }
  const verdict = will === null ? NOBODY : permits(will.consents, consentRequest(request, purpose));
  const classes = classesOf(data);
  const { permit, policies } = engine.answer({
    agent,
    action,
    data: { ...data, classes },
    purpose: purpose.key,
    purposes: purpose.hl7,
    consent: verdict.effect,
    implied: purpose.hl7.some((code) => settings.implied.includes(code)),
    restricted: will?.restricted ?? false,
    personal: will !== null,
    own: will !== null && agent.roles.includes('patient') && use.patient === will.subject,
    breakGlass: broken,
  });
  const code = permit ? 'permitted' : (policies.find((policy) => policy.code !== null)?.code ?? refusalCode(verdict));
  const said = policies.map(({ reason }) => reason).filter((reason) => reason !== '');
  return {
    permit,
    code,
    reason: permit ? said.join(' ') : refusalWords(said, verdict, purpose, action),
    policies: policies.map(({ id }) => id),
    consent: verdict.consent,
    classes,
    breakGlass: broken,
    until: verdict.until,
  };
}

const NOBODY: ConsentVerdict = { effect: 'silent', code: 'consent-silent', consent: null, until: null };

function consentRequest({ use, action, data, dataAt, reference, at }: DecisionRequest, purpose: Purpose) {
  const { id, roles } = use.agent;
  // `person|Practitioner/12` goes by the reference too.
  const bar = id.indexOf('|');
  const actors = bar < 0 ? [id] : [id, id.slice(bar + 1)];
  return {
    purpose,
    actors,
    roles,
    action: CONSENT_ACTION[action],
    type: data.type,
    labels: data.labels,
    at,
    ...(dataAt === undefined ? {} : { dataAt }),
    ...(reference === undefined ? {} : { reference }),
  };
}

function refusalCode({ effect, code }: ConsentVerdict): string {
  if (effect === 'deny') return code;
  return effect === 'silent' ? 'consent-missing' : 'policy-refused';
}

const SAID: Readonly<Record<string, string>> = {
  'consent-revoked': 'The person has withdrawn the consent',
  'consent-declined': 'The person has declined to consent',
  'consent-refused': 'The person has refused it',
};

function refusalWords(said: readonly string[], verdict: ConsentVerdict, purpose: Purpose, action: string): string {
  const by = SAID[verdict.code];
  const consent = by === undefined ? [] : [`${by} (${verdict.consent}).`];
  if (said.length > 0 && by === undefined) return said.join(' ');
  if (consent.length > 0)
    return [...consent, ...said.filter((reason) => reason !== 'The person has refused it.')].join(' ');
  if (verdict.effect === 'silent') {
    return `No policy permits ${action} for ${purpose.title} without the person's consent to it, and none stands.`;
  }
  return `No policy permits ${action} for ${purpose.title}.`;
}
