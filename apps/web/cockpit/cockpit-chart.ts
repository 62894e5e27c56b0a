import { type Fan, fanOf, type Timeline } from '@gemel/charts/timeline';
import { type Instant, instant } from '@gemel/core';
import type { ObservationPoint, TwinDetail } from '@gemel/server/api';
import { eventLanes } from '../chart/event-lanes.ts';
import { displayOf, quantityOf, rangesOf } from '../chart/glucose-display.ts';
import type { GlucoseUnit } from '../data/glucose.ts';
import { mainTrajectory } from '../data/main-trajectory.ts';
import { durationText, HOUR, type LocalTime, MINUTE } from '../data/time.ts';
import { strings } from '../strings.data.ts';
import { mainSignal } from '../twin/last-value.ts';
import { type View, WINDOWS } from './use-view.ts';

/** The stretch of time a view shows, ms. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Past as long as the window; after now the forecast, at most half as long again. */
export function stretchOf(view: View, now: number, horizonEnd: number | null): Stretch {
  const past = WINDOWS[view.window];
  const end = view.end ?? now;
  const room = past / 2;
  const ahead = horizonEnd === null ? past / 12 : Math.max(past / 12, horizonEnd - now);
  return { from: end - past, to: end + Math.min(room, ahead) };
}

/** Values of the signal the cockpit is about, oldest first. */
export function mainPoints(detail: TwinDetail): ObservationPoint[] {
  const signal = mainSignal(detail.observations);
  return detail.observations.filter((point) => point.signal === signal).sort((a, b) => a.at - b.at);
}

function pastFan(detail: TwinDetail, stretch: Stretch): Omit<Fan, 'inner'> | null {
  const shown = detail.past.filter((p) => p.at >= stretch.from && p.at <= Math.min(stretch.to, detail.now));
  const first = shown[0];
  if (first === undefined) return null;
  return {
    title: strings.chart.predictedThen(durationText(first.leadMinutes * MINUTE)),
    colour: '--gm-arm-3',
    times: shown.map((p) => instant(p.at)),
    median: shown.map((p) => p.median),
    outer: [shown.map((p) => p.low), shown.map((p) => p.high)],
  };
}

export interface CockpitChartInput {
  readonly detail: TwinDetail;
  readonly view: View;
  readonly stretch: Stretch;
  readonly now: number;
  readonly time: LocalTime;
  readonly unit: GlucoseUnit;
  readonly width: number;
  readonly id: string;
}

/** The cockpit's chart as data for packages/charts: drawn on the screen and in the downloaded file alike. */
export function cockpitChart({ detail, view, stretch, now, time, unit, width, id }: CockpitChartInput): Timeline {
  const trajectory = mainTrajectory(detail.forecast);
  const points = mainPoints(detail);
  const ucum = trajectory?.unit ?? points[0]?.unit ?? detail.summary.headline.unit;
  const past = view.before ? pastFan(detail, stretch) : null;
  const shown = points.filter((p) => p.at >= stretch.from - HOUR && p.at <= stretch.to);
  const fans =
    trajectory === null || view.fan === 'off'
      ? []
      : [{ ...fanOf(trajectory, strings.chart.forecastAt, '--gm-arm-1'), style: view.fan }];
  return {
    id,
    title: quantityOf(ucum, trajectory?.title),
    from: stretch.from as Instant,
    to: stretch.to as Instant,
    now: now as Instant,
    offset: time.offset(stretch.to),
    display: displayOf(ucum, unit),
    quantity: quantityOf(ucum, trajectory?.title),
    ...rangesOf(ucum),
    observed: shown.map((p) => ({
      at: p.at as Instant,
      value: p.value,
      bound: p.bound,
      poor: p.grade !== 'good',
    })),
    fans,
    ...(past === null ? {} : { past }),
    outOfRange: view.fan === 'off' ? [] : (detail.forecast?.outOfRange ?? []),
    lanes: eventLanes(detail.controls),
    width,
    plotHeight: width < 560 ? 230 : 320,
  };
}
