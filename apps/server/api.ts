/**
 * The payloads of the server's JSON interface, shared with the web app (types only).
 * Instants are milliseconds since the epoch; values are in the unit beside them, else in the pack's own; the web converts for show.
 */
import type {
  Accuracy,
  Advice,
  Advisory,
  Coding,
  Consent,
  ControlInput,
  Forecast,
  LossAccount,
  Plan,
  PosteriorSummary,
  Problem,
  Progress,
  Reason,
  Ruling,
  Scenario,
  Trace,
  Trajectory,
  Verdict,
} from '@gemel/core';
import type { CalibrationStatement } from '@gemel/runtime/calibration-words';
import type { Census } from '@gemel/runtime/census/census';
import type { LinkDecision, LinkView } from '@gemel/runtime/identity/link-queue';
import type { ModelRow } from '@gemel/runtime/pack';
import type { SubjectQuality } from '@gemel/runtime/quality/subject-quality';
import type { Band, ControlForm, ControlView, Field, ShownUnit, TimeField, TwinView } from '@gemel/runtime/view';
import type { WaveformEnvelope, WaveformSummary } from '@gemel/runtime/waveform/read-waveforms';

export type { Band, CalibrationStatement, ControlForm, ControlView, Field, ModelRow, ShownUnit, TimeField, TwinView };

/** GET /api/status */
export interface Status {
  readonly name: 'gemel';
  readonly version: string;
  readonly banner: string;
  readonly now: number;
  /** The demonstration world may run on its own clock. */
  readonly clock: { readonly kind: 'wall' | 'demonstration'; readonly now: number; readonly speed: number };
  readonly packs: readonly {
    readonly id: string;
    readonly title: string;
    readonly version: string;
    readonly intendedUse: string;
    readonly notFor: readonly string[];
  }[];
}

/** GET /api/session: who looks at the page; open to everybody. */
export interface SessionView {
  /** Whether people log in at all. */
  readonly logIn: boolean;
  /** Null where nobody has. */
  readonly name: string | null;
  readonly roles: readonly string[];
  /** Subject of the launch that the token is of. */
  readonly patient: string | null;
  /** Goes with the form that logs out; null where the request bears a token. */
  readonly formToken: string | null;
}

/** GET /api/packs/:id  What records of a pack's twins hold: for a form to enter them by. */
export interface PackRecords {
  readonly id: string;
  readonly title: string;
  readonly signals: readonly RecordKind[];
  readonly controls: readonly RecordKind[];
  /** Names of the facts it reads, with why. */
  readonly facts: readonly { readonly fact: string; readonly purpose: string }[];
}
export interface RecordKind {
  readonly name: string;
  readonly title: string;
  readonly coding: Coding;
  /** Units it may be given in, first the pack's own. */
  readonly units: readonly string[];
  readonly purpose: string;
}

/** What a list needs to know of how a twin is shown. */
export type SummaryView = Pick<TwinView, 'units' | 'staleMinutes' | 'band' | 'joinedMinutes' | 'trendHours'>;

/** GET /api/twins */
export interface TwinSummary {
  readonly subject: string;
  readonly name: string;
  readonly pack: string;
  readonly level: 'model' | 'shadow' | 'twin';
  readonly risk: 'high' | 'medium' | 'low' | 'unknown';
  readonly headline: {
    readonly value: string;
    readonly unit: string;
    readonly at: number | null;
    readonly statement: string;
  };
  readonly dataAgeMinutes: number | null;
  readonly calibrated: boolean;
  /** Why the twin stands still, by consent or policy; absent where it may go on. */
  readonly paused?: readonly Reason[];
  readonly openProposals: number;
  readonly sparkline: readonly { readonly at: number; readonly value: number }[];
  readonly view: SummaryView;
}

/** GET /api/twins/:subject?from=&to=  Everything the cockpit draws. */
export interface TwinDetail {
  readonly summary: TwinSummary;
  readonly view: TwinView;
  /** What signals and control inputs are called, by name. */
  readonly titles: Readonly<Record<string, string>>;
  /** What events of quantities are called: quantity → event → words. */
  readonly events: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly now: number;
  readonly applicability: Verdict;
  readonly observations: readonly ObservationPoint[];
  readonly controls: readonly ControlInput[];
  readonly facts: readonly { readonly fact: string; readonly value: string }[];
  /** The standing forecast; null with the reason when there is none. */
  readonly forecast: Forecast | null;
  /** The past of the shown window as the twin believes it was; null where it is not drawn. */
  readonly retraced: Trajectory | null;
  /** The models the twin chooses among; empty where it has but one. */
  readonly models: readonly ModelRow[];
  readonly forecastMissing: readonly { readonly code: string; readonly statement: string }[];
  readonly advisories: readonly Advisory[];
  readonly posterior: readonly PosteriorSummary[];
  /** The standing calibration's diagnostics in plain words, doubtful ones first; empty before a calibration. */
  readonly calibration: readonly CalibrationStatement[];
  readonly accuracy: Accuracy | null;
  /** Earlier forecasts of the shown window at one lead time: "what we predicted then". */
  readonly past: readonly {
    readonly at: number;
    readonly leadMinutes: number;
    readonly low: number;
    readonly median: number;
    readonly high: number;
    readonly observed: number | null;
  }[];
  readonly trace: Trace | null;
}

export interface ObservationPoint {
  readonly id: string;
  readonly signal: string;
  readonly at: number;
  readonly knownAt: number;
  readonly value: number;
  readonly unit: string;
  readonly grade: string;
  /** Set for values the sensor gave as below or above its range. */
  readonly bound: 'below' | 'above' | null;
  readonly marks: readonly string[];
  readonly source: string;
}

/** POST /api/twins/:subject/whatif */
export interface WhatIfRequest {
  readonly arms: readonly { readonly title: string; readonly controls: readonly WhatIfControl[] }[];
}
export interface WhatIfControl {
  readonly control: string;
  readonly value: number;
  readonly unit: string;
  /** Minutes from now. */
  readonly inMinutes: number;
  readonly forMinutes?: number;
  /** Given again at this interval as far as is foretold. */
  readonly everyMinutes?: number;
}
export interface WhatIfResult {
  /** Arms after limits, in the order asked. */
  readonly arms: readonly Plan[];
  /** Arm i minus arm 0 per scalar quantity and reward (medians of paired member differences, with 90 % interval). */
  readonly differences: readonly (readonly {
    readonly name: string;
    readonly title: string;
    readonly unit: string;
    readonly median: number;
    readonly low: number;
    readonly high: number;
  }[])[];
}

/** POST /api/twins/:subject/advise → the proposal; GET /api/proposals?subject= */
export interface ProposalView {
  readonly id: string;
  readonly subject: string;
  readonly madeAt: number;
  readonly expires: number | null;
  readonly status: 'open' | 'agreed' | 'changed' | 'rejected' | 'expired' | 'abstained' | 'superseded';
  readonly advice: Advice;
  readonly trace: Trace;
}

/** POST /api/proposals/:id/action. A reason is required; `inputsHash` is the trace hash the person saw. */
export interface ActionRequest {
  readonly kind: 'agree' | 'change' | 'reject';
  readonly person: string;
  readonly reason: string;
  readonly traceHash: string;
  /** Which plan, by scenario id, for 'agree'. */
  readonly scenario?: string;
  readonly controls?: readonly WhatIfControl[];
}
export interface ActionResult {
  readonly proposal: ProposalView;
  /** FHIR R4 Bundle that was written: draft proposal, Provenance, AuditEvent. */
  readonly bundle: unknown;
}

/** POST /api/proposals/:id/replay: the trace recomputed from the log as it was then known. */
export interface ReplayResult {
  readonly equal: boolean;
  readonly differences: readonly string[];
}

/** POST /api/import?name=&zone=&unit=&dates=&subject= with the file as body */
export interface ImportResult {
  readonly account: LossAccount;
  readonly subjects: readonly string[];
}

/** GET /api/census?at=&knownBy=: who was where at a moment, as known at another. */
export type CensusView = Census;

/** GET /api/twins/:subject/waveforms */
export type WaveformRow = WaveformSummary;

/** GET /api/twins/:subject/waveform?ref=&from=&to=&columns=: least and greatest stored number of each column. */
export type WaveformDrawing = WaveformEnvelope;

/** GET /api/quarantine: messages that wait, oldest first; the message itself as text. */
export interface QuarantineRow {
  readonly id: string;
  readonly at: number;
  readonly feed: 'hl7v2' | 'mqtt';
  readonly peer: string;
  readonly topic?: string;
  readonly problems: readonly Problem[];
  readonly message: string;
}

/** POST /api/quarantine/:id/replay?zone=&topics= with the mended message as body, or none: what was refused; nothing where it was taken. */
export interface ReplayedMessage {
  readonly id: string;
  readonly problems: readonly Problem[];
}

/** GET /api/twins/:subject/quality  How good the data are, with a badge (conformance, completeness, plausibility). */
export type QualityView = SubjectQuality;

/** GET /api/reviews  Accesses past what consent allows: each is to be looked at by a person. POST /api/reviews/:id with `{person, finding}` closes one. */
export interface ReviewRow {
  /** Of the entry of the access. */
  readonly id: string;
  readonly at: number;
  readonly agent: string;
  readonly reason: string;
  /** Null where the person was erased since. */
  readonly subject: string | null;
  readonly action: string | null;
  readonly type: string | null;
  readonly closed: { readonly at: number; readonly person: string; readonly finding: string } | null;
}

/** GET /api/twins/:subject/consents  What the person has said of the use of the data, the latest first, and whether they are restricted. */
export interface WillView {
  readonly subject: string;
  readonly consents: readonly Consent[];
  readonly restricted: boolean;
  /** What the twin may use for treatment; null before anything governs it. */
  readonly ruling: Ruling | null;
}
/** POST /api/twins/:subject/consents: what the person says, written down by somebody. */
export interface ConsentRequest {
  readonly type: 'permit' | 'deny';
  /** PurposeOfUse codes of HL7, or `system|code`; absent: any. */
  readonly purposes?: readonly string[];
  /** FHIR resource types; absent: all. */
  readonly types?: readonly string[];
  /** Security labels, categories or codes of the data, `system|code`. */
  readonly labels?: readonly string[];
  /** Instants between which it holds. */
  readonly from?: number;
  readonly to?: number;
  readonly person: string;
  readonly reason: string;
}
/** POST …/consents/withdrawal `{reference, person, reason}`, POST …/restriction and …/restriction/end, POST …/erasure `{person, reason}` */
export interface SignedRequest {
  readonly person: string;
  readonly reason: string;
}

/** GET /api/links  Identifiers that may be one person: what waits for a person, and what people decided. */
export interface LinksView {
  readonly waiting: readonly LinkView[];
  readonly decisions: readonly LinkDecision[];
}
/** POST /api/links/:id with `{decision: 'accept' | 'reject' | 'undo', person, reason}` */
export interface LinkResult {
  readonly id: string;
  readonly decision: 'accept' | 'reject' | 'undo';
}

/** Long work: POST returns a job; GET /api/jobs/:id; DELETE cancels. */
export interface JobView {
  readonly id: string;
  readonly kind: string;
  readonly subject: string | null;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress: Progress;
  readonly problem: Problem | null;
}

/** GET /api/events: server-sent events, `data:` one of these. */
export type LiveEvent =
  | { readonly kind: 'observation'; readonly subject: string; readonly point: ObservationPoint }
  | { readonly kind: 'forecast'; readonly subject: string }
  | { readonly kind: 'proposal'; readonly subject: string; readonly id: string }
  | { readonly kind: 'job'; readonly job: JobView }
  | { readonly kind: 'clock'; readonly now: number };

/** Errors: application/problem+json (RFC 9457) carrying the coded error. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly where: Problem['where'];
  readonly remedy: string;
}

export type { Scenario };
