import type { Expression } from '../expression/expression.ts';
import type { SimulationRequest } from '../simulate/simulation.ts';
import type { StochasticMethod } from '../stochastic/runs.ts';
import type { AttributeChange } from './target.ts';

/** Times at which values are reported: steps + 1 of them, evenly from `from` to `to`; the run begins at `start`. */
export interface UniformCourse {
  readonly start: number;
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** How an experiment is run; what is absent is as `simulate` or the stochastic runs have it. */
export type ExperimentMethod =
  | ({ readonly kind: 'ode' } & Pick<
      SimulationRequest,
      'method' | 'relative' | 'absolute' | 'step' | 'mostSteps' | 'seed'
    >)
  | {
      readonly kind: 'stochastic';
      readonly method: StochasticMethod;
      readonly seed: number;
      /** Above 1 mean and standard deviation are reported. */
      readonly runs: number;
      readonly epsilon?: number;
    };

/** What a variable of a report stands for: time, a quantity of the model, or an element of the model file. */
export type VariableSource =
  | { readonly kind: 'time' }
  /** A name of the model itself. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'element'; readonly target: string; readonly as: 'itself' | 'amount' | 'concentration' };

/** One column of a report: an expression in its variables. */
export interface ReportColumn {
  readonly label: string;
  readonly variables: ReadonlyMap<string, VariableSource>;
  readonly formula: Expression;
}

/** A run of a model as it is exchanged: everything that its numbers depend on. */
export interface Experiment {
  readonly id: string;
  readonly title: string;
  readonly model: { readonly file: string; readonly text: string };
  readonly changes: readonly AttributeChange[];
  readonly course: UniformCourse;
  readonly method: ExperimentMethod;
  /** Empty: time and the model's outputs. */
  readonly columns: readonly ReportColumn[];
}

/**
 * The times of a course: time i is from + ((to − from) · i)/steps, the last `to` itself, so that the same course gives the same
 * numbers anywhere.
 */
export function courseTimes({ from, to, steps }: UniformCourse): Float64Array {
  return Float64Array.from({ length: steps + 1 }, (_, i) => (i === steps ? to : from + ((to - from) * i) / steps));
}
