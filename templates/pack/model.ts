import { type ControlInput, HOUR, type Instant, instant, MINUTE } from '@gemel/core';
import type { RandomStream } from '@gemel/numerics';
import type { Dynamics, Parameters } from '@gemel/runtime/dynamics';

/** Where a body stands. */
export interface BodyState {
  readonly at: Instant;
  /** Core temperature, Cel. */
  readonly temperature: number;
}

/** Order of the parameters; their values, units and sources stand in population.ts. */
export const PARAMETER = { setPoint: 0, regulation: 1, exchange: 2 } as const;

/** Standard deviation of the unmodelled drift over one hour, Cel. */
const DRIFT = 0.05;
/** Minutes between draws of the drift, counted from the epoch, so that the draws depend on the times alone. */
const STEP = 5 * MINUTE;

/**
 * Newton's law of cooling towards two surroundings: dT/dt = regulation · (setPoint − T) + exchange · (blanket − T), the second
 * term while a blanket is on. Constant between changes of the blanket, hence solved exactly. Newton, Phil Trans 1701;22:824;
 * that it holds for the body: Molnar, Pflügers Arch 1969, doi:10.1007/BF00588059.
 */
export function cooled(temperature: number, hours: number, parameters: Parameters, blanket: number | null): number {
  const exchange = blanket === null ? 0 : parameters[PARAMETER.exchange]!;
  const rate = parameters[PARAMETER.regulation]! + exchange;
  const pull = parameters[PARAMETER.regulation]! * parameters[PARAMETER.setPoint]! + exchange * (blanket ?? 0);
  return pull / rate + (temperature - pull / rate) * Math.exp(-rate * hours);
}

/** Water temperature of the blanket that is on at `at`, Cel; the one begun last wins. */
function blanketAt(controls: readonly ControlInput[], at: number): number | null {
  const on = controls.filter((c) => c.control === 'blanket' && c.from <= at && at < (c.to ?? c.from));
  return (
    on.reduce<ControlInput | null>((last, c) => (last === null || c.from >= last.from ? c : last), null)?.value.value ??
    null
  );
}

function advance(
  state: BodyState,
  parameters: Parameters,
  controls: readonly ControlInput[],
  until: Instant,
  random: RandomStream,
): BodyState {
  const changes = controls.flatMap((c) => [c.from, c.to ?? c.from]);
  let { at, temperature } = state;
  while (at < until) {
    const tick = STEP * (Math.floor(at / STEP) + 1);
    const next = Math.min(until, tick, ...changes.filter((change) => change > at));
    temperature = cooled(temperature, (next - at) / HOUR, parameters, blanketAt(controls, at));
    if (next === tick) temperature += DRIFT * Math.sqrt(STEP / HOUR) * random.normal();
    at = instant(next);
  }
  return { at, temperature };
}

export const dynamics: Dynamics<BodyState> = {
  signals: { 'temperature.core': { unit: 'Cel' } },
  init: (parameters, at) => ({ at, temperature: parameters[PARAMETER.setPoint]! }),
  advance,
  observe: (state) => state.temperature,
  time: (state) => state.at,
  snapshot: (state) => new Uint8Array(Float64Array.of(state.at, state.temperature).buffer),
  restore(bytes) {
    const [at, temperature] = new Float64Array(bytes.slice().buffer);
    return { at: instant(at!), temperature: temperature! };
  },
};
