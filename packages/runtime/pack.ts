import type {
  Admitted,
  Advice,
  Advisory,
  Coding,
  Concept,
  ControlInput,
  Fact,
  Forecast,
  Instant,
  LimitVerdict,
  Observation,
  Plan,
  PosteriorSummary,
  Reason,
  Scenario,
  Trace,
  Trajectory,
  Verdict,
  Work,
} from '@gemel/core';
import type { Posterior, PosteriorReport } from '@gemel/inference';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type { CalibrationStatement } from './calibration-words.ts';
import type { Dynamics, Member, Parameters } from './dynamics.ts';
import type { Measure } from './quality/measure.ts';
import type { TwinView } from './view.ts';

/** Physical state and observational data: which codes mean which signal, and how its sensor errs. */
export interface Binding {
  /** Signal of the pack's dynamics, or an input-only signal. */
  readonly signal: string;
  readonly title: string;
  readonly codings: readonly Coding[];
  /** UCUM unit values are converted to. */
  readonly unit: string;
  /** Molar mass in g/mol where mass and amount units are both in use for this code. */
  readonly molarMass?: number;
  /** Other spellings of units the sources use for these codes → UCUM (`{ '[iU]': 'U', units: 'U' }`): stated, never guessed. */
  readonly unitAliases?: Readonly<Record<string, string>>;
  /** Values outside are implausible: kept, graded 'poor', not assimilated. In `unit`. */
  readonly plausible: readonly [low: number, high: number];
  /** What is plausible by age and sex, and what else the quality gate looks for; absent: what it knows of the codings. */
  readonly measure?: Measure;
  /** Local names the source may use when it gives no standard code (lower case), for doors that carry none. */
  readonly localNames?: readonly string[];
}

/** A control input the twin understands. */
export interface ControlSpec {
  readonly control: string;
  readonly title: string;
  readonly codings: readonly Coding[];
  /** Where several controls share a code, the one whose unit fits the value's unit is meant. */
  readonly unit: string;
  readonly molarMass?: number;
  readonly unitAliases?: Readonly<Record<string, string>>;
  /** Values outside are implausible: kept, graded 'poor', not given to the pack. In `unit`. */
  readonly plausible: readonly [low: number, high: number];
  readonly localNames?: readonly string[];
}

/** Prior of one parameter: value : unit : meaning : source on one line. */
export interface Prior {
  readonly name: string;
  readonly unit: string;
  readonly meaning: string;
  readonly source: string;
  /** Typical value, in `unit`. */
  readonly value: number;
  /** Personal parameters are calibrated; the others are fixed or marginalised by the pack. */
  readonly personal: boolean;
  /** Prior SD on `scale`; every personal parameter states it, for the shrinkage shown beside its posterior. */
  readonly sd?: number;
  /** The scale the parameter is sampled on (default linear). */
  readonly scale?: 'linear' | 'log' | 'logit';
}

export interface QuantitySpec {
  readonly name: string;
  readonly title: string;
  /** Code of the *predicted* quantity. */
  readonly code: Concept;
  readonly unit: string;
  readonly kind: 'trajectory' | 'scalar';
  /** Named events whose probability is reported. */
  readonly events: Readonly<
    Record<string, { readonly below?: number; readonly above?: number; readonly title: string }>
  >;
  /**
   * Value per member: for 'trajectory' members × times (row-major), for 'scalar' one per member.
   * Paths include sensor-free signals at the forecast's times.
   */
  evaluate(paths: Paths): Float64Array;
}

/** Member paths of one forecast. */
export interface Paths {
  readonly members: number;
  readonly times: readonly Instant[];
  /** signal → members × times, row-major. */
  readonly values: Readonly<Record<string, Float64Array>>;
}

export interface RewardSpec {
  readonly name: string;
  readonly title: string;
  readonly weight: number;
  /** One value per member, higher is better. */
  evaluate(paths: Paths, scenario: Scenario): Float64Array;
}

/** A hard bound; run last by the runtime, on every plan, whoever made it; nothing switches it off. */
export interface Limit {
  readonly name: string;
  readonly title: string;
  /** Returns the verdict and, when 'clipped', the controls that are within. */
  apply(
    controls: readonly ControlInput[],
    situation: Situation<unknown>,
  ): { readonly verdict: LimitVerdict; readonly controls: readonly ControlInput[] };
}

/** What the twin believes: weighted members, their diagnostics, what they rest on. */
export interface Belief<State> {
  readonly at: Instant;
  readonly knownAt: Instant;
  readonly members: readonly Member<State>[];
  readonly weights: Float64Array;
  readonly diagnostics: Diagnostics;
  readonly modelHash: string;
  readonly seed: number;
  /** The draws a calibration took its members from, for tables and plots. Not kept in the log: a belief read back is without. */
  readonly posterior?: Posterior;
  /** What the calibration made of the values it used; not kept in the log either. */
  readonly check?: PredictiveCheck;
}

/** Values a calibration used, beside the central 50 % and 90 % of what its posterior predicts there, error of measurement included. */
export interface PredictiveCheck {
  readonly quantity: string;
  readonly unit: string;
  /** Ascending. */
  readonly at: readonly Instant[];
  /** NaN where a value was left out. */
  readonly observed: readonly number[];
  readonly median: readonly number[];
  readonly inner: readonly [low: readonly number[], high: readonly number[]];
  readonly outer: readonly [low: readonly number[], high: readonly number[]];
}

export interface Diagnostics {
  readonly method: string;
  /** Effective sample size of the weights. */
  readonly ess: number;
  /** Named findings, what they concern and what to do, as the sampler and the pack found them. Empty when nothing is to be said. */
  readonly warnings: readonly {
    readonly code: string;
    readonly message: string;
    readonly where?: { readonly element?: string };
    readonly remedy?: string;
  }[];
  /** Each personal parameter's draws in numbers, with their convergence; absent where the method draws none. */
  readonly parameters?: PosteriorReport['rows'];
  readonly numbers: Readonly<Record<string, number>>;
}

/** The admitted past of a subject, reduced to what the pack declared it needs. */
export interface History {
  readonly subject: string;
  readonly observations: readonly Observation[];
  readonly controls: readonly ControlInput[];
  readonly facts: readonly Fact[];
  /** Latest instant at which the log learned anything used. */
  readonly knownAt: Instant;
  /** Observations graded 'poor': there to be shown, never in `observations`, never computed with. */
  readonly setAside?: readonly Observation[];
}

/** How a pack turns history into belief. Start is long work (calibration); update is per new observation. */
export interface Assimilator<State> {
  /** Calibrates from the prior on the history up to `at`. */
  start(history: History, at: Instant, random: RandomStream): Work<Belief<State>>;
  /** Carries the belief over the new observations (time-ordered) up to `at`. */
  update(
    belief: Belief<State>,
    history: History,
    fresh: readonly Observation[],
    at: Instant,
    random: RandomStream,
  ): Belief<State>;
}

/** One of the models a twin chooses among. */
export interface ModelRow {
  readonly id: string;
  readonly title: string;
  readonly citation: string;
  /** In whom it was made. */
  readonly population: string;
  /** Posterior probability among those that speak; null: it does not speak, or nothing was calibrated yet. */
  readonly weight: number | null;
  /** Whether it may speak of this subject. */
  readonly used: boolean;
  /** Why it does not speak, or what is to be known where it does. */
  readonly reasons: readonly Reason[];
  /** What it makes of the subject: median with 90 % interval, and what it would expect without this subject's data. */
  readonly values: readonly {
    readonly name: string;
    readonly title: string;
    readonly unit: string;
    readonly expected: number;
    readonly median: number | null;
    readonly low: number | null;
    readonly high: number | null;
  }[];
}

/** What a decision is taken on. */
export interface Situation<State> {
  readonly now: Instant;
  readonly history: History;
  readonly belief: Belief<State>;
  readonly applicability: Verdict;
}

/** A situation before calibration too: what can be said from admitted data alone. */
export interface Outlook<State> extends Omit<Situation<State>, 'belief'> {
  readonly belief: Belief<State> | null;
}

/** The least data each service needs; the runtime withholds everything else from the pack. */
export interface LeastData {
  readonly signals: readonly string[];
  readonly controls: readonly string[];
  readonly facts: readonly string[];
  /** Why each is needed, by name: shown to the person. */
  readonly purposes: Readonly<Record<string, string>>;
}

/** What a service lacks, or nothing. */
export interface Readiness {
  readonly ready: boolean;
  readonly missing: readonly { readonly code: string; readonly statement: string }[];
}

/** A twin's whole definition. A pack that lacks one of the six components does not load. */
export interface Pack<State> {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly entity: 'patient' | 'organ' | 'ward' | 'machine' | 'process' | 'cell' | 'population';
  readonly intendedUse: string;
  readonly notFor: readonly string[];
  readonly needs: LeastData;
  // 1 physical state
  readonly dynamics: Dynamics<State>;
  readonly parameters: readonly Prior[];
  // 2 observational data
  readonly observes: readonly Binding[];
  // 3 control inputs
  readonly controls: readonly ControlSpec[];
  // 4 digital state
  readonly assimilator: Assimilator<State>;
  // 5 quantities of interest
  readonly quantities: readonly QuantitySpec[];
  /** Horizon and step of the standing forecast, minutes; `signals` are recorded along the paths. */
  readonly forecast: {
    readonly horizonMinutes: number;
    readonly stepMinutes: number;
    readonly signals: readonly string[];
  };
  /** Which forecast trajectory the observed signal is scored against, with the error a sensor adds: scored when it arrives. */
  readonly scores: readonly {
    readonly quantity: string;
    readonly signal: string;
    readonly leadsMinutes: readonly number[];
  }[];
  /** How the twin is shown; absent: from what it observes, controls and foretells. */
  readonly view?: TwinView;
  /**
   * What the twin believes of the past that it was told of: paths of the belief's members over earlier times, under what was
   * given. Only the signals of `view.quantity` are asked for. Absent: the past is not drawn.
   */
  retrace?(belief: Belief<State>, history: History, times: readonly Instant[]): Paths;
  /** The models a twin chooses among, whether they speak and how much they weigh. Absent: it has but one. */
  models?(outlook: Outlook<State>): readonly ModelRow[];
  // 6 rewards
  readonly rewards: readonly RewardSpec[];
  readonly limits: readonly Limit[];
  /**
   * Whether a subject has such a twin at all. Absent: as soon as anything the pack observes or controls is on record. For packs
   * that also read what most records hold (a creatinine), what makes the twin is something else (a dose).
   */
  begun?(history: History): boolean;
  /** May the model speak of this subject? */
  applicability(facts: readonly Fact[]): Verdict;
  /** Is there enough, and fresh enough, data for calibration, forecast and advice? */
  readiness(service: 'calibrate' | 'forecast' | 'decide', history: History, now: Instant): Readiness;
  /**
   * What goes on beyond the record unless someone acts (a programmed basal rate): status 'planned', laid under every scenario,
   * the standing forecast's included, from `from` to `until`. Absent: nothing.
   */
  planned?(history: History, from: Instant, until: Instant): readonly ControlInput[];
  /** Candidate scenarios; called again with what was weighed so far until it returns none. The first is "as planned". */
  propose(situation: Situation<State>, weighed: readonly Plan[]): readonly Scenario[];
  /** Pure: plans in, advice out. `pathsOf`: the member paths that a plan was weighed by, which are not to be written to. */
  decide(situation: Situation<State>, plans: readonly Plan[], pathsOf: (plan: Plan) => Paths): Advice;
  /** What to tell a person now whatever the plans (hypoglycaemia plan, stale sensor, suspected pump fault); also uncalibrated. */
  advisories(situation: Outlook<State>, forecast: Forecast | null): readonly Advisory[];
  /** Stretches where paths leave what the model was validated for; may widen the paths in place (the fan) and says so. */
  outOfRange?(paths: Paths, scenario: Scenario, random: RandomStream): Forecast['outOfRange'];
  /** Coded signals this pack offers the subject's other packs through the hub, and those it takes from them. */
  readonly publishes?: readonly { readonly code: Coding; readonly quantity: string }[];
  readonly consumes?: readonly { readonly code: Coding; readonly control: string }[];
  /** A one-line summary for lists, from admitted data alone (works before calibration). */
  headline(history: History, forecast: Forecast | null, now: Instant): Headline;
  /** Pack-specific report parts as pure data → HTML fragments (for example an AGP). */
  readonly reports?: readonly PackReport[];
  /** The pack's own telling of advice, forecast and calibration in a report on a twin, in order. Absent: told generically. */
  sections?(basis: ReportBasis): readonly ReportPart[];
}

export interface Headline {
  readonly value: string;
  readonly unit: string;
  readonly at: Instant | null;
  readonly risk: 'high' | 'medium' | 'low' | 'unknown';
  readonly statement: string;
}

/** All that a report on a twin may tell; made by others, nothing of it computed anew. */
export interface ReportBasis {
  readonly subject: string;
  readonly now: Instant;
  readonly history: History;
  /** The standing forecast, or null with what it lacks. */
  readonly forecast: Forecast | null;
  readonly missing: Readiness['missing'];
  readonly posterior: readonly PosteriorSummary[];
  /** The calibration's diagnostics in plain words. */
  readonly calibration: readonly CalibrationStatement[];
  readonly trace: Trace | null;
  /** The past as the twin believes it was, of `view.quantity`; null where it is not drawn. */
  readonly past: Trajectory | null;
  /** The models it chooses among; empty where it has but one. */
  readonly models: readonly ModelRow[];
  /** Local offset east of UTC, minutes. */
  readonly zoneOffset: number;
  /** Unit values are shown in, where there is a choice. */
  readonly unit: string;
}

/** One part of a report: a title and an HTML fragment (inline SVG, no script, no outside file). */
export interface ReportPart {
  readonly title: string;
  readonly html: string;
  /** Begins a new sheet in print. */
  readonly newPage?: boolean;
  /** May break across sheets. */
  readonly long?: boolean;
}

export interface PackReport {
  readonly id: string;
  readonly title: string;
  /** A self-contained HTML fragment (inline SVG), and the numbers it shows. */
  render(
    history: History,
    options: { readonly zoneOffset: number; readonly unit: string },
  ): { readonly html: string; readonly numbers: Readonly<Record<string, number>> };
}

export type { Admitted, Parameters };
