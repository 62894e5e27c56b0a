import { type Fan, fanOf, type Timeline } from '@gemel/charts/timeline';
import { type Instant, instant } from '@gemel/core';
import type { ObservationPoint, TwinDetail, TwinView } from '@gemel/server/api';
import { displayOf, rangesOf } from '../chart/display.ts';
import { eventLanes } from '../chart/event-lanes.ts';
import { mainTrajectory } from '../data/main-trajectory.ts';
import { durationText, HOUR, type LocalTime, MINUTE } from '../data/time.ts';
import type { Units } from '../data/units.ts';
import { strings } from '../strings.data.ts';
import { mainSignal } from '../twin/last-value.ts';
import { type View, windowOf } from './use-view.ts';

/** The stretch of time a view shows, ms. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Past as long as the window; after now the forecast, as far as the window reaches ahead. */
export function stretchOf(view: View, now: number, horizonEnd: number | null, twin: TwinView): Stretch {
  const window = windowOf(view, twin);
  const past = window.past * HOUR;
  const end = view.end ?? now;
  const room = window.ahead * HOUR;
  const ahead = horizonEnd === null ? past / 12 : Math.max(past / 12, horizonEnd - now);
  return { from: end - past, to: end + Math.min(room, ahead) };
}

/** Values of the signal the cockpit is about, oldest first. */
export function mainPoints(detail: TwinDetail): ObservationPoint[] {
  const signal = mainSignal(detail);
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
  readonly unit: Units;
  readonly width: number;
  readonly id: string;
}

/** The cockpit's chart as data for packages/charts: drawn on the screen and in the downloaded file alike. */
export function cockpitChart({ detail, view, stretch, now, time, unit, width, id }: CockpitChartInput): Timeline {
  const trajectory = mainTrajectory(detail.forecast, detail.view);
  const { noun, joinedMinutes } = detail.view;
  const points = mainPoints(detail);
  const ucum = trajectory?.unit ?? points[0]?.unit ?? detail.summary.headline.unit;
  const before = view.before ? pastFan(detail, stretch) : null;
  const shown = points.filter((p) => p.at >= stretch.from - HOUR && p.at <= stretch.to);
  const { retraced } = detail;
  const style = view.fan === 'off' ? null : view.fan;
  const fans: Fan[] = [
    ...(retraced === null || style === null
      ? []
      : [{ ...fanOf(retraced, strings.chart.believed, '--gm-arm-1'), style, explained: false as const }]),
    ...(trajectory === null || style === null
      ? []
      : [
          {
            ...fanOf(trajectory, retraced === null ? strings.chart.forecastAt : strings.chart.modelled, '--gm-arm-1'),
            style,
          },
        ]),
  ];
  return {
    id,
    title: noun,
    from: stretch.from as Instant,
    to: stretch.to as Instant,
    now: now as Instant,
    offset: time.offset(stretch.to),
    display: displayOf(ucum, unit),
    quantity: noun,
    joinedMinutes,
    ...rangesOf(detail.view),
    observed: shown.map((p) => ({
      at: p.at as Instant,
      value: p.value,
      bound: p.bound,
      poor: p.grade !== 'good',
    })),
    fans,
    ...(before === null ? {} : { past: before }),
    outOfRange: view.fan === 'off' ? [] : (detail.forecast?.outOfRange ?? []),
    lanes: eventLanes(detail.view, detail.controls),
    width,
    plotHeight: width < 560 ? 230 : 320,
  };
}
