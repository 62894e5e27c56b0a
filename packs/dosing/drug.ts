import type { Coding } from '@gemel/core';
import type { EffectScale, OmegaText } from '@gemel/modeling/population/population-model';
import type { CovariateName, Covariates } from './covariates.ts';
import type { LateLevel } from './late-levels.ts';
import type { OccasionRule } from './occasions.ts';
import type { Structure } from './structure.ts';

/** What a range does when a patient lies outside it. */
export type RangeRule =
  /** The model is used, and says that it extrapolates. */
  | 'stated'
  /** The model is not used. */
  | 'refused';

/** Whom a model was made from, in one covariate. */
export interface CovariateRange {
  readonly covariate: CovariateName;
  readonly low: number;
  readonly high: number;
  readonly outside: RangeRule;
}

/** A circumstance in which a model says nothing: dialysis, ECMO, pregnancy, unstable creatinine. */
export interface Exclusion {
  readonly code: string;
  readonly statement: string;
  holds(covariates: Covariates): boolean;
}

/** Value : unit : meaning : source. */
export interface ModelParameter {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly meaning: string;
  readonly source: string;
}

/** Values of a structure's names. */
export type StructuralValues = Readonly<Record<string, number>>;

/** A published population model of a drug: one file, nothing hidden. */
export interface DrugModel {
  /** First author and year. */
  readonly id: string;
  readonly title: string;
  /** Authors, journal year;volume:pages, doi. */
  readonly citation: string;
  /** In whom it was made. */
  readonly population: string;
  readonly subjects: number;
  readonly ranges: readonly CovariateRange[];
  readonly exclusions: readonly Exclusion[];
  readonly structure: Structure;
  /** Fixed effects, as printed in the source. */
  readonly theta: readonly ModelParameter[];
  /** Variances of the random effects, by structural name. */
  readonly omega: OmegaText;
  /** Variances from one occasion to the next of a patient, where the source has them, and what an occasion is. */
  readonly occasionOmega?: OmegaText;
  readonly occasion?: OccasionRule;
  /** Scale on which each random effect is added; absent: log. */
  readonly scales?: Readonly<Record<string, EffectScale>>;
  /** Variances of the residual error: additive in (unit of the level)², proportional as a share squared. */
  readonly sigma: { readonly proportional?: number; readonly additive?: number };
  /** Covariates without which the model cannot be used. */
  readonly needs: readonly CovariateName[];
  /** Covariates that it does without, and is better for. */
  readonly takes?: readonly CovariateName[];
  /** Typical values for a patient, from the fixed effects by name. */
  typical(theta: Readonly<Record<string, number>>, covariates: Covariates): StructuralValues;
  /** The structure's values from those that carry the random effects, where the source varies others than the structure takes. */
  derived?(values: StructuralValues): StructuralValues;
}

/** What a level is held against. */
export interface Target {
  readonly id: string;
  readonly title: string;
  /** What is computed from the course; `auc`: of all the days foretold. */
  readonly quantity: 'auc' | 'auc24' | 'trough' | 'peak' | 'time-above' | 'average';
  readonly low: number;
  /** Absent: no upper end. */
  readonly high?: number;
  readonly unit: string;
  /** A target after the first that plans must not exceed: being above `high` counts as much as it does for the first. */
  readonly bound?: true;
  /** Of the drug's `mic`: `time-above` counts from it (a share of the day in %), anything else is divided by it. */
  readonly perMic?: true;
  /** Share unbound, where the target is of the free drug. */
  readonly unbound?: number;
  /** When it holds in place of the first, which doses are chosen for. */
  when?(covariates: Covariates): boolean;
  /** What comes of more, where that is known: plans are weighed by how often they exceed it. */
  readonly harm?: Harm;
  /** Indication it is for. */
  readonly use: string;
  readonly source: string;
}

/** Harm that a target's quantity brings when it is too high. */
export interface Harm {
  readonly title: string;
  /** In the target's unit. */
  readonly above: number;
  readonly source: string;
}

/** The minimum inhibitory concentration (MIC) of what is treated, in the drug's `levelUnit`. */
export interface Mic {
  /** LOINC codes under which it is measured. */
  readonly codings: readonly Coding[];
  /** Taken where none is on record, and why that. */
  readonly assumed: number;
  readonly because: string;
  /** Whether doses are chosen by it. A lower one than `assumed` then lowers none: it counts as `assumed`. */
  readonly moves: boolean;
  /** What a source says of values above `assumed`. */
  readonly higher?: string;
}

/** A first dose of adults that is larger or faster than those after it. */
export type Loading =
  /** So that the first day is what the target asks for: of drugs whose first target is an `auc24`. */
  | {
      readonly kind: 'first-day';
      /** mg/kg of body weight. */
      readonly perKilogram: readonly [low: number, high: number];
      /** Largest, mg. */
      readonly most: number;
      readonly source: string;
    }
  /** So that the level is there at once, before infusions that are long or without end. */
  | {
      readonly kind: 'at-once';
      /** mg, at least; doses that are larger are given so. */
      readonly dose: number;
      /** h */
      readonly infusion: number;
      readonly source: string;
    };

/** Bounds that no proposal leaves, with their source. */
export interface DoseLimits {
  /** Largest single dose, mg. */
  readonly single: number;
  /** Largest single dose, mg/kg of body weight. */
  readonly singlePerKilogram?: number;
  /** Largest single dose, mg/m² of body surface. */
  readonly singlePerSquareMetre?: number;
  /** Largest in any 24 h, mg. */
  readonly daily: number;
  /** Largest in any 24 h, mg/kg of body weight: what holds children, whom no adult’s amount does. */
  readonly dailyPerKilogram?: number;
  /** Fastest infusion, mg/h. */
  readonly rate?: number;
  readonly source: string;
}

/** Doses that are offered: what a pharmacy can prepare. */
export interface Regimens {
  readonly route: 'infusion' | 'bolus' | 'oral';
  /** Doses are multiples of it, mg; of a tenth of it where the largest single dose holds fewer than four. */
  readonly step: number;
  /** Divisors of the 48 h that exposure is averaged over. */
  readonly intervalsHours: readonly number[];
  readonly infusionHours: readonly number[];
  readonly loading?: Loading;
  /** Rates of an infusion without end, as multiples in mg/h: for patients who are on one, and `first` to begin with. Absent: none is offered. */
  readonly continuous?: { readonly step: number; readonly first?: true; readonly source: string };
}

/** A drug: what it is called in records, its models, targets, limits and regimens. */
export interface Drug {
  readonly id: string;
  readonly title: string;
  /** ATC, RxNorm, SNOMED CT codes under which it is administered. */
  readonly codings: readonly Coding[];
  /** LOINC codes of its level in serum, plasma or blood. */
  readonly levelCodings: readonly Coding[];
  /** What the level is where it is no concentration: an effect, such as the INR. */
  readonly levelName?: string;
  /** Where a level lies without the drug, if it has one: what was measured before the first dose is then the patient’s own. In `levelUnit`. */
  readonly rest?: readonly [low: number, high: number];
  /** Unit of levels, and the molar mass in g/mol for values in µmol/L. */
  readonly levelUnit: string;
  readonly molarMass: number;
  /** A second unit that laboratories report levels in: a level times `factor`. */
  readonly reportedIn?: { readonly unit: string; readonly factor: number };
  /** Levels outside are implausible. In `levelUnit`. */
  readonly plausibleLevel: readonly [number, number];
  readonly models: readonly DrugModel[];
  /** The first is the one that doses are chosen for. */
  readonly targets: readonly Target[];
  /** What levels call for some time after a dose. */
  readonly lateLevels?: readonly LateLevel[];
  readonly mic?: Mic;
  readonly limits: DoseLimits;
  readonly regimens: Regimens;
  /** Hours after a dose has run in, or was taken, before which no level is drawn: it is still being spread; 1 where absent. */
  readonly levelsAfter?: number;
  /** Days after which a regimen has come to rest: how far is foretold; 3 where absent. */
  readonly days?: number;
  /** Hours between the times that are foretold; 1 where absent. A divisor of 24; 1 where structures are linear. */
  readonly stepHours?: number;
  /** Circumstances in which no dose is proposed whatever the model. */
  readonly exclusions: readonly Exclusion[];
}
