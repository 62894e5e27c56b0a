import { type Instant, instant } from '@gemel/core';
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

/** Value of one signal of a member's states and latent sensor error under its constants. */
function signalValue(x: Float64Array, latent: number, c: Float64Array, signal: Signal): number {
  switch (signal) {
    case 'glucose.plasma':
    case 'glucose.capillary':
      return x[STATE.plasmaGlucose] / c[CONSTANT.Vg];
    case 'glucose.interstitial':
      return x[STATE.interstitialGlucose] / c[CONSTANT.Vg];
    case 'glucose.sensor':
      return x[STATE.interstitialGlucose] / c[CONSTANT.Vg] + sensorError(latent, SENSOR);
    case 'insulin.plasma':
      return x[STATE.plasmaInsulin] / c[CONSTANT.Vi];
    case 'insulin.on-board':
      return insulinOnBoard(x, c);
    case 'carbohydrate.on-board':
      return (x[STATE.stomachSolid] + x[STATE.stomachLiquid] + x[STATE.gut]) / 1000;
    case 'meal.ra':
      return (c[CONSTANT.f] * c[CONSTANT.kabs] * x[STATE.gut]) / c[CONSTANT.BW];
    case 'insulin.sensitivity':
      return exp(x[STATE.sensitivity]);
  }
}

/**
 * Insulin in the body (subcutaneous, plasma and liver) beyond what basal insulin holds there at the steady state, U.
 * Negative when there is less.
 */
function insulinOnBoard(x: Float64Array, c: Float64Array): number {
  const held = x[STATE.depot] + x[STATE.monomeric] + x[STATE.plasmaInsulin] + x[STATE.liverInsulin];
  const basal = c[CONSTANT.isc1ss] + c[CONSTANT.isc2ss] + c[CONSTANT.Ipb] + c[CONSTANT.Ilb];
  return ((held - basal) * c[CONSTANT.BW]) / PMOL_PER_UNIT;
}

/** Keep factors and jump sizes of the disturbances over some minutes. */
interface Motion {
  readonly minutes: number;
  readonly sensitivity: readonly [keep: number, jump: number];
  readonly drive: readonly [keep: number, jump: number];
  readonly meal: number;
  readonly sensor: readonly [keep: number, jump: number];
}

function motion(p: Parameters, minutes: number): Motion {
  const reverting = (keep: number, sd: number): readonly [number, number] => [keep, sd * Math.sqrt(1 - keep * keep)];
  return {
    minutes,
    sensitivity: reverting(exp(-minutes / p[DISTURBANCE.sensitivityTime]), p[DISTURBANCE.sensitivitySd]),
    drive: reverting(exp(-minutes / p[DISTURBANCE.driveTime]), p[DISTURBANCE.driveSd]),
    meal: p[DISTURBANCE.mealSd],
    sensor: reverting(latentCorrelation(minutes, SENSOR), latentSd(SENSOR)),
  };
}

/** Members on their way side by side, all at one instant. */
class Company {
  readonly #members: readonly Member<GlucoseState>[];
  readonly #streams: readonly RandomStream[];
  readonly #constants: readonly Float64Array[];
  readonly #usual: readonly Motion[];
  readonly #bodies: Bodies;
  readonly #states: readonly Float64Array[];
  readonly #latents: Float64Array;

  constructor(members: readonly Member<GlucoseState>[], streams: readonly RandomStream[]) {
    const count = members.length;
    const constants = new Float64Array(count * CONSTANT_COUNT);
    members.forEach(({ parameters }, m) => {
      deriveConstants(parameters, constants, m * CONSTANT_COUNT);
    });
    const bodies = new Bodies(constants, 0, count);
    this.#members = members;
    this.#streams = streams;
    this.#constants = members.map((_, m) => constants.subarray(m * CONSTANT_COUNT, (m + 1) * CONSTANT_COUNT));
    this.#usual = members.map(({ parameters }) => motion(parameters, DISTURBANCE_STEP));
    this.#bodies = bodies;
    this.#states = members.map((_, m) => bodies.states.subarray(m * BODY_COUNT, m * BODY_COUNT + STATE_COUNT));
    this.#latents = new Float64Array(count);
    members.forEach(({ state }, m) => {
      this.place(m, state.values);
    });
  }

  /** Puts a member where VALUE_COUNT values say. */
  place(m: number, values: Float64Array): void {
    this.#states[m].set(values.subarray(0, STATE_COUNT));
    this.#latents[m] = values[SENSOR_LATENT];
  }

  values(m: number) {
    const values = new Float64Array(VALUE_COUNT);
    values.set(this.#states[m]);
    values[SENSOR_LATENT] = this.#latents[m];
    return values;
  }

  signal(m: number, signal: Signal): number {
    return signalValue(this.#states[m], this.#latents[m], this.#constants[m], signal);
  }

  /**
   * Carries all over a grid: in stretches of DISTURBANCE_STEP minutes from its beginning, the last one shorter; after each,
   * the sensitivity, the drive, the error of the next meal and the sensor's error of every member take one normal draw
   * each of its own stream, in that order, so that the draws depend on the times alone.
   */
  carry(grid: MinuteGrid): void {
    const count = grid.insulin.length;
    const whole = grid.lastSpan === 1 ? count : count - 1;
    for (let from = 0; from < count; from += DISTURBANCE_STEP) {
      const to = Math.min(count, from + DISTURBANCE_STEP);
      this.#bodies.advance(grid, from, Math.min(to, whole));
      if (to > whole) this.#bodies.advance(grid, whole, count, grid.lastSpan);
      const minutes = to - from - (to > whole ? 1 - grid.lastSpan : 0);
      for (let m = 0; m < this.#states.length; m++) this.#disturb(m, minutes);
    }
  }

  /** One step of the stationary first-order disturbances; between meals the next one's error is drawn anew. */
  #disturb(m: number, minutes: number): void {
    const usual = this.#usual[m];
    const { sensitivity, drive, meal, sensor } =
      minutes === usual.minutes ? usual : motion(this.#members[m].parameters, minutes);
    const x = this.#states[m];
    const random = this.#streams[m];
    x[STATE.sensitivity] = sensitivity[0] * x[STATE.sensitivity] + sensitivity[1] * random.normal();
    x[STATE.drive] = drive[0] * x[STATE.drive] + drive[1] * random.normal();
    const error = meal * random.normal();
    if (x[STATE.eating] === 0) x[STATE.mealError] = error;
    this.#latents[m] = sensor[0] * this.#latents[m] + sensor[1] * random.normal();
  }
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
  read: (state) => Float64Array.from([...CORRECTABLE, SENSOR_LATENT], (i) => state.values[i]),
  write(state, corrected) {
    const values = state.values.slice();
    for (const [k, i] of CORRECTABLE.entries()) {
      values[i] = SIGNED.has(i) ? corrected[k] : Math.max(0, corrected[k]);
    }
    values[SENSOR_LATENT] = corrected[CORRECTABLE.length];
    return { at: state.at, values };
  },
};

const SNAPSHOT_VERSION = 1;

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
  const between = times.slice(1).map((time, k) => {
    requireForward(times[k], time);
    return minuteGrid(concerned, times[k], time);
  });
  const streams = members.map((_, i) => random.fork(i));
  const all = new Company(members, streams);
  const departures = new Map<Instant, number[]>();
  members.forEach(({ state }, i) => {
    requireForward(state.at, times[0]);
    const others = departures.get(state.at);
    if (others === undefined) departures.set(state.at, [i]);
    else others.push(i);
  });
  for (const [at, who] of departures) {
    const grid = minuteGrid(concerned, at, times[0]);
    if (departures.size === 1) {
      all.carry(grid);
      break;
    }
    const part = new Company(
      who.map((i) => members[i]),
      who.map((i) => streams[i]),
    );
    part.carry(grid);
    who.forEach((i, k) => {
      all.place(i, part.values(k));
    });
  }
  for (let k = 0; k < times.length; k++) {
    if (k > 0) all.carry(between[k - 1]);
    for (const signal of names) {
      for (let i = 0; i < members.length; i++) values[signal][i * times.length + k] = all.signal(i, signal);
    }
  }
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
    company.carry(minuteGrid(controls, state.at, until));
    return { at: until, values: company.values(0) };
  },
  observe(state, parameters, signal) {
    requireSignal(signal);
    return signalValue(state.values, state.values[SENSOR_LATENT], deriveConstants(parameters), signal);
  },
  time: (state) => state.at,
  snapshot(state) {
    return new Uint8Array(Float64Array.of(SNAPSHOT_VERSION, state.at, ...state.values).buffer);
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
