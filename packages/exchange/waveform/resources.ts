import type { Decoded } from '@gemel/core/raw';
import { type Instant, instant } from '@gemel/core/time';
import { NO_SAMPLE } from '@gemel/core/waveform';
import type * as fhir from '@medplum/fhirtypes';
import { conceptOf, periodOf, subjectOf } from '../fhir/encode/elements.ts';

/** Signals as R4 Observations with SampledData: one for each run without a gap. A sample that was not taken is E. */
export function* sampledObservations(decoded: Iterable<Decoded>): Generator<fhir.Observation, void, void> {
  for (const { items, waveform } of decoded) {
    const [item] = items;
    if (waveform === undefined || item?.kind !== 'observation') continue;
    const { name, unit, frequency, gain, baseline, runs } = waveform.signal;
    // R4's series count whole numbers from the origin; what the baseline has beyond a whole number goes into the origin.
    const whole = Math.round(baseline);
    const at = (seconds: number): Instant => instant(waveform.start + Math.round(seconds * 1000));
    for (const { after, samples } of runs) {
      if (samples.length === 0) continue;
      yield {
        resourceType: 'Observation',
        status: 'final',
        code: conceptOf({ codings: item.codings, text: item.text ?? name }),
        subject: subjectOf(item.subject),
        effectivePeriod: periodOf(at(after), at(after + samples.length / frequency), item.time.offset),
        valueSampledData: {
          origin: { value: (whole - baseline) / gain, unit },
          period: 1000 / frequency,
          factor: 1 / gain,
          dimensions: 1,
          data: Array.from(samples, (value) => (value === NO_SAMPLE ? 'E' : String(value - whole))).join(' '),
        },
      };
    }
  }
}
