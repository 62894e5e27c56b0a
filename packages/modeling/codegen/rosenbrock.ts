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
  if (functions === null) throw new RangeError(`The step of ${programs.model.id} is too large to be written out.`);
  const compiled = compilePrograms(programs);
  const none = new Float64Array(0);
  const dimension = programs.model.states.length;
  const still = { moving: false, read: () => {} };
  const context: RosenbrockContext = { p, u, brought: new Float64Array(dimension), inputs: still };
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
      const stages = new UnrolledStages(functions, context, new Float64Array(STAGES * dimension));
      return new Rodas5PStepper(system, t, y, control, stages);
    },
  };
}

/** The stages of one model, with what its rates are worked out with. */
export class UnrolledStages implements Rodas5PStages {
  readonly k: Float64Array;
  readonly whole = true;
  singular = false;
  readonly #functions: RosenbrockFunctions;
  readonly #context: RosenbrockContext;
  /** t, h and the relative tolerance. */
  readonly #step = new Float64Array(3);
  readonly #error = new Float64Array(1);
  /** Inputs at each stage. */
  readonly #inputs: readonly Float64Array[];
  readonly #allInputs: Float64Array;
  readonly #lu: Float64Array;

  /** `k`, of STAGES times the dimension, may be shared with stages that take over from these. */
  constructor(functions: RosenbrockFunctions, context: RosenbrockContext, k: Float64Array) {
    const inputs = context.u.length;
    this.k = k;
    this.#functions = functions;
    this.#context = context;
    this.#allInputs = new Float64Array(STAGES * inputs);
    this.#inputs = STAGE_TIMES.map((_, s) => this.#allInputs.subarray(s * inputs, (s + 1) * inputs));
    this.#lu = new Float64Array(functions.factors);
  }

  attempt({ t, h, y, drift, jacobian, relative, absolute, end }: Rodas5PStep): number {
    const { blocks, pivots } = this.#functions;
    const { p, u, brought, inputs } = this.#context;
    const step = this.#step;
    const lu = this.#lu;
    step[0] = t;
    step[1] = h;
    step[2] = relative;
    if (u.length > 0) {
      for (let s = 0; s < STAGES; s++) {
        if (inputs.moving) inputs.read(t + STAGE_TIMES[s] * h, this.#inputs[s]);
        else this.#inputs[s].set(u);
      }
    }
    for (const block of blocks) {
      block(step, y, p, this.#allInputs, brought, drift, absolute, jacobian, lu, this.k, end, this.#error);
    }
    const error = this.#error[0];
    this.singular = !Number.isFinite(error) && pivots.some((place) => !Number.isFinite(lu[place]));
    return error;
  }
}
