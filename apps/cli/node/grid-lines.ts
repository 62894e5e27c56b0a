import type { Decoded, Instant, RawItem } from '@gemel/core';
import { deviceErrors } from '@gemel/exchange/device/errors.data';
import { MOST_STEPS, type ResampleOptions, resample, type Sample } from '@gemel/exchange/device/resample';
import type { DecodedTally } from './decoded-lines.ts';

/** Numbers of one quantity of one device. */
interface Series {
  readonly subject: string;
  readonly device: string | undefined;
  readonly system: string;
  readonly code: string;
  readonly unit: string;
  readonly samples: Sample[];
}

/** The numbers of a source on a regular grid: one line a step and series, gaps among them. What is left out is counted. */
export function* gridLines(
  decoded: readonly Decoded[],
  file: string,
  options: ResampleOptions,
  tally: DecodedTally,
): Generator<object, void, void> {
  const all = new Map<string, Series>();
  let left = 0;
  for (const item of decoded.flatMap(({ items }) => items)) {
    const sample = sampleOf(item);
    if (sample === null) {
      if (item.kind === 'observation') left++;
      continue;
    }
    const { samples, ...key } = sample;
    const name = JSON.stringify(key);
    const known = all.get(name);
    if (known === undefined) all.set(name, sample);
    else known.samples.push(...samples);
  }
  if (left > 0) {
    const words = `${left} values were left out: words, bounds, statistics and what its device doubts`;
    tally.problems.push(deviceErrors.problem('device-off-grid', words, { file }));
  }
  const everyMinutes = options.step / 60_000;
  for (const { samples, ...said } of all.values()) {
    const times: readonly number[] = samples.map(({ at }) => at);
    const span = times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b));
    if (span / options.step >= MOST_STEPS - 1) {
      const words = `${said.code}: ${everyMinutes} min over ${Math.round(span / 86_400_000)} days are more than ${MOST_STEPS} steps`;
      tally.problems.push(deviceErrors.problem('device-grid-too-fine', words, { file }));
      continue;
    }
    for (const { at, ...step } of resample(samples, options))
      yield { ...said, at: new Date(at).toISOString(), everyMinutes, aggregate: options.aggregate, ...step };
  }
}

/** A reading as a series of one; null where it is none that can stand on a grid. */
function sampleOf(item: RawItem): Series | null {
  if (item.kind !== 'observation' || item.value.kind !== 'quantity' || item.value.comparator !== undefined) return null;
  const { subject, codings, time, value, provenance, marks = [] } = item;
  const doubted = marks.some(({ code }) => code === 'device-status');
  if (doubted || time.end !== undefined || !Number.isFinite(time.start) || codings[0] === undefined) return null;
  const { system, code } = codings[0];
  const sample = { at: time.start as Instant, value: value.value };
  return { subject, device: provenance.device, system, code, unit: value.unit, samples: [sample] };
}
