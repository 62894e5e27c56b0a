import type { Problem } from '@gemel/core/error';
import type { Model } from './model.ts';
import { codeOf } from './unit.ts';
import { type BareNumbers, unitFindings, unitProblems } from './unit-check.ts';

/** How far the units of a model are given, and whether its equations keep to them. */
export interface UnitReport {
  readonly quantities: readonly { readonly name: string; readonly unit: string | null }[];
  /** Quantities without a unit: terms that hold them are not checked. */
  readonly withoutUnit: readonly string[];
  /** Per equation the unit found for it; null where it holds a quantity without a unit or has a problem. */
  readonly equations: readonly { readonly element: string; readonly unit: string | null }[];
  readonly problems: readonly Problem[];
}

/** The units of a model and of its equations, whatever they are: for models from files, which run as they stand. */
export function unitReport(model: Model, bareNumbers: BareNumbers = 'pure'): UnitReport {
  const { parameters, states, inputs, definitions, unknowns } = model;
  const all = [...parameters, ...states, ...inputs, ...definitions, ...unknowns];
  return {
    quantities: all.map(({ name, unit }) => ({ name, unit })),
    withoutUnit: all.filter(({ unit }) => unit === null).map(({ name }) => name),
    equations: unitFindings(model, undefined, bareNumbers).map(({ equation, unit, problem }) => ({
      element: equation.element,
      unit: problem || typeof unit === 'string' ? null : codeOf(unit),
    })),
    problems: unitProblems(model, undefined, bareNumbers),
  };
}
