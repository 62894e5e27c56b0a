/** Payloads of CDS Hooks 2.0 (https://cds-hooks.hl7.org/2.0/), as far as this server reads and writes them. */
import type * as fhir from '@medplum/fhirtypes';

export type HookName = 'patient-view' | 'order-select' | 'order-sign';

/** POST /cds-services/:id */
export interface CdsRequest {
  readonly hook: HookName;
  readonly hookInstance: string;
  readonly fhirServer?: string;
  readonly fhirAuthorization?: {
    readonly access_token: string;
    readonly token_type: 'Bearer';
    readonly expires_in: number;
    readonly scope: string;
    readonly subject: string;
  };
  readonly context: CdsContext;
  readonly prefetch?: Readonly<Record<string, fhir.Resource | null>>;
}

export interface CdsContext {
  readonly userId: string;
  readonly patientId: string;
  readonly encounterId?: string;
  /** References into `draftOrders` of what was chosen last: `MedicationRequest/1`. */
  readonly selections?: readonly string[];
  readonly draftOrders?: fhir.Bundle;
}

export interface Card {
  readonly uuid: string;
  /** One sentence below 140 characters. */
  readonly summary: string;
  /** GitHub-flavoured Markdown. */
  readonly detail: string;
  readonly indicator: 'info' | 'warning' | 'critical';
  readonly source: { readonly label: string; readonly url?: string; readonly topic?: fhir.Coding };
  readonly suggestions?: readonly Suggestion[];
  readonly selectionBehavior?: 'at-most-one' | 'any';
  readonly overrideReasons?: readonly fhir.Coding[];
  readonly links?: readonly {
    readonly label: string;
    readonly url: string;
    readonly type: 'absolute' | 'smart';
    readonly appContext?: string;
  }[];
}

export interface Suggestion {
  readonly label: string;
  readonly uuid: string;
  readonly isRecommended?: boolean;
  readonly actions: readonly {
    readonly type: 'create' | 'update' | 'delete';
    readonly description: string;
    readonly resource?: fhir.Resource;
    readonly resourceId?: string;
  }[];
}

/** POST /cds-services/:id/feedback */
export interface CdsFeedback {
  readonly feedback: readonly {
    readonly card: string;
    readonly outcome: 'accepted' | 'overridden';
    readonly outcomeTimestamp: string;
    readonly acceptedSuggestions?: readonly { readonly id: string }[];
    readonly overrideReason?: { readonly reason?: fhir.Coding; readonly userComment?: string };
  }[];
}

/** A service as discovery lists it. */
export interface CdsService {
  readonly id: string;
  readonly hook: HookName;
  readonly title: string;
  readonly description: string;
  readonly prefetch: Readonly<Record<string, string>>;
  readonly usageRequirements: string;
}

const PREFETCH = { patient: 'Patient/{{context.patientId}}' };
const USAGE = 'Knows the people whose records this server holds. Research use. Not for clinical use.';

export const CDS_SERVICES: readonly CdsService[] = [
  {
    id: 'gemel-patient-view',
    hook: 'patient-view',
    title: 'What the digital twin expects and proposes',
    description: 'Warnings and the standing proposal of the twins of the person whose record is opened.',
    prefetch: PREFETCH,
    usageRequirements: USAGE,
  },
  {
    id: 'gemel-order-select',
    hook: 'order-select',
    title: 'Orders beside what the digital twin proposes',
    description: 'For a chosen order of what a twin doses: its limits, and the dose that the twin proposes.',
    prefetch: PREFETCH,
    usageRequirements: USAGE,
  },
  {
    id: 'gemel-order-sign',
    hook: 'order-sign',
    title: 'Orders to be signed beside what the digital twin proposes',
    description: 'For each order of what a twin doses: its limits, and the dose that the twin proposes.',
    prefetch: PREFETCH,
    usageRequirements: USAGE,
  },
];

/** Why a clinician may go past a card. */
const OVERRIDE = 'urn:gemel:cds-override';
export const OVERRIDE_REASONS: readonly fhir.Coding[] = [
  { system: OVERRIDE, code: 'patient-differs', display: 'The person differs from what the model assumes' },
  { system: OVERRIDE, code: 'data-wrong', display: 'The data it rests on are wrong or old' },
  { system: OVERRIDE, code: 'already-done', display: 'It is done already' },
  { system: OVERRIDE, code: 'not-agreed', display: 'Another treatment is preferred' },
];
