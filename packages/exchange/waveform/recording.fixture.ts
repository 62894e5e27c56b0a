import type { Decoded } from '@gemel/core/raw';
import type { Waveform } from '@gemel/core/waveform';
import fc from 'fast-check';
import type { Door, DoorOptions } from '../door.ts';

/** A signal of one run from the start. */
export function signalOf(samples: ArrayLike<number>, more: Partial<Waveform> = {}): Waveform {
  const runs = [{ after: 0, samples: Int32Array.from(samples) }];
  return { name: 'II', unit: 'mV', frequency: 100, gain: 200, baseline: 0, runs, ...more };
}

export function decodedOf(door: Door, bytes: Uint8Array, more: Partial<DoorOptions> = {}): Decoded[] {
  const options = { name: 'record', zone: '+01:00', subject: 'p1', sha256: 'h', ...more };
  return [...door.decode(bytes, options)];
}

/** Stored numbers from `low` to `high`, of one length for each signal. */
export function sampleSets(signals: number, low: number, high: number, most = 200): fc.Arbitrary<Int32Array[]> {
  return fc.integer({ min: 1, max: most }).chain((length) =>
    fc.array(
      fc
        .array(fc.integer({ min: low, max: high }), { minLength: length, maxLength: length })
        .map((values) => Int32Array.from(values)),
      { minLength: signals, maxLength: signals },
    ),
  );
}

/** A file with up to four places overwritten, dropped or put in. */
export function mutated(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({ at: fc.nat(bytes.length), drop: fc.nat(12), put: fc.uint8Array({ maxLength: 8 }) });
  const cut = fc.option(fc.nat(bytes.length), { nil: undefined });
  return fc.tuple(fc.array(edit, { minLength: 1, maxLength: 4 }), cut).map(([edits, end]) => {
    let out = bytes;
    for (const { at, drop, put } of edits) {
      const from = Math.min(at, out.length);
      out = Uint8Array.from([...out.subarray(0, from), ...put, ...out.subarray(from + drop)]);
    }
    return out.subarray(0, end);
  });
}

/** Overwritten bytes only: headers keep their places, and claim what they like. */
export function overwritten(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({
    at: fc.nat(Math.max(0, bytes.length - 1)),
    put: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  });
  return fc.array(edit, { minLength: 1, maxLength: 6 }).map((edits) => {
    const out = Uint8Array.from(bytes);
    for (const { at, put } of edits) out.set(put.subarray(0, out.length - at), at);
    return out;
  });
}

/** Samples of all signals an import gave. */
export function samplesIn(decoded: readonly Decoded[]): number {
  return decoded.reduce(
    (sum, { waveform }) => sum + (waveform?.signal.runs.reduce((count, { samples }) => count + samples.length, 0) ?? 0),
    0,
  );
}
