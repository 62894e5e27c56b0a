import type { Concept } from './concept.ts';
import type { Ruling } from './consent.ts';
import type { Problem } from './error.ts';
import type { ControlInput } from './observation.ts';
import type { Instant } from './time.ts';

/** Control inputs laid over what is already known to be given: one arm of a what-if. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly controls: readonly ControlInput[];
}

/** The quantile levels every forecast stores, ascending. */
export const QUANTILE_LEVELS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99] as const;

/** A quantity of interest over time; every point is a distribution. */
export interface Trajectory {
  readonly kind: 'trajectory';
  readonly name: string;
  readonly title: string;
  /** The predicted quantity's own code: never the code of the measured quantity. */
  readonly code: Concept;
  readonly unit: string;
  readonly times: readonly Instant[];
  readonly levels: readonly number[];
  /** quantiles[level][time] */
  readonly quantiles: readonly (readonly number[])[];
  readonly mean: readonly number[];
  /** Probability of each named event at each time, e.g. `below-70`. */
  readonly events: Readonly<Record<string, readonly number[]>>;
}

/** A quantity of interest that is one number per future: a distribution. */
export interface Scalar {
  readonly kind: 'scalar';
  readonly name: string;
  readonly title: string;
  readonly code: Concept;
  readonly unit: string;
  readonly levels: readonly number[];
  readonly quantiles: readonly number[];
  readonly mean: number;
  readonly sd: number;
  /** Probability of each named event. */
  readonly events: Readonly<Record<string, number>>;
}

export type ForecastQuantity = Trajectory | Scalar;

/** A stretch of the forecast where the model is outside what it was validated for; drawn and said, never hidden. */
export interface OutOfRange {
  readonly code: string;
  readonly message: string;
  readonly from: Instant;
  readonly to: Instant;
}

/** The one forecast object: curve, number, advisory, advice and FHIR are all read from it. */
export interface Forecast {
  readonly kind: 'forecast';
  readonly id: string;
  readonly subject: string;
  readonly pack: { readonly id: string; readonly version: string };
  readonly madeAt: Instant;
  /** What was known: the log as of `knownAt`, up to sequence number `seq`. */
  readonly basis: { readonly knownAt: Instant; readonly seq: number; readonly lastObservation: Instant | null };
  readonly horizon: { readonly from: Instant; readonly to: Instant };
  readonly scenario: Scenario;
  readonly quantities: Readonly<Record<string, ForecastQuantity>>;
  readonly outOfRange: readonly OutOfRange[];
  /** Hash of the belief it started from, of the model and its fixed parameters. */
  readonly belief: string;
  readonly modelHash: string;
  readonly seed: number;
  readonly members: number;
  /** SHA-256 over all of the above and every member's path: equal hash, equal forecast, bit for bit. */
  readonly hash: string;
}

/** A reward of one plan: a distribution over futures, higher is better. */
export interface RewardTerm {
  readonly name: string;
  readonly title: string;
  readonly weight: number;
  readonly mean: number;
  readonly sd: number;
  readonly quantiles: readonly number[];
}

/** What a hard limit said of a plan. */
export interface LimitVerdict {
  readonly limit: string;
  readonly title: string;
  readonly verdict: 'within' | 'clipped' | 'forbidden';
  readonly message: string;
  /** Where the bound is from. */
  readonly source?: string;
}

/** One option weighed: its scenario after limits, its forecast, its rewards. */
export interface Plan {
  readonly scenario: Scenario;
  readonly forecast: Forecast;
  readonly rewards: readonly RewardTerm[];
  /** Weighted sum of reward means. */
  readonly total: number;
  /** Probability that this plan has the highest total among the plans compared, member by member. */
  readonly probabilityBest: number;
  readonly limits: readonly LimitVerdict[];
  readonly allowed: boolean;
}

export interface Reason {
  readonly code: string;
  readonly statement: string;
}

/** Something to tell a person now, apart from any proposal. Silent text, never an alarm. */
export interface Advisory {
  readonly code: string;
  readonly priority: 'high' | 'medium' | 'low' | 'information';
  readonly statement: string;
}

/** A measurement to be made next, proposed beside a plan. */
export interface ProposedMeasurement {
  /** What is to be measured. */
  readonly code: Concept;
  readonly title: string;
  /** When. */
  readonly from: Instant;
  readonly to: Instant;
  /** Id of the scenario of the plan that it is proposed with. */
  readonly scenario: string;
  /** What it is expected to tell. */
  readonly reason: string;
}

interface AdviceBase {
  readonly statement: string;
  readonly reasons: readonly Reason[];
  readonly advisories: readonly Advisory[];
  /** What to measure next, by plan. */
  readonly measurements?: readonly ProposedMeasurement[];
}

/** Options with reasons, best first; or an abstention with its reason. */
export type Advice =
  | (AdviceBase & { readonly kind: 'advise'; readonly plans: readonly Plan[]; readonly expires: Instant })
  | (AdviceBase & { readonly kind: 'abstain'; readonly code: string; readonly plans: readonly Plan[] });

/** Whether the model may speak about this subject at all. */
export interface Verdict {
  readonly applies: 'yes' | 'no' | 'unknown';
  readonly reasons: readonly Reason[];
}

/** What a person did with a proposal. A reason is required, always. */
export interface PersonAction {
  readonly kind: 'agree' | 'change' | 'reject';
  readonly person: string;
  readonly at: Instant;
  readonly reason: string;
  /** The controls the person chose instead, for 'change'; they pass the limits again. */
  readonly controls?: readonly ControlInput[];
}

/** An input of a recommendation, with how good and how old it was. */
export interface TraceInput {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly trueAt: Instant;
  readonly knownAt: Instant;
  readonly ageMinutes: number;
  readonly grade: string;
  readonly source: string;
}

/** One marginal of the posterior at the time of advice. */
export interface PosteriorSummary {
  readonly parameter: string;
  readonly title: string;
  readonly unit: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Posterior SD over prior SD in the parameter's sampling scale. */
  readonly shrinkage: number;
}

/** All that is needed to see, later, why the twin said what it said; replayable bit for bit. */
export interface Trace {
  readonly kind: 'trace';
  readonly id: string;
  readonly subject: string;
  readonly pack: { readonly id: string; readonly version: string };
  readonly at: Instant;
  readonly knownAt: Instant;
  readonly seq: number;
  readonly inputs: readonly TraceInput[];
  readonly modelHash: string;
  readonly parameterHash: string;
  readonly belief: string;
  readonly posterior: readonly PosteriorSummary[];
  readonly seed: number;
  readonly applicability: Verdict;
  readonly advice: Advice;
  readonly level: 'model' | 'shadow' | 'twin';
  /** The ledger at that time: how past forecasts for this subject did. */
  readonly pastAccuracy: Accuracy | null;
  readonly words: readonly string[];
  /** Engine the numbers were computed on: a replay that differs says whether this differed. */
  readonly engine: string;
  /** What was permitted to be used, on which consents and by which policies; absent where nothing governs the twin. */
  readonly governance?: Ruling;
  readonly action: PersonAction | null;
  /** What was observed afterwards: filled by the ledger. */
  readonly outcome: TraceOutcome | null;
  /** SHA-256 of everything above except action and outcome. */
  readonly hash: string;
}

export interface TraceOutcome {
  readonly at: Instant;
  readonly observed: readonly { readonly at: Instant; readonly value: number }[];
  readonly coverage90: number;
  readonly bias: number;
}

/** How past forecasts of one quantity did at one lead time. */
export interface Accuracy {
  readonly quantity: string;
  readonly unit: string;
  readonly byLead: readonly {
    readonly leadMinutes: number;
    readonly count: number;
    readonly coverage50: number;
    readonly coverage90: number;
    readonly crps: number;
    readonly bias: number;
    readonly rmse: number;
  }[];
}

export type Marks = readonly Problem[];
