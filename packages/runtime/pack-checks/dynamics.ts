import { type ControlInput, type Instant, instant, MINUTE } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { Member } from '../dynamics.ts';
import type { Pack } from '../pack.ts';
import type { PackCheck, PackExample } from '../pack-contract.ts';
import { trajectoryLoop } from '../paths.ts';
import { demand, frozen, sameBytes, sameNumbers } from './demand.ts';

const random = () => randomStream(20240521, 'pack contract');

/** The dynamics keep the rules that replay, snapshots and batches rest on. */
// biome-ignore lint/suspicious/noExplicitAny: the state is the pack's own affair
export function behaves(pack: Pack<any>, example: PackExample): readonly PackCheck[] {
  const { dynamics, forecast } = pack;
  const parameters = Float64Array.from(pack.parameters, (p) => p.value);
  const start = example.now;
  const step = forecast.stepMinutes * MINUTE;
  const later = (steps: number): Instant => instant(start + steps * step);
  const controls = frozen([...example.history.controls, ...everyControl(pack, later(1), later(2))]);
  const run = (state: unknown, until: Instant, stream = random()) =>
    dynamics.advance(state, parameters, controls, until, stream);

  return [
    {
      name: 'D1 starts at the instant asked for and advances to the instant asked for',
      run: () => {
        const state = dynamics.init(parameters, start);
        demand(dynamics.time(state) === start, `init stands at ${dynamics.time(state)} instead of ${start}`);
        demand(dynamics.time(run(state, later(3))) === later(3), 'advance does not reach the instant asked for');
      },
    },
    {
      name: 'D2 is pure: what goes in comes out untouched, and the same comes out of the same',
      run: () => {
        const state = run(dynamics.init(parameters, start), later(2));
        const before = dynamics.snapshot(state);
        const own = parameters.slice();
        const once = dynamics.snapshot(run(state, later(5)));
        for (const signal of Object.keys(dynamics.signals)) dynamics.observe(state, parameters, signal);
        sameBytes(dynamics.snapshot(state), before, 'the state that was advanced');
        sameNumbers(parameters, own, 'the parameters');
        sameBytes(dynamics.snapshot(run(state, later(5))), once, 'a second run from the same state');
      },
    },
    {
      name: 'D3 restores a snapshot bit for bit in the middle of a run',
      run: () => {
        const state = run(dynamics.init(parameters, start), later(2));
        const bytes = dynamics.snapshot(state);
        const restored = dynamics.restore(bytes.slice());
        demand(dynamics.time(restored) === later(2), 'the restored state stands at another instant');
        sameBytes(dynamics.snapshot(restored), bytes, 'a snapshot of the restored state');
        const on = dynamics.snapshot(run(state, later(6), random().fork('on')));
        sameBytes(dynamics.snapshot(run(restored, later(6), random().fork('on'))), on, 'the run on from it');
        for (const signal of Object.keys(dynamics.signals)) {
          sameNumbers(
            [dynamics.observe(restored, parameters, signal)].flat() as number[],
            [dynamics.observe(state, parameters, signal)].flat() as number[],
            signal,
          );
        }
      },
    },
    {
      name: 'D4 gives finite numbers for every signal',
      run: () => {
        const state = run(dynamics.init(parameters, start), later(4));
        for (const signal of Object.keys(dynamics.signals)) {
          const value = dynamics.observe(state, parameters, signal);
          const all = typeof value === 'number' ? [value] : [...value];
          demand(all.every(Number.isFinite), `${signal} is ${all.find((v) => !Number.isFinite(v))}`);
        }
      },
    },
    {
      name: 'D5 the batched form equals the loop bit for bit',
      run: () => {
        if (dynamics.trajectories === undefined) return;
        const members: Member<unknown>[] = Array.from({ length: 5 }, (_, m) => ({
          parameters,
          state:
            m === 0
              ? dynamics.init(parameters, start)
              : run(dynamics.init(parameters, instant(start - m * step)), start),
        }));
        for (const times of [Array.from({ length: 8 }, (_, t) => later(t)), [later(1), later(4)]]) {
          const request = { members, controls, times, signals: forecast.signals };
          const batch = dynamics.trajectories({ ...request, random: random() });
          const loop = trajectoryLoop(dynamics, { ...request, random: random() });
          for (const signal of forecast.signals) sameNumbers(batch.values[signal]!, loop.values[signal]!, signal);
          loop.ends.forEach((end, m) => {
            sameBytes(dynamics.snapshot(batch.ends[m]), dynamics.snapshot(end), `end of member ${m}`);
          });
        }
      },
    },
    {
      name: 'D6 writing the coordinates it read changes nothing',
      run: () => {
        const { coordinates } = dynamics;
        if (coordinates === undefined) return;
        const state = run(dynamics.init(parameters, start), later(2));
        const read = coordinates.read(state);
        demand(
          read.length === coordinates.names.length,
          `${read.length} coordinates for ${coordinates.names.length} names`,
        );
        sameBytes(
          dynamics.snapshot(coordinates.write(state, read)),
          dynamics.snapshot(state),
          'the state written back',
        );
      },
    },
  ];
}

/** One of each control input the pack understands, in the middle of its plausible range. */
// biome-ignore lint/suspicious/noExplicitAny: the state is the pack's own affair
export function everyControl(pack: Pack<any>, from: Instant, to: Instant, share = 0.1): readonly ControlInput[] {
  return pack.controls.map((spec) => ({
    kind: 'control',
    id: `contract-${spec.control}`,
    subject: 'contract',
    control: spec.control,
    code: { codings: spec.codings },
    value: { value: spec.plausible[0] + share * (spec.plausible[1] - spec.plausible[0]), unit: spec.unit },
    from,
    to,
    status: 'proposed',
    knownAt: from,
    offset: null,
    grade: 'good',
    marks: [],
    provenance: { source: 'pack contract', element: spec.control },
  }));
}
