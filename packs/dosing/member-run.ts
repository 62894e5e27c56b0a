import type { Parameters } from '@gemel/runtime/dynamics';
import type { StructuralValues } from './drug.ts';
import type { StructureRun } from './structure.ts';

/** The structures of which runs of members are kept: of those with these parameters, the last. */
const runs = new WeakMap<Parameters, { readonly structure: object; readonly run: StructureRun }>();

/**
 * A member's run, set to a state: what was worked out of its parameters serves all that is foretold of it. Only until the next is asked for,
 * and of parameters that are never written to.
 */
export function memberRun<Run extends StructureRun>(
  structure: { run(values: StructuralValues, state: Float64Array): Run },
  parameters: Parameters,
  values: (parameters: Parameters) => StructuralValues,
  state: Float64Array,
): Run {
  const known = runs.get(parameters);
  if (known?.structure === structure) {
    known.run.reset(state);
    return known.run as Run;
  }
  const run = structure.run(values(parameters), state);
  runs.set(parameters, { structure, run });
  return run;
}
