import type { Instant, Observation } from '@gemel/core';
import { squareRootUpdate } from '@gemel/inference/filter/ensemble-kalman';
import { systematicResample } from '@gemel/inference/smc/resampling';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type { Member } from '@gemel/runtime/dynamics';
import type { Belief, History } from '@gemel/runtime/pack';
import { errorVarianceFactor } from '@gemel/runtime/quality/uncertain';
import { sensorLatent } from './calibrate-members.ts';
import { actedControls } from './calibrate-window.ts';
import { dynamics, type GlucoseState } from './dynamics.ts';
import { STATE_COUNT } from './model.ts';
import { glucoseValue } from './readings.ts';
import { gaussianForm, SENSOR } from './sensor.ts';

/** How one observed signal enters the update. */
interface Channel {
  /** Signal of the dynamics it is compared with. */
  readonly signal: string;
  /** Variance of the error the members do not carry themselves, (mg/dL)². */
  variance(value: number): number;
  /** Variance of the whole error of a good value, (mg/dL)², where the members carry part of it. */
  readonly whole?: number;
}

/**
 * Members carry the sensor's own error, so that only rounding is left. A meter: 95 % within 15 mg/dL, or 15 % above
 * 100 mg/dL (ISO 15197:2013). A laboratory: 3 %.
 */
const CHANNELS: Readonly<Record<string, Channel>> = {
  'glucose.interstitial': { signal: 'glucose.sensor', variance: () => 1, whole: gaussianForm(SENSOR).sd ** 2 },
  'glucose.capillary': { signal: 'glucose.capillary', variance: (value) => (0.075 * Math.max(100, value)) ** 2 },
  'glucose.plasma': { signal: 'glucose.plasma', variance: (value) => (0.03 * value) ** 2 },
};
/** Innovations beyond this many SDs are taken as partly spurious: their variance grows until they are this large. */
const GATE = 3.5;
/** SD of what "LO" and "HI" say of glucose on the wrong side of their bound, mg/dL. */
const BOUND_SD = 5;

/**
 * Carries a belief over new observations: members are advanced by the dynamics with their disturbances, and every value
 * corrects their states through a square-root ensemble Kalman update. Afterwards a member's sensor error is what the reading
 * still differs by. An uncertain value counts with four times the
 * variance of its error; poor values are left out; a "LO" or "HI" corrects only members on the wrong side of it.
 */
export function assimilate(
  belief: Belief<GlucoseState>,
  history: History,
  fresh: readonly Observation[],
  at: Instant,
  random: RandomStream,
): Belief<GlucoseState> {
  const controls = actedControls(history, belief.at, at);
  let members = evenMembers(belief, random);
  const carry = (until: Instant, signal: string) => {
    const { ends, values } = dynamics.trajectories({
      members,
      controls,
      times: [until],
      signals: [signal],
      random: random.fork('carry', until, signal),
    });
    members = members.map(({ parameters }, i) => ({ parameters, state: ends[i] }));
    return values[signal];
  };
  for (const observation of fresh) {
    const channel = observation.signal === null ? undefined : CHANNELS[observation.signal];
    const given = glucoseValue(observation.value);
    if (channel === undefined || given === null || observation.grade === 'poor' || observation.trueAt > at) continue;
    const predicted = carry(observation.trueAt, channel.signal);
    members = corrected(members, given, predicted, channel, errorVarianceFactor(observation));
  }
  if (members.some(({ state }) => state.at !== at)) carry(at, 'glucose.interstitial');
  return {
    ...belief,
    at,
    knownAt: history.knownAt,
    members,
    weights: new Float64Array(members.length).fill(1 / members.length),
  };
}

/** The members equally weighted, resampled where they are not. */
function evenMembers(belief: Belief<GlucoseState>, random: RandomStream): readonly Member<GlucoseState>[] {
  const { members, weights } = belief;
  if (weights.every((w) => Math.abs(w - weights[0]) < 1e-12)) return members;
  const total = weights.reduce((sum, w) => sum + w, 0);
  const ancestors = systematicResample(
    weights.map((w) => w / total),
    members.length,
    random.fork('resample'),
  );
  return Array.from(ancestors, (a) => members[a]);
}

function corrected(
  members: readonly Member<GlucoseState>[],
  given: NonNullable<ReturnType<typeof glucoseValue>>,
  predicted: Float64Array,
  channel: Channel,
  factor: number,
): readonly Member<GlucoseState>[] {
  const count = members.length;
  const mean = predicted.reduce((sum, v) => sum + v, 0) / count;
  const spread = predicted.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (count - 1);
  const { value, bound } = given;
  if ((bound === 'below' && mean < value) || (bound === 'above' && mean > value)) return members;
  const own = channel.variance(value) + (bound === null ? 0 : BOUND_SD ** 2);
  let variance = own + (factor - 1) * (channel.whole ?? own);
  const innovation = value - mean;
  const surprising = innovation ** 2 > GATE ** 2 * (spread + variance);
  if (surprising) variance = innovation ** 2 / GATE ** 2 - spread;

  const { read, write } = dynamics.coordinates;
  const width = dynamics.coordinates.names.length;
  const ensemble = new Float64Array(count * width);
  members.forEach(({ state }, i) => {
    ensemble.set(read(state), i * width);
  });
  const { state } = squareRootUpdate({ members: count, dimension: width, ensemble }, { value, variance, predicted });
  return members.map(({ parameters, state: before }, i) => {
    const next = write(before, state.ensemble.subarray(i * width, (i + 1) * width));
    if (channel.signal === 'glucose.sensor' && bound === null && !surprising && factor === 1) {
      const glucose = dynamics.observe(next, parameters, 'glucose.interstitial');
      next.values[STATE_COUNT] = sensorLatent(value - glucose, SENSOR);
    }
    return { parameters, state: next };
  });
}
