import { type ControlInput, type Instant, instant, MINUTE } from '@gemel/core';
import { exp } from '@gemel/numerics/elementary/exp';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type {
  Coordinates,
  Dynamics,
  Member,
  Parameters,
  TrajectoryRequest,
  TrajectoryResult,
} from '@gemel/runtime/dynamics';
import { glucoseErrors } from './errors.data.ts';
import { type MinuteGrid, minuteGrid } from './inputs.ts';
import {
  type Block,
  BODY_COUNT,
  Bodies,
  basalState,
  CONSTANT,
  CONSTANT_COUNT,
  deriveConstants,
  MODEL_STATES,
  PMOL_PER_UNIT,
  STATE,
  STATE_COUNT,
} from './model.ts';
import { DISTURBANCE, requirePlausible } from './parameters.ts';
import { latentCorrelation, latentSd, SENSOR, sensorError } from './sensor.ts';

/** Where a type 1 twin stands: an instant, the model's states, and the latent value of its sensor's error. */
export interface GlucoseState {
  readonly at: Instant;
  /** STATE_COUNT model states, then the latent sensor error. */
  readonly values: Float64Array;
}

const SENSOR_LATENT = STATE_COUNT;
const VALUE_COUNT = STATE_COUNT + 1;
/** Minutes between moves of the disturbances and of the sensor's error. */
const DISTURBANCE_STEP = 5;

const SIGNALS = {
  'glucose.plasma': { unit: 'mg/dL' },
  'glucose.capillary': { unit: 'mg/dL' },
  'glucose.interstitial': { unit: 'mg/dL' },
  'glucose.sensor': { unit: 'mg/dL' },
  'insulin.plasma': { unit: 'pmol/L' },
  'insulin.on-board': { unit: 'U' },
  'carbohydrate.on-board': { unit: 'g' },
  'meal.ra': { unit: 'mg/kg/min' },
  'insulin.sensitivity': { unit: '1' },
} as const;
type Signal = keyof typeof SIGNALS;

/**
 * Value of one signal of a member: state i of its states stands at i × `stride` + `from` in x, constant i at `of` + i in c.
 */
type Reader = (x: Float64Array, from: number, stride: number, c: Float64Array, of: number, latent: number) => number;

const plasmaGlucose: Reader = (x, from, stride, c, of) => x[STATE.plasmaGlucose * stride + from] / c[of + CONSTANT.Vg];

const READERS: Readonly<Record<Signal, Reader>> = {
  'glucose.plasma': plasmaGlucose,
  'glucose.capillary': plasmaGlucose,
  'glucose.interstitial': (x, from, stride, c, of) =>
    x[STATE.interstitialGlucose * stride + from] / c[of + CONSTANT.Vg],
  'glucose.sensor': (x, from, stride, c, of, latent) =>
    x[STATE.interstitialGlucose * stride + from] / c[of + CONSTANT.Vg] + sensorError(latent, SENSOR),
  'insulin.plasma': (x, from, stride, c, of) => x[STATE.plasmaInsulin * stride + from] / c[of + CONSTANT.Vi],
  'insulin.on-board': insulinOnBoard,
  'carbohydrate.on-board': (x, from, stride) =>
    (x[STATE.stomachSolid * stride + from] + x[STATE.stomachLiquid * stride + from] + x[STATE.gut * stride + from]) /
    1000,
  'meal.ra': (x, from, stride, c, of) =>
    (c[of + CONSTANT.f] * c[of + CONSTANT.kabs] * x[STATE.gut * stride + from]) / c[of + CONSTANT.BW],
  'insulin.sensitivity': (x, from, stride) => exp(x[STATE.sensitivity * stride + from]),
};

/**
 * Insulin in the body (subcutaneous, plasma and liver) beyond what basal insulin holds there at the steady state, U.
 * Negative when there is less.
 */
function insulinOnBoard(x: Float64Array, from: number, stride: number, c: Float64Array, of: number): number {
  const held =
    x[STATE.depot * stride + from] +
    x[STATE.monomeric * stride + from] +
    x[STATE.plasmaInsulin * stride + from] +
    x[STATE.liverInsulin * stride + from];
  const basal = c[of + CONSTANT.isc1ss] + c[of + CONSTANT.isc2ss] + c[of + CONSTANT.Ipb] + c[of + CONSTANT.Ilb];
  return ((held - basal) * c[of + CONSTANT.BW]) / PMOL_PER_UNIT;
}

/** Keep factors and jump sizes of a member's disturbances over some minutes, in this order. */
const MOTION = { sensitivity: 0, drive: 2, sensor: 4, meal: 6 } as const;
const MOTION_COUNT = 7;

/** Writes MOTION_COUNT numbers into `out` from `at`. */
function motion(p: Parameters, minutes: number, out: Float64Array, at: number): void {
  const reverting = (to: number, keep: number, sd: number) => {
    out[at + to] = keep;
    out[at + to + 1] = sd * Math.sqrt(1 - keep * keep);
  };
  reverting(MOTION.sensitivity, exp(-minutes / p[DISTURBANCE.sensitivityTime]), p[DISTURBANCE.sensitivitySd]);
  reverting(MOTION.drive, exp(-minutes / p[DISTURBANCE.driveTime]), p[DISTURBANCE.driveSd]);
  reverting(MOTION.sensor, latentCorrelation(minutes, SENSOR), latentSd(SENSOR));
  out[at + MOTION.meal] = p[DISTURBANCE.mealSd];
}

/** Where the values of one signal go: members × times. */
interface Track {
  readonly read: Reader;
  readonly values: Float64Array;
}

/** Members on their way side by side, all at one instant. */
class Company {
  readonly #members: readonly Member<GlucoseState>[];
  readonly #streams: readonly RandomStream[];
  readonly #constants: Float64Array;
  /** Of DISTURBANCE_STEP minutes. */
  readonly #usual: Float64Array;
  readonly #other = new Float64Array(MOTION_COUNT);
  readonly #bodies: Bodies;
  readonly #latents: Float64Array;

  constructor(members: readonly Member<GlucoseState>[], streams: readonly RandomStream[]) {
    const count = members.length;
    this.#members = members;
    this.#streams = streams;
    this.#constants = new Float64Array(count * CONSTANT_COUNT);
    this.#usual = new Float64Array(count * MOTION_COUNT);
    members.forEach(({ parameters }, m) => {
      deriveConstants(parameters, this.#constants, m * CONSTANT_COUNT);
      motion(parameters, DISTURBANCE_STEP, this.#usual, m * MOTION_COUNT);
    });
    this.#bodies = new Bodies(this.#constants, 0, count);
    this.#latents = new Float64Array(count);
    members.forEach(({ state }, m) => {
      this.place(m, state.values);
    });
  }

  /** Puts a member where VALUE_COUNT values say. */
  place(m: number, values: Float64Array): void {
    const { states } = this.#bodies;
    for (let i = 0; i < STATE_COUNT; i++) states[m * BODY_COUNT + i] = values[i];
    this.#latents[m] = values[SENSOR_LATENT];
  }

  values(m: number) {
    const { states } = this.#bodies;
    const values = new Float64Array(VALUE_COUNT);
    for (let i = 0; i < STATE_COUNT; i++) values[i] = states[m * BODY_COUNT + i];
    values[SENSOR_LATENT] = this.#latents[m];
    return values;
  }

  /**
   * Carries all over grids that follow on each other, and puts the values of the tracks at the end of each. A grid is gone
   * over in stretches of DISTURBANCE_STEP minutes from its beginning, the last one shorter; after each, the sensitivity, the
   * drive, the error of the next meal and the sensor's error of every member take one normal draw each of its own stream, in
   * that order, so that the draws depend on the times alone.
   */
  carry(grids: readonly MinuteGrid[], tracks: readonly Track[] = []): void {
    const insulin = joined(grids.map((grid) => grid.insulin));
    const carbs = joined(grids.map((grid) => grid.carbs));
    this.#bodies.eachBlock({ insulin, carbs }, (block) => {
      let start = 0;
      for (let g = 0; g < grids.length; g++) {
        const { insulin: own, lastSpan } = grids[g];
        this.#carryBlock(block, start, own.length, lastSpan);
        start += own.length;
        for (const track of tracks) this.#record(block, track, grids.length, g);
      }
    });
  }

  /** Over `count` entries of the inputs from `start` on. */
  #carryBlock(block: Block, start: number, count: number, lastSpan: number): void {
    const whole = lastSpan === 1 ? count : count - 1;
    for (let from = 0; from < count; from += DISTURBANCE_STEP) {
      const to = Math.min(count, from + DISTURBANCE_STEP);
      block.advance(start + from, start + Math.min(to, whole));
      if (to > whole) block.advance(start + whole, start + count, lastSpan);
      const minutes = to - from - (to > whole ? 1 - lastSpan : 0);
      for (let lane = 0; lane < block.count; lane++) this.#disturb(block, lane, minutes);
    }
  }

  /** One step of the stationary first-order disturbances; between meals the next one's error is drawn anew. */
  #disturb(block: Block, lane: number, minutes: number): void {
    const { states: x, lanes } = block;
    const m = block.members[lane];
    let k = this.#usual;
    let at = m * MOTION_COUNT;
    if (minutes !== DISTURBANCE_STEP) {
      k = this.#other;
      at = 0;
      motion(this.#members[m].parameters, minutes, k, 0);
    }
    const random = this.#streams[m];
    const sensitivity = STATE.sensitivity * lanes + lane;
    x[sensitivity] = k[at + MOTION.sensitivity] * x[sensitivity] + k[at + MOTION.sensitivity + 1] * random.normal();
    const drive = STATE.drive * lanes + lane;
    x[drive] = k[at + MOTION.drive] * x[drive] + k[at + MOTION.drive + 1] * random.normal();
    const error = k[at + MOTION.meal] * random.normal();
    if (x[STATE.eating * lanes + lane] === 0) x[STATE.mealError * lanes + lane] = error;
    this.#latents[m] = k[at + MOTION.sensor] * this.#latents[m] + k[at + MOTION.sensor + 1] * random.normal();
  }

  #record(block: Block, { read, values }: Track, times: number, time: number): void {
    const { states: x, lanes } = block;
    for (let lane = 0; lane < block.count; lane++) {
      const m = block.members[lane];
      values[m * times + time] = read(x, lane, lanes, this.#constants, m * CONSTANT_COUNT, this.#latents[m]);
    }
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function requireForward(at: Instant, until: Instant): void {
  if (until < at) {
    throw glucoseErrors.error('glucose-time-backwards', `The state stands at ${at}, after ${until} (ms since 1970).`);
  }
}

function requireSignal(signal: string): asserts signal is Signal {
  if (!Object.hasOwn(SIGNALS, signal)) {
    throw glucoseErrors.error('glucose-signal-unknown', `The type 1 model has no signal "${signal}".`);
  }
}

/** Coordinates an ensemble filter may correct: all states but the bookkeeping of D, and the sensor's latent error. */
const CORRECTABLE = [...MODEL_STATES.keys()].filter((i) => i !== STATE.mealBase && i !== STATE.eating);
const SIGNED = new Set<number>([STATE.action, STATE.sensitivity, STATE.drive, STATE.mealError]);

const coordinates: Coordinates<GlucoseState> = {
  names: [...CORRECTABLE.map((i) => MODEL_STATES[i].name), 'sensor.latent'],
  read(state) {
    const read = new Float64Array(CORRECTABLE.length + 1);
    for (let k = 0; k < CORRECTABLE.length; k++) read[k] = state.values[CORRECTABLE[k]];
    read[CORRECTABLE.length] = state.values[SENSOR_LATENT];
    return read;
  },
  write(state, corrected) {
    const values = state.values.slice();
    for (let k = 0; k < CORRECTABLE.length; k++) {
      const i = CORRECTABLE[k];
      values[i] = SIGNED.has(i) ? corrected[k] : Math.max(0, corrected[k]);
    }
    values[SENSOR_LATENT] = corrected[CORRECTABLE.length];
    return { at: state.at, values };
  },
};

const SNAPSHOT_VERSION = 1;

/** The grid from each time to the next. What a minute holds is the same in all grids that begin whole minutes apart. */
function gridsBetween(controls: readonly ControlInput[], times: readonly Instant[]): MinuteGrid[] {
  const [start] = times;
  times.slice(1).forEach((time, k) => {
    requireForward(times[k], time);
  });
  if (times.some((time) => (time - start) % MINUTE !== 0)) {
    return times.slice(1).map((time, k) => minuteGrid(controls, times[k], time));
  }
  const { insulin, carbs } = minuteGrid(controls, start, times[times.length - 1]);
  return times.slice(1).map((time, k) => {
    const [from, to] = [times[k], time].map((t) => (t - start) / MINUTE);
    return { insulin: insulin.subarray(from, to), carbs: carbs.subarray(from, to), lastSpan: 1 };
  });
}

function trajectories(request: TrajectoryRequest<GlucoseState>): TrajectoryResult<GlucoseState> {
  const { members, controls, times, signals, random } = request;
  for (const signal of signals) requireSignal(signal);
  const names = signals as readonly Signal[];
  const values = Object.fromEntries(names.map((s) => [s, new Float64Array(members.length * times.length)]));
  if (times.length === 0) return { values, ends: members.map((m) => m.state) };
  const start = members.reduce((least, m) => Math.min(least, m.state.at), Number.POSITIVE_INFINITY);
  const end = times[times.length - 1];
  const concerned = controls.filter(
    (control) => control.from < end && !(control.to !== undefined && control.to <= start && control.to > control.from),
  );
  const between = gridsBetween(concerned, times);
  const streams = members.map((_, i) => random.fork(i));
  const all = new Company(members, streams);
  const departures = new Map<Instant, number[]>();
  members.forEach(({ state }, i) => {
    requireForward(state.at, times[0]);
    const others = departures.get(state.at);
    if (others === undefined) departures.set(state.at, [i]);
    else others.push(i);
  });
  let first = minuteGrid([], times[0], times[0]);
  for (const [at, who] of departures) {
    const grid = minuteGrid(concerned, at, times[0]);
    if (departures.size === 1) {
      first = grid;
      break;
    }
    const part = new Company(
      who.map((i) => members[i]),
      who.map((i) => streams[i]),
    );
    part.carry([grid]);
    who.forEach((i, k) => {
      all.place(i, part.values(k));
    });
  }
  all.carry(
    [first, ...between],
    names.map((name) => ({ read: READERS[name], values: values[name] })),
  );
  return { values, ends: members.map((_, i) => ({ at: end, values: all.values(i) })) };
}

/**
 * The type 1 twin's mechanism: the UVA/Padova model under insulin and carbohydrate held per minute, with a slowly moving
 * insulin sensitivity, an unexplained glucose drive, miscounted meals and a sensor error. With their standard deviations at
 * zero the path is the model's own. Parameters are TWIN_PARAMETERS, in that order.
 * Controls: `insulin.bolus` (U), `insulin.basal` (U/h), `meal.carbohydrate` (g); see inputs.ts for how they are spread.
 */
export const dynamics = {
  signals: SIGNALS,
  init(parameters, at) {
    requirePlausible(parameters);
    const values = new Float64Array(VALUE_COUNT);
    basalState(deriveConstants(parameters), 0, values);
    return { at, values };
  },
  advance(state, parameters, controls, until, random) {
    requireForward(state.at, until);
    const company = new Company([{ parameters, state }], [random]);
    company.carry([minuteGrid(controls, state.at, until)]);
    return { at: until, values: company.values(0) };
  },
  observe(state, parameters, signal) {
    requireSignal(signal);
    // The independent parameters lead the constants; of the signals only insulin on board needs others.
    const constants = signal === 'insulin.on-board' ? deriveConstants(parameters) : parameters;
    return READERS[signal](state.values, 0, 1, constants, 0, state.values[SENSOR_LATENT]);
  },
  time: (state) => state.at,
  snapshot(state) {
    const numbers = new Float64Array(2 + VALUE_COUNT);
    numbers[0] = SNAPSHOT_VERSION;
    numbers[1] = state.at;
    numbers.set(state.values, 2);
    return new Uint8Array(numbers.buffer);
  },
  restore(bytes) {
    const numbers = bytes.byteLength === 8 * (2 + VALUE_COUNT) ? new Float64Array(bytes.slice().buffer) : null;
    if (numbers?.[0] !== SNAPSHOT_VERSION) {
      throw glucoseErrors.error('glucose-snapshot-unreadable', `${bytes.byteLength} bytes are not a glucose state.`);
    }
    return { at: instant(numbers[1]), values: numbers.slice(2) };
  },
  coordinates,
  trajectories,
} satisfies Dynamics<GlucoseState>;
