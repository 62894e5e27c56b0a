import { Rodas5PStepper } from '@gemel/numerics/ode/rodas5p';
import { STAGE_TIMES } from '@gemel/numerics/ode/rodas5p.data';
import { type Rodas5PStages, type Rodas5PStep, STAGES } from '@gemel/numerics/ode/rodas5p-stages';
import type { OdeSystem, Solver } from '@gemel/numerics/ode/solver';
import type { Values } from '../program/compiled-model.ts';
import type { ModelPrograms } from '../program/model-programs.ts';
import { compilePrograms } from './compile.ts';
import { type RosenbrockFunctions, rosenbrockFunctions } from './rosenbrock-functions.ts';

/** What a model's rates are worked out with; read at every step, so that the caller may change them between steps. */
export interface RosenbrockContext {
  readonly p: Float64Array;
  readonly u: Float64Array;
  /** Added to the rates, by state: what infusions bring. */
  readonly brought: Float64Array;
  /** Whether inputs move with time within a step, and what writes those of time t into `u`. */
  readonly inputs: { readonly moving: boolean; read(t: number, u: Float64Array): void };
}

/**
 * Rodas5P written out for one model: analytic Jacobian, sparse factorisation and stages as straight-line code. As a solver it
 * takes of its system the positive components alone: rates are the model's, with the parameters and inputs given, read at
 * every step. Steinebach, BIT Numer. Math. 2023;63:27, doi:10.1007/s10543-023-00967-x.
 * @throws RangeError for a model that does not unroll
 */
export function rosenbrock(programs: ModelPrograms, { p, u }: { p: Float64Array; u: Float64Array }): Solver {
  const functions = rosenbrockFunctions(programs);
  const compiled = compilePrograms(programs);
  const none = new Float64Array(0);
  const dimension = programs.model.states.length;
  const still = { moving: false, read: () => {} };
  const stages = new UnrolledStages(functions, { p, u, brought: new Float64Array(dimension), inputs: still });
  const values: { y: Float64Array } & Values = { t: 0, y: none, p, u, w: none, delayed: none };
  const at = (t: number, y: Float64Array) => {
    values.t = t;
    values.y = y;
    return values;
  };
  const { pattern } = programs;
  return {
    name: 'Rodas5P, unrolled',
    order: 5,
    stiff: true,
    start({ positive = [] }, t, y, control) {
      const system: OdeSystem = {
        dimension,
        positive,
        autonomous: functions.autonomous,
        rhs: (when, state, dy) => compiled.rates(at(when, state), dy),
        jacobian: { ...pattern, values: (when, state, out) => compiled.jacobian.values(at(when, state), out) },
      };
      return new Rodas5PStepper(system, t, y, control, stages);
    },
  };
}

/** The stages of one model, with what its rates are worked out with. */
export class UnrolledStages implements Rodas5PStages {
  readonly #functions: RosenbrockFunctions;
  readonly #context: RosenbrockContext;
  readonly #shift = new Float64Array(1);
  /** t and h. */
  readonly #step = new Float64Array(2);
  readonly #lu: Float64Array;

  constructor(functions: RosenbrockFunctions, context: RosenbrockContext) {
    this.#functions = functions;
    this.#context = context;
    this.#lu = new Float64Array(functions.factors);
  }

  factor(shift: number, jacobian: Float64Array): boolean {
    const lu = this.#lu;
    this.#shift[0] = shift;
    this.#functions.factor(jacobian, this.#shift, lu);
    for (const place of this.#functions.pivots) if (!Number.isFinite(lu[place])) return false;
    return true;
  }

  run({ t, h, y, slope, drift, k, end }: Rodas5PStep): void {
    const [k1, k2, k3, k4, k5, k6, k7, k8] = k;
    const { stages } = this.#functions;
    const { p, u, brought, inputs } = this.#context;
    const { moving } = inputs;
    const step = this.#step;
    const lu = this.#lu;
    step[0] = t;
    step[1] = h;
    k1.set(slope);
    for (let s = 0; s < STAGES; s++) {
      if (moving) inputs.read(t + STAGE_TIMES[s] * h, u);
      // A stage does not read what comes after it.
      stages[s](step, y, p, u, brought, drift, lu, k1, k2, k3, k4, k5, k6, k7, k8);
    }
    this.#functions.end(y, k1, k2, k3, k4, k5, k6, k7, k8, end);
  }
}
