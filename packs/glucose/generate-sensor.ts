import { after, type Instant, MINUTE } from '@gemel/core';
import type { RandomStream } from '@gemel/numerics/random/stream';
import { type Reading, reading, type SensorModel, sensorErrors } from './sensor.ts';

/** One displayed value; `repeats` marks a second copy of an earlier one, sent again after a reconnection. */
export interface SensedGlucose {
  readonly at: Instant;
  readonly reading: Reading;
  readonly repeats: boolean;
}

export interface Sensing {
  readonly starts: readonly Instant[];
  /** The number on display at a minute for an interstitial glucose, mg/dL; null: none. LO and HI show the range's ends. */
  displayed(minute: number, interstitial: number): number | null;
  /** The record of the whole time, given interstitial glucose at every whole minute. */
  record(interstitial: Float64Array): SensedGlucose[];
}

interface SensingOptions {
  readonly start: Instant;
  readonly days: number;
  readonly sensor: SensorModel;
  readonly faults: boolean;
  readonly random: RandomStream;
}

/** Days a sensor is worn. */
const WEAR_DAYS = 10;

/**
 * A sensor over some days: readings at its interval from the start on, errors of the sensor model. With faults: a change
 * every ten days with warm-up, on average one gap of 10–120 minutes in two days, and up to three readings sent twice
 * after a gap.
 */
export function sense({ start, days, sensor, faults, random }: SensingOptions): Sensing {
  const minutes = Float64Array.from(
    { length: Math.floor((days * 1440) / sensor.intervalMinutes) },
    (_, i) => i * sensor.intervalMinutes,
  );
  const errors = sensorErrors(minutes, random.fork('errors'), sensor);
  const index = (minute: number) => Math.floor(minute / sensor.intervalMinutes);
  const changes = faults
    ? Array.from({ length: Math.ceil(days / WEAR_DAYS) }, (_, i) => (i === 0 ? 0 : i * WEAR_DAYS * 1440 + 600))
    : [0];
  const lost = new Uint8Array(minutes.length);
  const reconnections: number[] = [];
  if (faults) {
    for (const change of changes.slice(1)) lost.fill(1, index(change), index(change + sensor.warmUpMinutes));
    const r = random.fork('gaps');
    for (let day = 0; day < days; day++) {
      if (r.uniform() > 0.5) continue;
      const from = day * 1440 + r.uniform() * 1440;
      const to = from + 10 + 110 * r.uniform();
      lost.fill(1, index(from), index(to));
      reconnections.push(index(to));
    }
  }
  return {
    starts: changes.map((minute) => after(start, minute * MINUTE)),
    displayed(minute, interstitial) {
      const i = index(minute);
      if (i >= lost.length || lost[i] === 1) return null;
      const shown = reading(interstitial, errors[i], sensor);
      return 'value' in shown ? shown.value : 'below' in shown ? shown.below : shown.above;
    },
    record(interstitial) {
      const record: SensedGlucose[] = [];
      const repeat = random.fork('repeats');
      for (let i = 0; i < minutes.length; i++) {
        if (lost[i] === 1) continue;
        if (reconnections.includes(i)) {
          const copies = Math.floor(repeat.uniform() * 4);
          for (const earlier of copies === 0 ? [] : record.slice(-copies)) record.push({ ...earlier, repeats: true });
        }
        record.push({
          at: after(start, minutes[i] * MINUTE),
          reading: reading(interstitial[minutes[i]], errors[i], sensor),
          repeats: false,
        });
      }
      return record;
    },
  };
}
