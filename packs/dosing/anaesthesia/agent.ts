import type { Coding } from '@gemel/core';
import type { EffectSitePopulation } from '../anaesthetic.ts';
import type { Covariates } from '../covariates.ts';
import type { Pump } from '../tci.ts';

/** What the concentration at the site of effect does to a measured index. */
export interface EffectIndex {
  readonly title: string;
  readonly unit: string;
  /** Concentration of half the effect in the typical patient. */
  half(covariates: Covariates): number;
  /** Its variance between people on the log scale. */
  readonly variance: number;
  /** SD of a measured index about the one that the model gives. */
  readonly sd: number;
  /** Names that monitors give it, lower case. */
  readonly localNames: readonly string[];
  /** Index from concentration and half. */
  of(effect: number, half: number): number;
}

/** What is aimed at: the index where the agent has one, else the concentration at the site of effect. */
export interface EffectWindow {
  readonly title: string;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  readonly use: string;
  readonly source: string;
}

/** Another agent as its own twin foretells it at its site of effect, and what both together do. */
export interface OtherAgent {
  readonly id: string;
  readonly title: string;
  /** Of its concentration at the site of effect. */
  readonly unit: string;
  readonly most: number;
  readonly effect: {
    readonly name: string;
    readonly title: string;
    readonly source: string;
    /** Chance from this agent's and the other's concentration at the site of effect. */
    of(own: number, other: number): number;
  };
}

/** An anaesthetic given by a pump towards a concentration at its site of effect. */
export interface Agent {
  readonly id: string;
  readonly title: string;
  readonly codings: readonly Coding[];
  readonly levelUnit: string;
  readonly molarMass: number;
  readonly plausibleLevel: readonly [number, number];
  readonly model: EffectSitePopulation;
  readonly index?: EffectIndex;
  readonly window: EffectWindow;
  /** Another agent, with which this one does more than alone. */
  readonly beside?: OtherAgent;
  /** Concentrations at the site of effect that are proposed, in `levelUnit`. */
  readonly targets: readonly number[];
  /** In steps a person can set: a draft, not a pump's own control. */
  readonly pump: Pump;
  readonly limits: {
    /** mg/h */
    readonly rate: number;
    /** mg/h for each kg of body weight. */
    readonly ratePerKilogram?: number;
    /** mg for each kg of body weight, at once. */
    readonly bolusPerKilogram: number;
    readonly source: string;
  };
}
