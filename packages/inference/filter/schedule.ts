import { inferenceErrors } from '../errors.data.ts';
import { type Observation, type ObservationOperator, stackObservations } from './observation.ts';

/** One sensor's record: its own operator, times in any order, and values times × operator.size (NaN: missing). */
export interface SensorRecord {
  readonly operator: ObservationOperator;
  readonly times: ArrayLike<number>;
  readonly values: Float64Array;
}

/**
 * Sensors of any rates as one series in order of time; values within `together` (unit of the times) of the first of a
 * group are taken as simultaneous, at the time of the first, with errors independent between sensors. Absent: 0.
 * Times that are not finite are left out and counted. @throws inference-shape
 */
export function mergeSensors(
  records: readonly SensorRecord[],
  together = 0,
): { readonly observations: readonly Observation[]; readonly refused: number } {
  const single: Observation[] = [];
  let refused = 0;
  for (const [sensor, { operator, times, values }] of records.entries()) {
    if (values.length !== times.length * operator.size) {
      throw inferenceErrors.error(
        'inference-shape',
        `${times.length} times of ${operator.size} values need another number than ${values.length}.`,
        `sensor ${sensor}`,
      );
    }
    for (let k = 0; k < times.length; k++) {
      if (!Number.isFinite(times[k])) refused++;
      else single.push({ time: times[k], operator, values: values.slice(k * operator.size, (k + 1) * operator.size) });
    }
  }
  single.sort((a, b) => a.time - b.time);
  const groups: Observation[][] = [];
  for (const observation of single) {
    const group = groups.at(-1);
    if (group && observation.time - group[0].time <= together) group.push(observation);
    else groups.push([observation]);
  }
  return { observations: groups.map(stackObservations), refused };
}
