import type { RandomStream } from '@gemel/numerics/random/stream';
import { compositionRejection } from '@gemel/numerics/ssa/composition-rejection';
import { direct } from '@gemel/numerics/ssa/direct';
import type { JumpMethod, JumpStatus } from '@gemel/numerics/ssa/jump-system';
import { tauLeap } from '@gemel/numerics/ssa/tau-leap';
import type { CompiledModel } from '../program/compiled-model.ts';
import { type ResolvedRequest, resolveRequest } from '../simulate/request.ts';
import type { SimulationRequest } from '../simulate/simulation.ts';
import { stochasticErrors } from './errors.data.ts';
import { type StochasticModel, stochasticModel } from './stochastic-model.ts';
import { StochasticRun } from './stochastic-run.ts';

/** Above so many jumps the choice of the next by groups is the faster. */
const MANY = 100;

export const STOCHASTIC_METHODS = ['ssa', 'direct', 'composition-rejection', 'tau-leap'] as const;
export type StochasticMethod = (typeof STOCHASTIC_METHODS)[number];

/** What is asked of every run. */
export interface StochasticRequest
  extends Pick<SimulationRequest, 'times' | 'parameters' | 'initial' | 'inputs' | 'outputs'> {
  /** `ssa`: exact, by the direct method or, for many reactions, by composition and rejection. */
  readonly method?: StochasticMethod;
  /** Of tau-leaping: the greatest relative change of a rate in a leap; default 0.03. */
  readonly epsilon?: number;
  /** Reactions in one run, after which it is given up; default 10⁹. */
  readonly mostJumps?: number;
}

/** How a run ended; where not complete, what happened at `reached`. */
export interface RunOutcome {
  readonly status:
    | 'complete'
    | 'negative-rate'
    | 'negative-count'
    | 'rate-not-finite'
    | 'too-many-jumps'
    | 'endless-events';
  readonly reached: number;
  /** Times whose values were written. */
  readonly recorded: number;
  readonly jumps: number;
  readonly events: number;
  /** Reaction or event that ended it; empty where complete. */
  readonly element: string;
}

/** A request checked once, to be run any number of times. */
export class StochasticRuns {
  readonly model: StochasticModel;
  readonly request: ResolvedRequest;
  readonly method: JumpMethod;
  readonly mostJumps: number;

  /**
   * @throws what stochasticModel throws; `simulation-…` for a name, time or value; stochastic-request;
   * stochastic-moving-rate for an input that moves a reaction's rate
   */
  constructor(compiled: CompiledModel, request: StochasticRequest) {
    const { method: _, epsilon: __, mostJumps = 1e9, ...rest } = request;
    this.model = stochasticModel(compiled);
    this.request = resolveRequest(compiled, rest);
    this.method = methodOf(request, this.model.jumps.length);
    this.mostJumps = mostJumps;
    for (const [i, { name, interpolation }] of compiled.model.inputs.entries()) {
      if (this.request.inputs[i] === undefined || interpolation === 'step' || !this.model.rateInputs.has(name))
        continue;
      throw stochasticErrors.error('stochastic-moving-rate', `The input ${name} moves between its values.`, {
        element: name,
      });
    }
  }

  get names(): readonly string[] {
    return this.request.names;
  }

  get times(): Float64Array {
    return this.request.times;
  }

  /**
   * One run: values into `out`, names × times, one series after the other; NaN where not reached. The same stream gives the
   * same run.
   * @throws stochastic-draw
   */
  run(random: RandomStream, out: Float64Array): RunOutcome {
    return new StochasticRun(this, random).record(out);
  }
}

/** What an outcome that is not complete says. @throws its coded error */
export function assertComplete({ status, reached, element }: RunOutcome): void {
  if (status === 'complete') return;
  const [code, message] = (
    {
      'negative-rate': ['stochastic-negative-rate', `The rate of ${element} became negative`],
      'negative-count': ['stochastic-negative-count', `The count of ${element} fell below zero`],
      'rate-not-finite': ['stochastic-rate-not-finite', `The rate of ${element} is no longer a finite number`],
      'too-many-jumps': ['stochastic-too-many-jumps', 'More reactions happened than allowed'],
      'endless-events': [
        'stochastic-endless-events',
        `The event ${element} goes on without end, or its delay is negative,`,
      ],
    } as const
  )[status];
  throw stochasticErrors.error(code, `${message} at time ${reached}.`, element === '' ? {} : { element });
}

/** How a stepper's status reads in an outcome. */
export function statusOf(status: Exclude<JumpStatus, 'reached'>): RunOutcome['status'] {
  return status === 'more' ? 'too-many-jumps' : status === 'negative' ? 'negative-rate' : 'rate-not-finite';
}

function bad(message: string, element: string) {
  return stochasticErrors.error('stochastic-request', message, { element });
}

function methodOf({ method = 'ssa', epsilon = 0.03 }: StochasticRequest, jumps: number): JumpMethod {
  switch (method) {
    case 'ssa':
      return jumps > MANY ? compositionRejection : direct;
    case 'direct':
      return direct;
    case 'composition-rejection':
      return compositionRejection;
    case 'tau-leap':
      if (!(epsilon > 0 && epsilon < 1)) throw bad(`epsilon lies between 0 and 1, not at ${epsilon}.`, 'epsilon');
      return tauLeap(epsilon);
    default:
      throw bad(`No method is named ${method}. There are: ${STOCHASTIC_METHODS.join(', ')}.`, 'method');
  }
}
