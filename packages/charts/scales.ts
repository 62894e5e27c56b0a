import { HOUR, type Instant, MINUTE } from '@gemel/core';

/** Maps data to pixels. */
export interface Scale {
  (value: number): number;
  readonly domain: readonly [low: number, high: number];
  readonly range: readonly [from: number, to: number];
}

function scale(
  domain: readonly [number, number],
  range: readonly [number, number],
  bend: (value: number) => number,
): Scale {
  const [d0, d1] = [bend(domain[0]), bend(domain[1])];
  const span = d1 - d0 || 1;
  const map = (value: number) => range[0] + ((bend(value) - d0) / span) * (range[1] - range[0]);
  return Object.assign(map, { domain, range });
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  return scale(domain, range, (v) => v);
}

/** Logarithmic; the domain is positive. */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  return scale(domain, range, Math.log);
}

/** About `count` round numbers within [low, high], in steps of 1, 2, 2.5 or 5 times a power of ten; `low` where there are none. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((m) => m * power >= rough * 0.999) ?? 10);
  const ticks: number[] = [];
  const first = Math.ceil(low / step - 1e-9);
  // Narrower than rounding can tell apart: counting on would not get on.
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(Math.ceil(high / step))) return [low];
  for (let k = first; k * step <= high + step * 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

/** A tick of a time axis in local time; `day` is set where a new local day begins. */
export interface TimeTick {
  readonly at: Instant;
  readonly label: string;
  readonly day: string | null;
}

const STEPS = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080].map((m) => m * MINUTE);
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Local clock `hh:mm`, offset in minutes east of UTC. */
export function clock(at: Instant, offset: number): string {
  return new Date(at + offset * MINUTE).toISOString().slice(11, 16);
}

/** Local day, `Mon 4 Mar`. */
export function dayName(at: Instant, offset: number): string {
  const d = new Date(at + offset * MINUTE);
  return `${WEEKDAYS[d.getUTCDay()]} ${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]}`;
}

/** Local date and clock with the offset, `2024-03-04 07:30 +01:00`: unambiguous in tables and provenance. */
export function localTime(at: Instant, offset: number): string {
  const sign = offset < 0 ? '-' : '+';
  const [h, m] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((n) => String(n).padStart(2, '0'));
  return `${new Date(at + offset * MINUTE).toISOString().slice(0, 16).replace('T', ' ')} ${sign}${h}:${m}`;
}

/** Ticks that are days bear longer words than clock times. */
const DAY_PIXELS = 100;

/** Ticks on whole local steps, no closer than `leastPixels`; days no closer than their names are wide. */
export function timeTicks(x: Scale, offset: number, leastPixels = 62): TimeTick[] {
  const [from, to] = x.domain;
  const perPixel = (to - from) / Math.abs(x.range[1] - x.range[0]);
  const step = STEPS.find((s) => s >= perPixel * (s >= 24 * HOUR ? DAY_PIXELS : leastPixels)) ?? STEPS.at(-1)!;
  const shift = offset * MINUTE;
  const ticks: TimeTick[] = [];
  for (let k = Math.ceil((from + shift) / step); k * step - shift <= to; k++) {
    const at = (k * step - shift) as Instant;
    const midnight = (k * step) % (24 * HOUR) === 0;
    ticks.push({ at, label: step >= 24 * HOUR ? '' : clock(at, offset), day: midnight ? dayName(at, offset) : null });
  }
  return ticks;
}

/** How numbers in a base unit are shown: `value × factor` with `decimals`, labelled `unit`. */
export interface Display {
  readonly unit: string;
  readonly factor: number;
  readonly decimals: number;
}

/** A number as shown, with a true minus sign; `–` where it is not finite. */
export function shown(value: number, display: Pick<Display, 'factor' | 'decimals'>): string {
  if (!Number.isFinite(value)) return '–';
  return (value * display.factor)
    .toFixed(display.decimals)
    .replace(/^-(?=0\.?0*$)/, '')
    .replace('-', '−');
}
