import type {
  Accuracy,
  ControlInput,
  Decoded,
  Fact,
  Forecast,
  Instant,
  LossAccount,
  Observation,
  PersonAction,
  Plan,
  PosteriorSummary,
  Problem,
  Progress,
  Reason,
  Ruling,
  Scenario,
  Trace,
  Trajectory,
} from '@gemel/core';
import type { Store } from '@gemel/store';
import type { Census } from './census/census.ts';
import type { Governor, SubjectWill, Use } from './govern/decide.ts';
import type { Belief, History, ModelRow, Outlook, Pack, Readiness, Situation } from './pack.ts';
import type { Correction } from './quality/correct.ts';
import type { SubjectQuality } from './quality/subject-quality.ts';
import type { Translate } from './translate-codes.ts';
import type { WaveformReader } from './waveform/read-waveforms.ts';

/** Everything the runtime needs from outside: it has no clock, no dice and no disk of its own. */
export interface HubOptions {
  readonly store: Store;
  // biome-ignore lint/suspicious/noExplicitAny: a hub holds packs of any state type; the state is opaque to it
  readonly packs: readonly Pack<any>[];
  readonly clock: () => Instant;
  readonly seed: number;
  /** Hashes bytes to SHA-256 hex (node:crypto or WebCrypto behind it, given by the app). */
  readonly sha256: (bytes: Uint8Array | string) => string;
  /** Name and version of the engine, for traces: `node 24.21.0 linux x64`. */
  readonly engine: string;
  /** Lets the event loop run between slices of long work; the app decides how. */
  readonly breathe?: () => Promise<void>;
  /** What codes that no pack knows mean by the user's concept maps. */
  readonly translate?: Translate | undefined;
  /** What decides which data a twin may use, and for what it uses them by itself; absent: nothing decides, all is used. */
  readonly governs?: { readonly governor: Governor; readonly use: Use } | undefined;
}

export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** What a source became: the account, and whose twins it concerns. */
export interface AdmitResult {
  readonly account: LossAccount;
  readonly subjects: readonly string[];
  /** What admission refused although its door had read it (an unknown unit): for a feed that keeps such messages to be mended. */
  readonly refusals: readonly Refusal[];
}

export interface Refusal {
  /** Position of its element among those given, from 0. */
  readonly element: number;
  readonly problem: Problem;
}

/** All that was admitted of one subject, corrections and withdrawals resolved. */
export interface SubjectRecord {
  readonly observations: readonly Observation[];
  readonly controls: readonly ControlInput[];
  readonly facts: readonly Fact[];
}

/** A service that cannot be given, with every reason; never a quiet wrong answer. */
export interface Withheld {
  readonly kind: 'withheld';
  readonly service: 'calibrate' | 'forecast' | 'decide';
  readonly missing: Readiness['missing'];
}

export interface WhatIf {
  readonly plans: readonly Plan[];
  /** Arm i − arm 0, paired member by member. */
  readonly differences: readonly (readonly Difference[])[];
}

export interface Difference {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export type HubEvent =
  | { readonly kind: 'admitted'; readonly subject: string; readonly ids: readonly string[] }
  | {
      readonly kind: 'calibrated' | 'forecast' | 'trace' | 'action';
      readonly subject: string;
      readonly pack: string;
      readonly id: string;
    };

/** The hub: the twins of all subjects over one log. Each verb stands in its own file; this is their table of contents. */
export interface Hub {
  readonly packs: HubOptions['packs'];
  /**
   * The same twins asked by somebody else, or for another purpose: every verb then uses only what may be used for it. Itself where
   * nothing governs. @throws govern-purpose-unknown
   */
  under(use: Use): Hub;
  /** Why the twin may use nothing of the subject's data: `consent-revoked`, `restricted` …; empty where it may use some. */
  paused(subject: string, pack: string): Promise<readonly Reason[]>;
  /** What may be used of the subject's data and what is left out; null where nothing governs. */
  ruling(subject: string): Promise<Ruling | null>;
  /** All identifiers that are this subject, the one it goes on under first. */
  members(subject: string): Promise<readonly string[]>;
  /** What has been said of the use of the subject's data; `known` where anything at all is known of the subject. */
  will(subject: string): Promise<SubjectWill & { readonly known: boolean }>;
  /** Admits what a door decoded and logs it. The account's `mapped + kept + duplicates + refused = entries`. */
  admit(
    decoded: Iterable<Decoded>,
    source: { readonly name: string; readonly sha256: string; readonly format: string; readonly bytes: number },
    options?: WorkOptions,
  ): Promise<AdmitResult>;
  subjects(): Promise<readonly string[]>;
  /** Packs that bind at least one thing this subject has. */
  packsOf(subject: string): Promise<readonly string[]>;
  /** The admitted past as known at `knownBy` (default now), least data for the pack. */
  history(subject: string, pack: string, knownBy?: Instant): Promise<History>;
  /** Every fact of the subject, whatever a pack needs: for showing a person who this is, never for a pack. */
  facts(subject: string, knownBy?: Instant): Promise<readonly Fact[]>;
  /** All that was admitted of the subject, whatever a pack needs: for what leaves for other systems, never for a pack. */
  record(subject: string): Promise<SubjectRecord>;
  /** Who is where at `at` (default now), as known at `knownBy` (default now): from what sources tell of admissions and moves. */
  census(at?: Instant, knownBy?: Instant): Promise<Census>;
  /** Waveforms in the log, whose samples are drawn by least and greatest. */
  readonly waveforms: WaveformReader;
  /** How good the subject's data are: grades, what is missing, how sources agree. Throws `runtime-subject-unknown`. */
  quality(subject: string): Promise<SubjectQuality>;
  /** A person's correction of one value: a new entry in its place; the old one stays in the log. Throws `quality-correction-*`. */
  correct(correction: Correction): Promise<Observation>;
  /** Digital model, shadow or twin: computed from the flows in the log. */
  level(subject: string, pack: string): Promise<'model' | 'shadow' | 'twin'>;
  calibrate(subject: string, pack: string, options?: WorkOptions): Promise<Belief<unknown> | Withheld>;
  /** The belief folded forward over everything admitted up to `at`; null before calibration. */
  belief(subject: string, pack: string, at?: Instant): Promise<Belief<unknown> | null>;
  /** Whether a calibration stands in the log; cheap, folds nothing. */
  calibrated(subject: string, pack: string): Promise<boolean>;
  /** What a decision would be taken on now; null before calibration. */
  situation(subject: string, pack: string): Promise<Situation<unknown> | null>;
  /** The same without asking for a calibration: what advisories are made from. */
  outlook(subject: string, pack: string): Promise<Outlook<unknown>>;
  /** Marginals of the pack's personal parameters under the belief, beside the prior. */
  posterior(pack: string, belief: Belief<unknown>): readonly PosteriorSummary[];
  /** The past as the twin believes it was, of the quantity its view draws; null before calibration or where the pack gives none. */
  retraced(subject: string, pack: string, from: Instant, to: Instant): Promise<Trajectory | null>;
  /** The models the twin chooses among; empty where it has but one. */
  models(subject: string, pack: string): Promise<readonly ModelRow[]>;
  forecast(subject: string, pack: string, scenario?: Scenario): Promise<Forecast | Withheld>;
  whatIf(subject: string, pack: string, scenarios: readonly Scenario[]): Promise<WhatIf | Withheld>;
  /** Proposes or abstains; always leaves a trace in the log. */
  advise(subject: string, pack: string): Promise<Trace>;
  /** The newest fifty, oldest first; `trace` finds the others. */
  traces(subject: string): Promise<readonly Trace[]>;
  trace(id: string): Promise<Trace | null>;
  /** A person agrees, changes or rejects; limits run again on a change; refused when inputs changed since. */
  act(
    traceId: string,
    action: PersonAction,
    scenario?: string,
  ): Promise<{ readonly trace: Trace; readonly plan: Plan | null }>;
  /** What a person's action on the trace released, or rejected (no plan); null while nobody has acted. */
  released(traceId: string): Promise<{ readonly trace: Trace; readonly plan: Plan | null } | null>;
  /** Past forecasts against what was observed. */
  ledger(subject: string, pack: string): Promise<Accuracy | null>;
  pastForecasts(
    subject: string,
    pack: string,
    leadMinutes: number,
    from: Instant,
    to: Instant,
  ): Promise<
    readonly { at: Instant; leadMinutes: number; low: number; median: number; high: number; observed: number | null }[]
  >;
  /** Recomputes a trace from the log as it was then known and compares bit for bit. */
  replay(traceId: string): Promise<{ readonly equal: boolean; readonly differences: readonly string[] }>;
  /** Erases a subject under all its identifiers by destroying the keys; what was logged stays in sequence, unreadable for ever. */
  erase(subject: string): Promise<void>;
  watch(listener: (event: HubEvent) => void): () => void;
}
