import type { Problem } from '@gemel/core/error';
import { exchangeErrors } from '../errors.data.ts';
import type { Zone } from './zone.ts';

/** A wall-clock reading of a device, in file order. */
export interface LocalStamp {
  /** Milliseconds as if the wall clock were UTC. */
  readonly local: number;
  /** Rows of one stream are written in order of time; streams may interleave. */
  readonly stream: string;
  /** A second clock of the device that nobody sets (a transmitter's seconds), where the row carries it. */
  readonly steady?: { readonly clock: string; readonly seconds: number };
}

/** Where a local stamp falls on the time line. */
export interface Placed {
  /** Milliseconds since the epoch. */
  at: number;
  /** Offset east of UTC, minutes. */
  offset: number;
  /** Error codes of the remarks with their words; the door adds the place. */
  remarks: Remark[];
}

export interface Remark {
  readonly code: LocalClockCode;
  readonly message: string;
}

type LocalClockCode =
  | 'exchange-local-time-never'
  | 'exchange-local-time-twice'
  | 'exchange-clock-changed'
  | 'exchange-clock-set-back'
  | 'exchange-clock-drift';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
/** A display clock that moves this far against the steady clock was set, not merely drifting. */
const SET_MS = 5 * MINUTE;
/** Transmitter seconds starting anew differ from the wall clock by far more than any journey can. */
const NEW_CLOCK_MS = 2 * DAY;
/** Drift worth a remark. */
const DRIFT_MS = MINUTE;

/**
 * Places local stamps of one zone on the time line. An hour the zone repeats is told apart by the steady clock, else by
 * file order; an hour the zone skips is read with the offset before the change. Where a steady clock shows that the display
 * clock was set (a journey, a forgotten change of the clocks), the stamp follows the steady clock. Everything is remarked on.
 * Streams sorted newest first are understood.
 */
export function placeLocals(
  stamps: readonly LocalStamp[],
  zone: Zone,
): { readonly placed: readonly Placed[]; readonly remarks: readonly Remark[] } {
  const meanings = stamps.map((stamp) => zone.meaning(stamp.local));
  const placed: Placed[] = stamps.map((stamp, i) => {
    const meaning = meanings[i]!;
    const offset = meaning.kind === 'once' ? meaning.offset : meaning.kind === 'twice' ? meaning.first : meaning.before;
    const remarks: Remark[] = [];
    if (meaning.kind === 'never') {
      remarks.push({
        code: 'exchange-local-time-never',
        message: `${wall(stamp.local)} does not exist in ${zone.name}: the clocks went forward; read as if they had not`,
      });
    }
    return { at: stamp.local - offset * MINUTE, offset, remarks };
  });

  const streams = new Map<string, number[]>();
  stamps.forEach((stamp, i) => {
    const list = streams.get(stamp.stream);
    if (list) list.push(i);
    else streams.set(stamp.stream, [i]);
  });
  const remarks: Remark[] = [];
  for (const indices of streams.values()) {
    const order = oldestFirst(indices, stamps);
    const settled = new Set<number>();
    for (const clock of steadyClocks(order, stamps, placed)) {
      remarks.push(...followSteady(clock, stamps, placed, meanings, settled));
    }
    tellPassesApart(order, stamps, placed, meanings, settled, zone);
    markSetBack(
      order.filter((i) => stamps[i]!.steady === undefined),
      stamps,
      placed,
    );
  }
  return { placed, remarks };
}

function oldestFirst(indices: readonly number[], stamps: readonly LocalStamp[]): number[] {
  let rising = 0;
  for (let k = 1; k < indices.length; k++) {
    rising += Math.sign(stamps[indices[k]!]!.local - stamps[indices[k - 1]!]!.local);
  }
  return rising < 0 ? indices.toReversed() : [...indices];
}

type Meanings = readonly ReturnType<Zone['meaning']>[];

/** Rows by steady clock; a clock that starts anew without a new name (a new transmitter) is a clock of its own. */
function steadyClocks(order: readonly number[], stamps: readonly LocalStamp[], placed: readonly Placed[]): number[][] {
  const clocks = new Map<string, number[][]>();
  for (const i of order) {
    const steady = stamps[i]!.steady;
    if (!steady) continue;
    const runs = clocks.get(steady.clock) ?? [];
    clocks.set(steady.clock, runs);
    const run = runs.at(-1);
    const last = run?.at(-1);
    const base = (j: number) => placed[j]!.at - stamps[j]!.steady!.seconds * 1000;
    if (run && last !== undefined && Math.abs(base(i) - base(last)) < NEW_CLOCK_MS) run.push(i);
    else runs.push([i]);
  }
  return [...clocks.values()].flat();
}

/** Corrects the stamps of one steady clock in place; returns remarks on the clock as a whole. */
function followSteady(
  rows: readonly number[],
  stamps: readonly LocalStamp[],
  placed: readonly Placed[],
  meanings: Meanings,
  settled: Set<number>,
): Remark[] {
  const seconds = (i: number) => stamps[i]!.steady!.seconds;
  const base = (i: number) => placed[i]!.at - seconds(i) * 1000;
  const sorted = [...rows].sort((a, b) => seconds(a) - seconds(b));
  let known: number | undefined = sorted.find((i) => meanings[i]!.kind === 'once');
  for (const i of sorted) {
    const meaning = meanings[i]!;
    if (meaning.kind === 'once') known = i;
    else if (meaning.kind === 'twice' && known !== undefined) {
      const second = stamps[i]!.local - meaning.second * MINUTE;
      const target = base(known) + seconds(i) * 1000;
      if (Math.abs(second - target) < Math.abs(placed[i]!.at - target)) {
        placed[i]!.at = second;
        placed[i]!.offset = meaning.second;
      }
      settled.add(i);
    }
  }
  const segments: number[][] = [];
  for (const i of sorted) {
    const last = segments.at(-1)?.at(-1);
    if (last !== undefined && Math.abs(base(i) - base(last)) < SET_MS) segments.at(-1)!.push(i);
    else segments.push([i]);
  }
  const reference = segments.reduce((a, b) => (b.length > a.length ? b : a), segments[0] ?? []);
  if (reference.length < 2) return [];
  const { at: line, slope } = fitLine(reference.map((i) => [seconds(i), base(i)] as const));
  for (const segment of segments) {
    if (segment === reference) continue;
    for (const i of segment) {
      const off = base(i) - line(seconds(i));
      if (Math.abs(off) < SET_MS) continue;
      const at = Math.round(placed[i]!.at - off);
      const offset = Math.round((stamps[i]!.local - at) / MINUTE);
      placed[i]!.at = at;
      placed[i]!.offset = offset;
      placed[i]!.remarks.push({
        code: 'exchange-clock-changed',
        message: `the display clock stood ${minutes(off)} ${off > 0 ? 'ahead of' : 'behind'} the zone; time taken from the transmitter`,
      });
    }
  }
  const drift = slope * (seconds(sorted.at(-1)!) - seconds(sorted[0]!));
  if (Math.abs(drift) < DRIFT_MS) return [];
  const perDay = (slope / 1000) * 86_400;
  return [
    {
      code: 'exchange-clock-drift',
      message: `transmitter and display clocks drift apart by ${perDay.toFixed(1)} s a day (${minutes(drift)} in all); display times kept`,
    },
  ];
}

/** Least squares y = a + b·x about the first point; a constant where the points span less than a day. */
function fitLine(points: readonly (readonly [x: number, y: number])[]): { at: (x: number) => number; slope: number } {
  const [x0, y0] = points[0]!;
  let sx = 0;
  let sy = 0;
  for (const [x, y] of points) {
    sx += x - x0;
    sy += y - y0;
  }
  const mx = sx / points.length;
  const my = sy / points.length;
  let sxx = 0;
  let sxy = 0;
  for (const [x, y] of points) {
    sxx += (x - x0 - mx) ** 2;
    sxy += (x - x0 - mx) * (y - y0 - my);
  }
  const spanDays = (points.at(-1)![0] - x0) / 86_400;
  const slope = spanDays >= 1 && sxx > 0 ? sxy / sxx : 0;
  return { at: (x) => y0 + my + slope * (x - x0 - mx), slope };
}

/** Within each repeated hour a fall of the wall clock by more than half an hour begins the second pass. */
function tellPassesApart(
  order: readonly number[],
  stamps: readonly LocalStamp[],
  placed: readonly Placed[],
  meanings: Meanings,
  settled: ReadonlySet<number>,
  zone: Zone,
): void {
  let window: number[] = [];
  const close = () => {
    let pass = 0;
    let last = -Infinity;
    const passes = window.map((i) => {
      const local = stamps[i]!.local;
      if (last - local > HOUR / 2) pass = 1;
      last = local;
      return pass;
    });
    window.forEach((i, k) => {
      const meaning = meanings[i]!;
      if (meaning.kind !== 'twice') return;
      if (passes[k] === 1) {
        placed[i]!.at = stamps[i]!.local - meaning.second * MINUTE;
        placed[i]!.offset = meaning.second;
      }
      const how = pass === 1 ? 'told apart by the order of rows' : 'nothing tells which; taken as the first';
      placed[i]!.remarks.push({
        code: 'exchange-local-time-twice',
        message: `${wall(stamps[i]!.local)} comes twice in ${zone.name}: the clocks went back; ${how}`,
      });
    });
    window = [];
  };
  for (const i of order) {
    if (settled.has(i)) continue;
    if (meanings[i]!.kind !== 'twice') {
      if (window.length > 0 && Math.abs(stamps[i]!.local - stamps[window[0]!]!.local) > 3 * HOUR) close();
      continue;
    }
    if (window.length > 0 && Math.abs(stamps[i]!.local - stamps[window[0]!]!.local) > 3 * HOUR) close();
    window.push(i);
  }
  close();
}

/**
 * Marks readings of a stream that lie between earlier readings already written: the clock was set back, and without a
 * second clock nobody can say which of the two hours is right. Late rows that fill a gap, and exact repeats, are left alone.
 */
function markSetBack(order: readonly number[], stamps: readonly LocalStamp[], placed: readonly Placed[]): void {
  const within = 150_000;
  const seen = new Map<number, number[]>();
  const bin = (at: number) => Math.floor(at / within);
  let newest = -Infinity;
  for (const i of order) {
    const { at } = placed[i]!;
    if (at < newest) {
      const near = [-1, 0, 1].flatMap((step) => seen.get(bin(at) + step) ?? []);
      const repeat = near.includes(at);
      if (!repeat && near.some((other) => Math.abs(other - at) < within)) {
        placed[i]!.remarks.push({
          code: 'exchange-clock-set-back',
          message: `${wall(stamps[i]!.local)} lies among readings already written: the clock was set back`,
        });
      }
    } else newest = at;
    const list = seen.get(bin(at));
    if (list) list.push(at);
    else seen.set(bin(at), [at]);
  }
}

function wall(local: number): string {
  return new Date(local).toISOString().slice(0, 16).replace('T', ' ');
}

function minutes(ms: number): string {
  const size = Math.abs(ms) / MINUTE;
  return size >= 90 ? `${(size / 60).toFixed(1)} h` : `${size.toFixed(0)} min`;
}

/** The remark as a problem at its place. */
export function remarkProblem(remark: Remark, where: Problem['where']): Problem {
  return exchangeErrors.problem(remark.code, remark.message, where);
}
