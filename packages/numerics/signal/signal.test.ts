import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../index.ts';
import { hrvStatistics, rrIntervals, rrStatistics } from './beat-intervals.ts';
import { bandPass, filled, movingMean } from './biquad.ts';
import { detectBeats } from './detect-beats.ts';
import { detectPulses } from './detect-pulses.ts';
import { hrvSpectrum, lombScargle } from './lomb-scargle.ts';
import { matchBeats } from './match-beats.ts';
import { EMPTY_GREATEST, EMPTY_LEAST, envelope, PyramidBuilder } from './min-max-pyramid.ts';
import { BREATHING_RATE_HZ, beatSizes, breathingRate, modulation } from './respiration.ts';
import { judgeStretch, skewness } from './signal-quality.ts';

const bump = (t: number, center: number, width: number) => Math.exp(-0.5 * ((t - center) / width) ** 2);
/** An ECG of P, QRS and T waves at given times, with noise. */
function ecg(
  beats: readonly number[],
  seconds: number,
  rate: number,
  noise: number,
  size: (i: number) => number = () => 1,
): Float64Array {
  const random = randomStream(7, 'ecg', rate);
  const out = new Float64Array(Math.round(seconds * rate));
  for (const [i, beat] of beats.entries()) {
    const from = Math.max(0, Math.floor((beat - 0.4) * rate));
    const to = Math.min(out.length, Math.ceil((beat + 0.6) * rate));
    for (let k = from; k < to; k++) {
      const t = k / rate - beat;
      const shape =
        bump(t, 0, 0.012) - 0.2 * bump(t, 0.03, 0.01) + 0.1 * bump(t, -0.16, 0.025) + 0.35 * bump(t, 0.26, 0.05);
      out[k] = out[k]! + size(i) * shape;
    }
  }
  return out.map((value, k) => value + noise * random.normal() + 0.3 * Math.sin((2 * Math.PI * 0.2 * k) / rate));
}
/** Times of beats about `mean` s apart. */
function beatTimes(seconds: number, mean: number, spread: number, seed = 1): number[] {
  const random = randomStream(seed, 'beats');
  const times: number[] = [];
  for (let t = 0.5; t < seconds - 0.5; t += mean + spread * (2 * random.uniform() - 1)) times.push(t);
  return times;
}
const seconds = (places: Int32Array, rate: number) => Array.from(places, (place) => place / rate);

describe('filters', () => {
  test('a band pass keeps its band, takes out what lies outside, and delays nothing', () => {
    const rate = 250;
    const wave = (hertz: number) =>
      Float64Array.from({ length: 5000 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));
    const power = (values: Float64Array) =>
      values.subarray(1000, 4000).reduce((sum, value) => sum + value * value, 0) / 1500;
    expect(power(bandPass(wave(11), rate, 8, 16))).toBeGreaterThan(0.4);
    for (const hertz of [0.3, 1, 60]) expect(power(bandPass(wave(hertz), rate, 8, 16))).toBeLessThan(0.01);
    const pulse = new Float64Array(2001);
    pulse[1000] = 1;
    const out = bandPass(pulse, rate, 5, 30);
    expect(out.indexOf(Math.max(...out))).toBe(1000);
  });

  test('a moving mean is that of its window, shorter at the ends; gaps are filled from before', () => {
    expect([...movingMean(Float64Array.of(1, 2, 3, 4, 5), 3)]).toEqual([1.5, 2, 3, 4, 4.5]);
    expect([...filled(Float64Array.of(Number.NaN, 2, Number.NaN, 4))]).toEqual([2, 2, 2, 4]);
  });
});

describe('beats', () => {
  test.each([125, 250, 360, 500, 1000])('at %i Hz every beat of a noisy ECG is found, and nothing else', (rate) => {
    const times = beatTimes(60, 0.8, 0.2);
    const found = seconds(detectBeats(ecg(times, 60, rate, 0.04), rate), rate);
    expect(matchBeats(times, found, 0.05)).toMatchObject({ missed: 0, extra: 0 });
  });

  test('slow and fast hearts, and beats turned upside down', () => {
    for (const [mean, sign] of [
      [1.5, 1],
      [0.4, 1],
      [0.8, -1],
    ] as const) {
      const times = beatTimes(60, mean, 0.02);
      const found = detectBeats(
        ecg(times, 60, 250, 0.02).map((value) => sign * value),
        250,
      );
      expect(matchBeats(times, seconds(found, 250), 0.05)).toMatchObject({ missed: 0, extra: 0 });
    }
  });

  test('a small beat is found after a pause; an artefact does not silence what follows; no beat in a gap', () => {
    const times = beatTimes(60, 0.8, 0.05);
    const signal = ecg(times, 60, 250, 0.02, (i) => (i === 20 ? 0.35 : 1));
    for (let k = 30 * 250; k < 30 * 250 + 10; k++) signal[k] = 40;
    for (let k = 40 * 250; k < 45 * 250; k++) signal[k] = Number.NaN;
    const found = seconds(detectBeats(signal, 250), 250);
    expect(found.some((t) => Math.abs(t - times[20]!) < 0.05)).toBe(true);
    expect(found.filter((t) => t >= 40 && t < 45)).toEqual([]);
    const after = times.filter((t) => t > 31 && t < 39);
    expect(
      matchBeats(
        after,
        found.filter((t) => t > 30.8 && t < 39.2),
        0.05,
      ).missed,
    ).toBe(0);
  });

  test('nothing is found in a long silence with faint noise, and everything after it', () => {
    const before = beatTimes(20, 0.8, 0.05);
    const after = beatTimes(20, 0.8, 0.05, 2).map((t) => t + 920);
    const signal = ecg([...before, ...after], 940, 125, 0.003);
    const found = seconds(detectBeats(signal, 125), 125);
    expect(found.filter((t) => t > 21 && t < 919)).toEqual([]);
    expect(matchBeats([...before, ...after], found, 0.05)).toMatchObject({ missed: 0, extra: 0 });
  });

  test('nothing is found in nothing', () => {
    expect(detectBeats(new Float64Array(10), 250).length).toBe(0);
    expect(detectBeats(new Float64Array(5000), 250).length).toBe(0);
    expect(detectBeats(new Float64Array(5000).fill(Number.NaN), 250).length).toBe(0);
  });

  test('matching pairs each beat once: found + missed and found + extra are all there are', () => {
    const times = fc
      .uniqueArray(fc.integer({ min: 0, max: 1000 }), { maxLength: 30 })
      .map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(times, times, (reference, detected) => {
        const { found, missed, extra } = matchBeats(reference, detected, 5);
        expect([found + missed, found + extra]).toEqual([reference.length, detected.length]);
        const near = reference.filter((r) => detected.some((d) => Math.abs(d - r) <= 5)).length;
        expect(found).toBeLessThanOrEqual(near);
      }),
    );
    expect(matchBeats([10, 20], [11, 19, 21], 5)).toMatchObject({ found: 2, missed: 0, extra: 1 });
  });

  test('pulses of a photoplethysmogram', () => {
    const times = beatTimes(60, 0.9, 0.1);
    const ppg = new Float64Array(60 * 125);
    for (const t of times)
      for (let k = 0; k < ppg.length; k++) ppg[k] = ppg[k]! + bump(k / 125, t, 0.1) + 0.4 * bump(k / 125, t + 0.3, 0.1);
    expect(matchBeats(times, seconds(detectPulses(ppg, 125), 125), 0.08)).toMatchObject({ missed: 0, extra: 0 });
  });
});

describe('intervals', () => {
  test('all beats and normal beats by hand', () => {
    const times = [0, 1, 2.1, 3, 4.2, 5.2];
    expect([...rrIntervals(times)].map(Math.round)).toEqual([1000, 1100, 900, 1200, 1000]);
    const all = rrStatistics(times);
    expect(all.mean).toBeCloseTo(1040, 9);
    expect(all.standardDeviation).toBeCloseTo(Math.sqrt((1600 + 3600 + 19_600 + 25_600 + 1600) / 4), 9);
    expect(all.successiveDifference).toBeCloseTo(Math.sqrt((100 ** 2 + 200 ** 2 + 300 ** 2 + 200 ** 2) / 4), 9);
    // Beat 3 is not normal: intervals 2 and 3 fall out, and no difference spans them.
    const normal = hrvStatistics(times, [true, true, true, false, true, true]);
    expect([normal.count, normal.differences]).toEqual([3, 1]);
    expect(normal.meanNN).toBeCloseTo(3100 / 3, 9);
    expect(normal.rmssd).toBeCloseTo(100, 9);
    expect(normal.pnn50).toBe(1);
  });

  test('the sum of Lomb–Scargle over all frequencies is the variance; a wave stands at its frequency', () => {
    const times = Array.from({ length: 300 }, (_, i) => i);
    const random = randomStream(3, 'noise');
    const values = times.map(() => random.normal());
    const mean = values.reduce((a, b) => a + b, 0) / 300;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 300;
    const frequencies = Array.from({ length: 149 }, (_, k) => (k + 1) / 300);
    const total = lombScargle(times, values, frequencies).reduce((sum, each) => sum + each / 300, 0);
    expect(Math.abs(total / variance - 1)).toBeLessThan(0.02);
  });

  test('bands: a breathing wave of 20 ms at 0.25 Hz is 200 ms² of high frequency, a slow one of low', () => {
    for (const [hertz, band] of [
      [0.25, 'high'],
      [0.1, 'low'],
      [0.02, 'veryLow'],
    ] as const) {
      const times: number[] = [];
      const intervals: number[] = [];
      for (let t = 0; t < 660; ) {
        const interval = 800 + 20 * Math.sin(2 * Math.PI * hertz * t);
        t += interval / 1000;
        times.push(t);
        intervals.push(interval);
      }
      const spectrum = hrvSpectrum(
        times,
        intervals,
        times.map(() => true),
      );
      expect(spectrum.segments).toBe(2);
      expect(spectrum[band]).toBeGreaterThan(180);
      expect(spectrum[band]).toBeLessThan(210);
      const others = (['veryLow', 'low', 'high'] as const).filter((each) => each !== band);
      for (const other of others) expect(spectrum[other]).toBeLessThan(8);
    }
    expect(hrvSpectrum([1, 2], [1, 1], [true, true]).low).toBeNaN();
  });
});

describe('quality and breathing', () => {
  test('a clean stretch is good; noise, a flat line, a gap and a loose contact are not', () => {
    const rate = 250;
    const times = beatTimes(10, 0.8, 0.02);
    const clean = ecg(times, 10, rate, 0.02);
    const judged = (signal: Float64Array) => judgeStretch(signal, rate, detectBeats(signal, rate), 'ecg');
    expect(judged(clean)).toMatchObject({ good: true, reasons: [] });
    expect(Math.abs(judged(clean).rate - 75)).toBeLessThan(2);
    const random = randomStream(5, 'noise');
    expect(judged(clean.map(() => random.normal())).good).toBe(false);
    expect(judged(new Float64Array(2500)).reasons).toContain('the signal stands still');
    expect(judged(clean.map((value, i) => (i < 1000 ? Number.NaN : value))).reasons).toContain('samples are missing');
    expect(judged(clean.map((value, i) => (i < 1200 ? 0 : value))).good).toBe(false);
  });

  test('skewness by hand', () => {
    expect(skewness([1, 2, 3])).toBeCloseTo(0, 12);
    expect(skewness([0, 0, 3])).toBeCloseTo(Math.SQRT1_2, 12);
  });

  test.each([8, 14, 22])('breathing of %i a minute is counted, in itself and in the sizes of beats', (rate) => {
    const wave = (t: number) => Math.sin((2 * Math.PI * rate * t) / 60);
    const random = randomStream(9, 'breath');
    const belt = Float64Array.from({ length: 60 * 25 }, (_, i) => wave(i / 25) + 0.1 * random.normal());
    expect(Math.abs(breathingRate(belt, 25).rate - rate)).toBeLessThan(0.5);
    const times = beatTimes(60, 0.7, 0.05);
    const signal = ecg(times, 60, 250, 0.01, (i) => 1 + 0.15 * wave(times[i]!));
    const beats = detectBeats(signal, 250);
    const derived = modulation(seconds(beats, 250), beatSizes(signal, 250, beats));
    expect(Math.abs(breathingRate(derived, BREATHING_RATE_HZ).rate - rate)).toBeLessThan(1);
    expect(breathingRate(new Float64Array(10), 25).rate).toBeNaN();
  });
});

describe('pyramid', () => {
  const samples = fc
    .array(fc.integer({ min: -500, max: 500 }), { minLength: 1, maxLength: 3000 })
    .map((list) => Int32Array.from(list, (value) => (value === 13 ? -9999 : value)));

  test('the envelope is exact where samples are there, in whatever pieces they came', () => {
    fc.assert(
      fc.property(
        samples,
        fc.integer({ min: -50, max: 3050 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 700 }),
        (all, from, length, pixels, piece) => {
          const builder = new PyramidBuilder(-9999);
          for (let at = 0; at < all.length; at += piece) builder.add(all.subarray(at, at + piece));
          const pyramid = builder.finish();
          const drawn = envelope(pyramid, from, from + length, pixels, all, -9999);
          for (let pixel = 0; pixel < pixels; pixel++) {
            const edge = (p: number) => Math.max(0, Math.min(all.length, Math.round(from + (length * p) / pixels)));
            const part = all.subarray(edge(pixel), edge(pixel + 1)).filter((value) => value !== -9999);
            expect(drawn.least[pixel]).toBe(part.length === 0 ? EMPTY_LEAST : Math.min(...part));
            expect(drawn.greatest[pixel]).toBe(part.length === 0 ? EMPTY_GREATEST : Math.max(...part));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('without samples nothing is lost: the columns together hold the least and the greatest', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 60 }), (all, pixels) => {
        const builder = new PyramidBuilder(-9999);
        builder.add(all);
        const drawn = envelope(builder.finish(), 0, all.length, pixels);
        const there = all.filter((value) => value !== -9999);
        if (there.length > 0)
          expect([Math.min(...drawn.least), Math.max(...drawn.greatest)]).toEqual([
            Math.min(...there),
            Math.max(...there),
          ]);
      }),
      { numRuns: 150 },
    );
  });
});
