import { type ControlInput, HOUR, type Instant, MINUTE } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import { controls } from './observe.ts';
import { POLICY } from './policy.data.ts';
import { settings } from './settings.ts';

/** A basal rate held over [from, to). */
export interface BasalStretch {
  readonly from: Instant;
  readonly to: Instant;
  /** U/h */
  readonly rate: number;
}

/** Basal rates of the record in force within [from, to]: a rate without an end holds until the next begins. */
export function basalStretches(
  history: History,
  from: Instant,
  to: Instant,
  statuses: readonly ControlInput['status'][] = ['given'],
): BasalStretch[] {
  const basals = history.controls
    .filter((c) => c.control === 'insulin.basal' && statuses.includes(c.status))
    .sort((a, b) => a.from - b.from);
  return basals.flatMap((c, i) => {
    const next = basals[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    const end = Math.min(c.to ?? Number.POSITIVE_INFINITY, next, to);
    const start = Math.max(c.from, from);
    return end > start ? [{ from: start as Instant, to: end as Instant, rate: c.value.value }] : [];
  });
}

/** Stretches within [from, to] that no basal rate of the given statuses covers, longer than `longest` minutes. */
export function basalGaps(
  history: History,
  from: Instant,
  to: Instant,
  longest = 0,
  statuses?: readonly ControlInput['status'][],
): { readonly from: Instant; readonly to: Instant }[] {
  const gaps: { from: Instant; to: Instant }[] = [];
  let covered = from;
  const look = (until: Instant) => {
    if (until - covered > longest * MINUTE) gaps.push({ from: covered, to: until });
  };
  for (const s of basalStretches(history, from, to, statuses)) {
    look(s.from);
    covered = Math.max(covered, s.to) as Instant;
  }
  look(to);
  return gaps;
}

/**
 * The usual basal rate, U/h: the programmed one where it is recorded, else the time-weighted mean of the last 24 h of the
 * record; null where neither is known.
 */
export function usualBasal(history: History, now: Instant): number | null {
  const programmed = settings(history, now).basalRate;
  if (programmed !== null) return programmed;
  const recorded = history.controls.filter(
    (c) => c.control === 'insulin.basal' && c.status === 'given' && c.from <= now,
  );
  const end = Math.min(now, Math.max(...recorded.map((c) => c.to ?? now))) as Instant;
  if (!Number.isFinite(end)) return null;
  const stretches = basalStretches(history, (end - 24 * HOUR) as Instant, end);
  const hours = stretches.reduce((s, b) => s + (b.to - b.from), 0);
  return hours === 0 ? null : stretches.reduce((s, b) => s + b.rate * (b.to - b.from), 0) / hours;
}

/** Basal insulin that goes on at the usual rate where the record does not reach: status 'planned'. */
export function plannedBasal(history: History, from: Instant, until: Instant): ControlInput[] {
  const rate = usualBasal(history, from);
  if (rate === null) return [];
  return basalGaps(history, from, until, 0, ['given', 'planned']).map((gap) =>
    controlInput(history.subject, 'insulin.basal', rate, gap.from, from, 'planned', gap.to),
  );
}

/** A control input this pack states itself, under its own code. */
export function controlInput(
  subject: string,
  control: 'insulin.bolus' | 'insulin.basal' | 'meal.carbohydrate',
  value: number,
  from: Instant,
  now: Instant,
  status: 'planned' | 'proposed',
  to?: Instant,
): ControlInput {
  const spec = controls.find((c) => c.control === control)!;
  const own = spec.codings.filter((c) => c.code === control);
  return {
    kind: 'control',
    id: `${status}:${control}:${from}:${to ?? ''}:${value}`,
    subject,
    control,
    code: { codings: own, text: spec.title },
    value: { value, unit: spec.unit },
    from,
    ...(to === undefined ? {} : { to }),
    status,
    knownAt: now,
    offset: null,
    grade: 'good',
    marks: [],
    provenance: { source: 'packs/glucose', element: status },
  };
}

/** Peak of fast-acting insulin's action, minutes. */
const PEAK = 75;

/**
 * Share of a dose of fast-acting insulin still to act after `minutes`, 1 to 0: the exponential curve of Loop and OpenAPS
 * (Maksimovic 2017, github.com/LoopKit/Loop/issues/388), peak 75 min, duration 360 min. It needs no calibration, which is
 * why the limits use it.
 */
export function shareRemaining(minutes: number): number {
  const duration = POLICY.insulinActionMinutes;
  if (minutes <= 0) return 1;
  if (minutes >= duration) return 0;
  const tau = (PEAK * (1 - PEAK / duration)) / (1 - (2 * PEAK) / duration);
  const a = (2 * tau) / duration;
  const s = 1 / (1 - a + (1 + a) * Math.exp(-duration / tau));
  const t = minutes;
  return 1 - s * (1 - a) * ((t ** 2 / (tau * duration * (1 - a)) - t / tau - 1) * Math.exp(-t / tau) + 1);
}

/**
 * Insulin on board at `at`, U: boluses of the record, and basal insulin above the usual rate, as far as still to act. Basal
 * insulin below the usual rate is not counted against it, so that a suspension never makes room for a bolus.
 */
export function insulinOnBoard(history: History, at: Instant): number {
  const since = (at - POLICY.insulinActionMinutes * MINUTE) as Instant;
  let total = 0;
  for (const c of history.controls) {
    if (c.control !== 'insulin.bolus' || c.status !== 'given' || c.from > at) continue;
    const end = c.to !== undefined && c.to > c.from ? c.to : c.from;
    const middle = (c.from + Math.min(end, at)) / 2;
    const given = end <= at || end === c.from ? 1 : (at - c.from) / (end - c.from);
    total += c.value.value * given * shareRemaining((at - middle) / MINUTE);
  }
  const usual = usualBasal(history, at) ?? 0;
  for (const s of basalStretches(history, since, at)) {
    const extra = Math.max(0, s.rate - usual);
    if (extra === 0) continue;
    for (let t = s.from; t < s.to; t = (t + 5 * MINUTE) as Instant) {
      const length = Math.min(5 * MINUTE, s.to - t);
      total += (extra * length * shareRemaining((at - t - length / 2) / MINUTE)) / HOUR;
    }
  }
  return total;
}
