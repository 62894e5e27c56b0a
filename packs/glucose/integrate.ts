import { type Ensemble, ensemble } from '@gemel/modeling/ensemble/ensemble';
import type { LanesKernel, WorkAreas } from '@gemel/modeling/ensemble/lanes-kernel';
import type { InputValues } from '@gemel/modeling/ensemble/members';
import { CONSTANT, CONSTANT_COUNT } from './constants.ts';
import { MODEL_PARAMETERS } from './parameters.ts';
import { STATE_COUNT } from './states.data.ts';
import { minutewise, uvaPadova } from './uva-padova.ts';

/** Inputs held over whole minutes. Entry `m` holds from minute m to m + 1. */
export interface MinuteInputs {
  /** U/min */
  readonly insulin: Float64Array;
  /** g/min */
  readonly carbs: Float64Array;
}

/**
 * How D of gastric emptying (Dalla Man 2006) is known: `eaten` counts the food eaten so far since the meal
 * began; `announced` takes the paper's constant D, the whole meal known at its first minute.
 */
export type MealDose = 'eaten' | 'announced';

/** Numbers of one member of `Bodies`: the STATE_COUNT states, then what the model remembers within a minute. */
export const BODY_COUNT = STATE_COUNT + 1;

/** The compiled model with what stands in it beside a patient's own parameters. */
interface Compiled {
  readonly engine: Ensemble;
  /** A row of its parameters at their defaults, and the places in it of MODEL_PARAMETERS, `minute` and `counting`. */
  readonly defaults: Float64Array;
  readonly places: readonly number[];
  readonly minute: number;
  readonly counting: number;
}

let compiled: Compiled | undefined;

/** Compiled when first needed, so that programs which never simulate do not wait for it. */
function compiledModel(): Compiled {
  if (compiled !== undefined) return compiled;
  const model = uvaPadova();
  const { alike: _, ...design } = minutewise();
  const engine = ensemble(model, design);
  const place = (wanted: string) => model.parameters.findIndex(({ name }) => name === wanted);
  compiled = {
    engine,
    defaults: engine.members({ members: 1, intervals: 1 }).parameters,
    places: MODEL_PARAMETERS.map(({ name }) => place(name)),
    minute: place('minute'),
    counting: place('counting'),
  };
  return compiled;
}

/**
 * Members of the type 1 model side by side on its compiled form: classical RK4 in equal steps of a minute's part, inputs
 * held. Each member's path depends on that member alone. Glucose masses are held at or above zero, where the equations no
 * longer apply.
 */
export class Bodies {
  /** count × BODY_COUNT. The caller sets the first STATE_COUNT of each, and may move them between minutes. */
  readonly states: Float64Array;
  readonly #parameters: Float64Array;
  readonly #order: Int32Array;
  readonly #count: number;
  readonly #mealDose: MealDose;
  #span = 1;

  /** @param constants those of the members from `of` on, CONSTANT_COUNT each */
  constructor(constants: Float64Array, of: number, count: number, mealDose: MealDose = 'eaten') {
    const { defaults, places, counting } = compiledModel();
    const width = defaults.length;
    this.states = new Float64Array(count * BODY_COUNT);
    this.#parameters = new Float64Array(count * width);
    this.#count = count;
    this.#mealDose = mealDose;
    for (let m = 0; m < count; m++) {
      this.#parameters.set(defaults, m * width);
      for (let i = 0; i < places.length; i++) {
        this.#parameters[m * width + places[i]] = constants[of + m * CONSTANT_COUNT + i];
      }
      this.#parameters[m * width + counting] = mealDose === 'eaten' ? 1 : 0;
    }
    // Members that take as many steps stand side by side.
    const steps = (m: number) => {
      const at = of + m * CONSTANT_COUNT;
      return 1000 * constants[at + CONSTANT.mealSubsteps] + 100 * constants[at + CONSTANT.substeps];
    };
    this.#order = Int32Array.from({ length: count }, (_, m) => m);
    if (count > 2) this.#order.sort((a, b) => steps(a) - steps(b) || a - b);
  }

  /**
   * Moves all members on over the minutes [from, to) of inputs they share, or each of its own. On the first minute with
   * food D becomes the stomach content; each minute's food is added to D as the minute begins.
   * @param span minutes that each entry of the inputs stands for, in (0, 1]
   * @param every minutes between recorded values, to − from if absent; divides it
   * @returns interstitial glucose at every record, mg/dL: members × records
   */
  advance(
    inputs: MinuteInputs | readonly MinuteInputs[],
    from: number,
    to: number,
    span = 1,
    every = to - from,
  ): Float64Array {
    if (to <= from) return new Float64Array(0);
    const { engine, defaults, minute } = compiledModel();
    if (span !== this.#span) {
      for (let m = 0; m < this.#count; m++) this.#parameters[m * defaults.length + minute] = span;
      this.#span = span;
    }
    const intervals = to - from;
    const values = new Float64Array((this.#count * intervals) / every);
    const members = {
      members: this.#count,
      intervals,
      every,
      start: 0,
      interval: span,
      parameters: this.#parameters,
      states: this.states,
      inputs: this.#series(inputs, from, to),
      order: this.#order,
    };
    engine.runBlocks(members, { values, states: this.states }, 0, engine.blocks(members));
    return values;
  }

  /**
   * Moves members on over inputs they share, as many side by side as the kernel has lanes, and each block of them through
   * `live` to its end before the next: what stands in the kernel's memory is not copied between stretches.
   */
  eachBlock(inputs: MinuteInputs, live: (block: Block) => void): void {
    const { engine, defaults, minute } = compiledModel();
    const count = inputs.insulin.length;
    const series = this.#series(inputs, 0, count);
    const width = defaults.length;
    const block = new Block(engine.kernel, count, minute);
    const { lanes } = block;
    const { areas, members } = block;
    series.forEach(({ values }, i) => {
      for (let k = 0; k < count; k++) {
        const at = (k * series.length + i) * lanes;
        areas.inputs.fill(values[k], at, at + lanes);
      }
    });
    areas.clock.fill(0);
    for (let first = 0; first < this.#count; first += lanes) {
      block.count = Math.min(lanes, this.#count - first);
      for (let lane = 0; lane < lanes; lane++) {
        // Lanes left over run copies of the last member.
        const m = this.#order[Math.min(first + lane, this.#count - 1)];
        members[lane] = m;
        for (let i = 0; i < width; i++) areas.parameters[i * lanes + lane] = this.#parameters[m * width + i];
        areas.parameters[minute * lanes + lane] = 1;
        for (let i = 0; i < BODY_COUNT; i++) areas.states[i * lanes + lane] = this.states[m * BODY_COUNT + i];
      }
      block.span = 1;
      live(block);
      for (let lane = 0; lane < block.count; lane++) {
        const at = members[lane] * BODY_COUNT;
        for (let i = 0; i < BODY_COUNT; i++) this.states[at + i] = areas.states[i * lanes + lane];
      }
    }
  }

  /** The model's inputs over the minutes: insulin, carbs, announced. */
  #series(inputs: MinuteInputs | readonly MinuteInputs[], from: number, to: number): readonly InputValues[] {
    const announced = (carbs: Float64Array) =>
      this.#mealDose === 'announced' ? mealsFrom(carbs, from, to) : new Float64Array(to - from);
    if ('insulin' in inputs) {
      return [inputs.insulin.subarray(from, to), inputs.carbs.subarray(from, to), announced(inputs.carbs)].map(
        (values) => ({ values, own: false }),
      );
    }
    const joined = (one: (own: MinuteInputs) => Float64Array): InputValues => {
      const values = new Float64Array(inputs.length * (to - from));
      for (const [m, own] of inputs.entries()) values.set(one(own), m * (to - from));
      return { values, own: true };
    };
    return [
      joined(({ insulin }) => insulin.subarray(from, to)),
      joined(({ carbs }) => carbs.subarray(from, to)),
      joined(({ carbs }) => announced(carbs)),
    ];
  }
}

/** Members side by side in the kernel's memory. */
export class Block {
  readonly lanes: number;
  /** The member in each lane; those from `count` on are copies. */
  readonly members: Int32Array;
  count = 0;
  /** Minutes that each entry of the inputs stands for. */
  span = 1;
  readonly areas: WorkAreas;
  readonly #kernel: LanesKernel;
  readonly #minute: number;

  constructor(kernel: LanesKernel, intervals: number, minute: number) {
    this.lanes = kernel.lanes;
    this.members = new Int32Array(kernel.lanes);
    this.areas = kernel.allocate(Math.max(1, intervals), 1);
    this.#kernel = kernel;
    this.#minute = minute;
  }

  /** State i of the member in a lane stands at i × lanes + lane; it may be moved between stretches. */
  get states(): Float64Array {
    return this.areas.states as Float64Array;
  }

  /** Moves the members on over the entries [from, to) of the inputs. */
  advance(from: number, to: number, span = 1): void {
    if (to <= from) return;
    if (span !== this.span) {
      this.areas.parameters.fill(span, this.#minute * this.lanes, (this.#minute + 1) * this.lanes);
      this.span = span;
    }
    this.#kernel.run(1, to - from, from);
  }
}

/** Food recorded of the unbroken meal that begins at a minute, g; zero within meals and between them. */
function mealsFrom(carbs: Float64Array, from: number, to: number): Float64Array {
  const totals = new Float64Array(to - from);
  for (let minute = from; minute < to; minute++) {
    if (minute > from && carbs[minute - 1] > 0) continue;
    for (let m = minute; m < carbs.length && carbs[m] > 0; m++) totals[minute - from] += carbs[m];
  }
  return totals;
}

/**
 * Moves one member on over the minutes [from, to), as `Bodies` does.
 * @param x STATE_COUNT states, changed in place from `at`
 * @param c constants from `of`
 */
export function integrate(
  x: Float64Array,
  at: number,
  c: Float64Array,
  of: number,
  inputs: MinuteInputs,
  from: number,
  to: number,
  span = 1,
  mealDose: MealDose = 'eaten',
): void {
  const body = new Bodies(c, of, 1, mealDose);
  body.states.set(x.subarray(at, at + STATE_COUNT));
  body.advance(inputs, from, to, span);
  x.set(body.states.subarray(0, STATE_COUNT), at);
}

/** Many members over the same minutes. */
export interface Batch {
  /** Members × CONSTANT_COUNT. */
  readonly constants: Float64Array;
  /** Members × STATE_COUNT, changed in place: the states at minute `from` in, at `to` out. */
  readonly states: Float64Array;
  /** Inputs of all members, or one per member. Entry m holds from minute m to m + 1. */
  readonly inputs: MinuteInputs | readonly MinuteInputs[];
  readonly from: number;
  readonly to: number;
  /** Minutes between recorded values; the first is recorded at `from` + `every`. Divides `to` − `from`. */
  readonly every: number;
  readonly mealDose?: MealDose;
}

/**
 * Interstitial glucose of every member, mg/dL: members × (to − from)/every, member-major.
 * Each member's path depends on that member alone.
 */
export function simulate({ constants, states, inputs, from, to, every, mealDose }: Batch): Float64Array {
  const count = states.length / STATE_COUNT;
  const bodies = new Bodies(constants, 0, count, mealDose);
  for (let m = 0; m < count; m++) {
    bodies.states.set(states.subarray(m * STATE_COUNT, (m + 1) * STATE_COUNT), m * BODY_COUNT);
  }
  const values = bodies.advance(inputs, from, to, 1, every);
  for (let m = 0; m < count; m++) {
    states.set(bodies.states.subarray(m * BODY_COUNT, m * BODY_COUNT + STATE_COUNT), m * STATE_COUNT);
  }
  return values;
}
