import type { Instant } from '@gemel/core';
import type { NewEntry } from '@gemel/store';

/** Who acts: a person, a program with a client of its own, a device or a feed. */
export interface Agent {
  /** Stable: `person|…`, `client|…`, `feed|…`. */
  readonly id: string;
  readonly kind: 'person' | 'system' | 'device';
  readonly name: string;
  /** Roles by which policies decide: `clinician`, `researcher`, `patient`, `administrator`… */
  readonly roles: readonly string[];
}

/** What is known of who sent a request; found once, before any route runs. */
export interface Caller {
  readonly agent: Agent;
  /** SMART 2.2 scopes (`patient/Observation.rs?category=…`); `all` only for the person at this machine where there is no log-in. */
  readonly scopes: readonly string[] | 'all';
  /** Subject of the launch: the only one that `patient/` scopes reach. */
  readonly patient: string | null;
  /** HL7 v3 PurposeOfUse code (TREAT, HPAYMT, HOPERAT, HRESCH, PUBHLTH, PATRQT, BTG…). */
  readonly purpose: string;
  /** Why a person goes past what consent allows; goes to review. */
  readonly breakGlass?: string;
  readonly token: string | null;
}

export type AccessAction =
  | 'read'
  | 'search'
  | 'create'
  | 'update'
  | 'delete'
  | 'operate'
  | 'simulate'
  | 'release'
  | 'export'
  | 'erase';

/** One thing asked to be done. */
export interface AccessRequest {
  readonly caller: Caller;
  readonly action: AccessAction;
  /** FHIR resource type, or `Twin` for what a simulation consumes and says. */
  readonly type: string;
  /** Whose it is, as the log names subjects; null for what belongs to nobody (an Organization). */
  readonly subject: string | null;
  /** Labels of the data: security labels and categories by `system|code`. */
  readonly labels?: readonly string[];
  readonly at: Instant;
}

/** What was decided, by which policies and on which consent. */
export interface AccessDecision {
  readonly permit: boolean;
  /** In plain words; for a refusal, what would be needed. */
  readonly reason: string;
  readonly policies: readonly string[];
  /** Reference of the FHIR Consent it rests on. */
  readonly consent: string | null;
}

/** What happened, for the record of accesses (IHE BALP AuditEvent). */
export interface AccessEvent {
  readonly request: AccessRequest;
  readonly decision: AccessDecision;
  /** References of what was read, made or changed: `Observation/12`. */
  readonly entities: readonly string[];
  /** The query of a search, as sent. */
  readonly query?: string;
  readonly outcome: 'success' | 'minor-failure' | 'serious-failure';
}

/** Decides and records. Every route asks it before it answers and tells it what it did. */
export interface Governance {
  decide(request: AccessRequest): Promise<AccessDecision>;
  record(events: readonly AccessEvent[]): Promise<void>;
  /** What `record` would append, for a write that appends it in its own transaction; absent where it cannot be had beforehand. */
  entriesOf?(events: readonly AccessEvent[]): readonly NewEntry[];
}
