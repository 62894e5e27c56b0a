import type { DatasetRecord, DatasetSubject } from '../dataset/read-dataset.ts';
import type { Individual } from './individual.ts';
import type { PopulationModel } from './population-model.ts';

/**
 * A delay after which a dose enters or its infusion ends, and the delays (ascending) at which that is the time of an observation: there
 * the prediction is continuous, or jumps, but is not smooth.
 */
export interface DoseKink {
  readonly at: Float64Array;
  delay(theta: Float64Array, eta: Float64Array): number;
}

/** Doses of a steady state before its record whose delay may outlast the interval. */
const BEFORE = 4;

/**
 * The kinks of one subject's predictions: for doses whose lag, duration, rate or bioavailability has a random effect and
 * decides when they enter or end. An infusion makes a kink in its own compartment alone, a bolus in those that it flows to as well.
 * `times`: of the records, never going back. `compartment`: its number where a record names none. `seen`: whether observations
 * show a compartment itself.
 */
export function doseKinks(
  model: PopulationModel,
  individual: Individual,
  { records }: DatasetSubject,
  times: readonly number[],
  compartment: number,
  seen: (compartment: number) => boolean,
): readonly DoseKink[] {
  const random = new Set([...model.between.names, ...model.within.names]);
  const read = times.filter((_, i) => records[i].observation !== null);
  const values = new Float64Array(model.parameters.length);
  const found = new Map<string, { readonly at: Set<number>; readonly delay: DoseKink['delay'] }>();

  const add = (record: DatasetRecord, setting: number, time: number, end: boolean) => {
    const number = record.compartment ?? compartment;
    if (record.rate !== 0 && !seen(number)) return;
    const names = [`ALAG${number}`];
    if (end && record.rate === -2) names.push(`D${number}`);
    if (end && record.rate === -1) names.push(`R${number}`);
    if (end && record.rate !== -2) names.push(`F${number}`);
    if (!names.some((name) => random.has(name))) return;
    const [lag, duration, rate, share] = ['ALAG', 'D', 'R', 'F'].map((kind) =>
      model.parameters.indexOf(`${kind}${number}`),
    );
    const { amount } = record;
    const lasts = () => {
      if (!end) return 0;
      if (record.rate === -2) return values[duration];
      return ((share < 0 ? 1 : values[share]) * amount) / (record.rate === -1 ? values[rate] : record.rate);
    };
    const key = [setting, number, end, record.rate, record.rate === -2 || !end ? '' : amount].join(' ');
    if (!found.has(key)) {
      const delay: DoseKink['delay'] = (theta, eta) => {
        individual.parameters(setting, theta, eta, values);
        return (lag < 0 ? 0 : values[lag]) + lasts();
      };
      found.set(key, { at: new Set(), delay });
    }
    const { at } = found.get(key)!;
    for (let k = record.steadyState > 0 && record.interval > 0 ? -BEFORE : 0; k <= record.additional; k++) {
      for (const each of read) {
        const wait = each - (time + k * record.interval);
        // Times of one decimal differ from each other by rounding.
        if (wait > 0) at.add(Number(wait.toPrecision(14)));
      }
    }
  };

  records.forEach((record, i) => {
    if ((record.event !== 1 && record.event !== 4) || record.amount === 0) return;
    add(record, individual.settingOf[i], times[i], false);
    if (record.rate !== 0) add(record, individual.settingOf[i], times[i], true);
  });
  return [...found.values()]
    .filter(({ at }) => at.size > 0)
    .map(({ at, delay }) => ({ at: Float64Array.from(at).sort(), delay }));
}
