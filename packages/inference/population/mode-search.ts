import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { curvatures, derivatives, jointObjective } from './joint-objective.ts';
import {
  firstMeeting,
  type KinkPlace,
  linearizeWithin,
  type Meeting,
  ontoKink,
  passed,
  placeAmong,
  type SidedLinearization,
  sidesWithin,
} from './kinks.ts';
import type { EtaPrior, Linearization, PopulationValues, Subject } from './population.ts';

/**
 * `kink`: the mode lies on a kink, where a dose enters or ends at the time of an observation; the information there is that of one side.
 * `slow`: the step limit was reached. `stalled`: no step descends, yet the slope is not zero, as on a kink of which the subject does not
 * tell. `no-value`: the objective is not finite at the start.
 */
export type ModeStatus = 'converged' | 'kink' | 'slow' | 'stalled' | 'no-value';

/** Where a search ended. */
export interface FoundMode {
  readonly status: ModeStatus;
  readonly eta: Float64Array;
  /** Σ [log R + (y − f)²/R] + ηᵀΩ⁻¹η at the mode: −2 log of the joint density without its constants. */
  readonly objective: number;
  /** Half the expected second derivative of the objective, dimension × dimension. */
  readonly information: Float64Array;
  readonly linearization: Linearization | null;
  readonly steps: number;
}

export interface ModeTask {
  readonly subject: Subject;
  readonly values: PopulationValues;
  readonly prior: EtaPrior;
  /** Residual variances that do not follow the prediction; null: they do. */
  readonly variance: Float64Array | null;
  readonly differenceStep: number;
  readonly tolerance: number;
  readonly mostSteps: number;
}

/** Steps below this are Newton's: far from the mode the expected second derivative leads more surely to the nearest one. */
const NEAR = 0.02;
/** A search that ends while a step still promises this much has stalled. */
const SLOPE = 1e-6;
/** A kink is left for a side where a step promises this much. */
const LEAVE = 1e-12;
/** Share of what the slope promises that a long step must gain: one that overshoots to the other side would come back for ever. */
const GAINED = 0.1;
const HALVINGS = 40;
/** Halvings before the search stops at the kink that a step crosses, and steps across kinks before it stops at each. */
const CLOSE = 3;
const CROSSINGS = 3;
/** Departures from kinks before the search stays on one. */
const DEPARTURES = 12;

interface View {
  readonly linear: SidedLinearization;
  readonly gradient: Float64Array;
  readonly information: Float64Array;
  readonly second: Float64Array | null;
}

/**
 * Descends from one start by Fisher scoring, near the mode by Newton's method, with derivatives taken within the
 * smooth piece. On a kink from which neither side descends, the search goes on along it.
 * `confined`: the search stays on the smooth piece of its start and its edges.
 */
export function searchMode(task: ModeTask, start: Float64Array, confined: boolean): FoundMode {
  const { subject, values, prior, variance, differenceStep, tolerance, mostSteps } = task;
  const { theta } = values;
  const kinks = subject.kinks ?? [];
  const n = subject.observed.length;
  const q = prior.dimension;
  let eta = Float64Array.from(start);
  const none = (steps: number): FoundMode => {
    return { status: 'no-value', eta, objective: Infinity, information: prior.precision, linearization: null, steps };
  };
  let f: Float64Array = new Float64Array(n);
  const valueAt = (at: Float64Array, out: Float64Array) =>
    subject.predict(theta, at, out) ? jointObjective(subject, values, prior, at, out, variance) : Infinity;
  let objective = valueAt(eta, f);
  if (!Number.isFinite(objective)) return none(0);
  let trialF: Float64Array = new Float64Array(n);
  let moved = Infinity;
  let crossings = confined ? CROSSINGS : 0;
  let departures = 0;
  /** The kink that the search goes along, and the time it meets. */
  let held: Meeting | null = null;
  const home = confined && kinks.length > 0 ? placeAmong(kinks, theta, eta, differenceStep).piece : null;

  const look = (place: KinkPlace | null, piece: Int32Array | null, rough: boolean): View | null => {
    const sides = place && sidesWithin(kinks, place, piece!, differenceStep);
    const linear = linearizeWithin(subject, theta, eta, differenceStep, f, sides, rough);
    if (linear === null) return null;
    const curvature = moved <= NEAR ? curvatures(subject, theta, eta, linear) : null;
    return { linear, ...derivatives(subject, values, prior, eta, linear, variance, curvature) };
  };

  for (let steps = 0; ; steps++) {
    const place = kinks.length === 0 ? null : placeAmong(kinks, theta, eta, differenceStep);
    let piece = home ?? place?.piece ?? null;
    if (held && !home) piece![held.kink] = passed(kinks[held.kink].at, held.time);
    // Far from the mode first-order differences lead as well.
    const rough = moved > NEAR && held === null;
    let view = look(place, piece, rough);
    if (view === null) return none(steps);
    let slope: Float64Array | null = held && place!.slopes.subarray(held.kink * q, held.kink * q + q);
    if (held && departures < DEPARTURES) {
      // Of the two sides of the kink, that on which the objective falls more.
      const below = passed(kinks[held.kink].at, held.time);
      let most = LEAVE;
      let side: { readonly view: View; readonly piece: Int32Array } | null = null;
      for (const part of [below, below + 1]) {
        if (home && home[held.kink] !== part) continue;
        const beside = Int32Array.from(piece!);
        beside[held.kink] = part;
        const seen: View | null = part === piece![held.kink] ? view : look(place, beside, false);
        if (seen === null) return none(steps);
        const { pull, gain } = push(seen, slope!);
        if (!(part === below ? pull > 0 : pull < 0) || !(gain > most)) continue;
        most = gain;
        side = { view: seen, piece: beside };
      }
      if (side) {
        ({ view, piece } = side);
        held = null;
        slope = null;
        departures++;
      }
    }
    const { linear, gradient, information, second } = view;
    const ended = (status: ModeStatus): FoundMode => {
      return { status, eta, objective, information, linearization: linear, steps };
    };
    if (steps === mostSteps) return ended('slow');
    // Newton near the mode where the objective is convex, else Fisher scoring, halved until it falls.
    const newton = second && cholesky(second, q);
    let direct: Float64Array | null = newton?.status === 'ok' ? along(newton.lower, gradient, slope) : null;
    const scored = scoringStep(information, gradient, slope);
    let accepted = false;
    let converged = false;
    for (let halvings = 0; halvings < HALVINGS && !accepted; ) {
      let step: Float64Array = direct ?? scored.map((each) => each / 2 ** halvings);
      const meeting: Meeting | null = held || !piece ? null : firstMeeting(kinks, theta, eta, step, piece);
      let landed = meeting !== null && crossings >= CROSSINGS;
      if (landed) step = step.map((each) => each * meeting!.share);
      let trial = eta.map((each, k) => each - step[k]);
      const onto = held ?? (landed ? meeting : null);
      if (onto) ontoKink(kinks[onto.kink], onto.time, theta, trial, slopeOf(place!, onto.kink, q));
      let value = valueAt(trial, trialF);
      const largest = step.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      const least = direct || meeting || onto || largest <= NEAR ? 0 : 2 * GAINED * dot(gradient, step);
      const falls = () => value + least <= objective + 1e-13 * Math.abs(objective);
      if (meeting && halvings > CLOSE && !landed && !falls()) {
        // Beyond the kink the objective is higher: perhaps it is lowest there.
        landed = true;
        step = step.map((each) => each * meeting.share);
        trial = eta.map((each, k) => each - step[k]);
        ontoKink(kinks[meeting.kink], meeting.time, theta, trial, slopeOf(place!, meeting.kink, q));
        value = valueAt(trial, trialF);
      }
      if (largest < tolerance && !landed) {
        converged = true;
        if (!(value < objective)) break;
      }
      // Differences within rounding do not count against a step.
      if (falls()) {
        accepted = true;
        moved = landed ? Infinity : largest;
        eta = trial;
        [f, trialF] = [trialF, f];
        objective = value;
        if (landed) held = meeting;
        else if (meeting) crossings++;
      } else if (direct) direct = null;
      else halvings++;
    }
    if (accepted && !converged) continue;
    if (rough) {
      moved = 0;
      continue;
    }
    if (promise(information, gradient, slope) > SLOPE) return ended('stalled');
    return ended(held ? 'kink' : 'converged');
  }
}

function slopeOf({ slopes }: KinkPlace, kink: number, q: number): Float64Array {
  return slopes.subarray(kink * q, kink * q + q);
}

/** How a full step would move a delay, reversed in sign, and what it would gain by that. */
function push({ information, gradient }: View, slope: Float64Array): { readonly pull: number; readonly gain: number } {
  const { lower } = factorOf(information, gradient.length);
  const pull = dot(slope, choleskySolve(lower, slope.length, gradient));
  const most = dot(slope, choleskySolve(lower, slope.length, slope));
  return { pull, gain: (pull * pull) / most };
}

/** What a full step would gain if the objective were smooth. */
function promise(information: Float64Array, gradient: Float64Array, slope: Float64Array | null): number {
  return dot(scoringStep(information, gradient, slope), gradient);
}

function scoringStep(information: Float64Array, gradient: Float64Array, slope: Float64Array | null): Float64Array {
  return along(factorOf(information, gradient.length).lower, gradient, slope);
}

/** The information is never below the precision of the prior; where rounding makes it so, its diagonal alone is taken. */
function factorOf(information: Float64Array, q: number): { readonly lower: Float64Array } {
  const factor = cholesky(information, q);
  if (factor.status === 'ok') return factor;
  return { lower: information.map((each, at) => (at % (q + 1) === 0 ? Math.sqrt(each || 1) : 0)) };
}

/** The step; with a slope, that step of those that leave the delay where it is. */
function along(lower: Float64Array, gradient: Float64Array, slope: Float64Array | null): Float64Array {
  const q = gradient.length;
  const free = choleskySolve(lower, q, gradient);
  if (slope === null) return free;
  const normal = choleskySolve(lower, q, slope);
  const share = dot(slope, free) / dot(slope, normal);
  return free.map((each, i) => each - share * normal[i]);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
