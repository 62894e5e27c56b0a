import { auto, autoWith } from '@gemel/numerics/ode/auto';
import { Rodas5PStepper, rodas5p } from '@gemel/numerics/ode/rodas5p';
import { GeneralStages, type Rodas5PStages, type Rodas5PStep } from '@gemel/numerics/ode/rodas5p-stages';
import type { OdeSystem, Solver } from '@gemel/numerics/ode/solver';
import type { StepControl } from '@gemel/numerics/ode/step-control';
import { UnrolledStages } from '../codegen/rosenbrock.ts';
import type { RosenbrockFunctions } from '../codegen/rosenbrock-functions.ts';
import type { Evaluation } from './evaluation.ts';

/** Steps of a run that is not repeated before the model's own code is made: making it takes as long as what they then save. */
const GENERAL_STEPS = 10_000;

/** A method in the form that suits a model: Rodas5P, and that within `auto`, comes to run the model's own code where it has one. */
export function modelSolver(method: Solver, evaluation: Evaluation, repeated: boolean): Solver {
  const { rosenbrock } = evaluation.model;
  if (rosenbrock === null) return method;
  const start = (system: OdeSystem, t: number, y: Float64Array, control: StepControl) =>
    new Rodas5PStepper(system, t, y, control, new ModelStages(rosenbrock, evaluation, repeated ? 0 : GENERAL_STEPS));
  if (method === rodas5p) return { ...rodas5p, start };
  return method === auto ? autoWith(start) : method;
}

/**
 * General stages at first, then the model's own; states set aside are known to the general ones alone. Which are used rests on
 * the run alone, so that its numbers do.
 */
class ModelStages implements Rodas5PStages {
  readonly k: Float64Array;
  readonly #make: () => RosenbrockFunctions | null;
  readonly #evaluation: Evaluation;
  readonly #general: GeneralStages;
  /** Undefined before it is made; null where there is none. */
  #unrolled: UnrolledStages | null | undefined;
  #now: Rodas5PStages;
  readonly #generalSteps: number;
  #steps = 0;

  constructor(make: () => RosenbrockFunctions | null, evaluation: Evaluation, generalSteps: number) {
    this.#make = make;
    this.#generalSteps = generalSteps;
    this.#evaluation = evaluation;
    const { pattern } = evaluation.model.jacobian;
    this.#general = new GeneralStages(evaluation.system, pattern);
    this.k = this.#general.k;
    this.#now = this.#general;
  }

  get whole(): boolean {
    return this.#own !== null;
  }

  get singular(): boolean {
    return this.#now.singular;
  }

  /** The model's own stages, if the next attempt is theirs. */
  get #own(): UnrolledStages | null {
    if (this.#steps < this.#generalSteps || this.#evaluation.holds) return null;
    if (this.#unrolled === undefined) this.#unrolled = this.#made();
    return this.#unrolled;
  }

  attempt(step: Rodas5PStep): number {
    this.#now = this.#own ?? this.#general;
    this.#steps++;
    return this.#now.attempt(step);
  }

  #made(): UnrolledStages | null {
    const { values, infusion, inputs } = this.#evaluation;
    const functions = this.#make();
    if (functions === null) return null;
    return new UnrolledStages(functions, { p: values.p, u: values.u, brought: infusion, inputs }, this.k);
  }
}
