import type { StructuralValues } from './drug.ts';
import type { FedRun } from './inflow.ts';
import type { StructureRun } from './structure.ts';

/** When other structural values begin to hold. */
export interface Change {
  readonly time: number;
  /** What is read at its very time is still read under the ones before. */
  readonly after: boolean;
}

/** Tells the run at each of the times, which ascend, under values that change; `values[from]` hold at first. */
export function follow(
  fed: FedRun,
  changes: readonly Change[],
  values: readonly StructuralValues[],
  from: number,
  times: ArrayLike<number>,
  tell: (run: StructureRun, i: number) => void,
): void {
  const { run } = fed;
  let setting = from;
  for (let i = 0; i < times.length; i++) {
    const at = times[i];
    while (setting + 1 < values.length) {
      const { time, after } = changes[setting + 1];
      if (after ? time >= at : time > at) break;
      setting++;
      fed.to(time);
      run.change(values[setting]);
    }
    fed.to(at);
    tell(run, i);
  }
}
