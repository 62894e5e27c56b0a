import { fanOf, type Timeline } from '@gemel/charts/timeline';
import type { Instant, Plan } from '@gemel/core';
import type { TwinDetail } from '@gemel/server/api';
import { displayOf, rangesOf } from '../chart/display.ts';
import { eventLanes } from '../chart/event-lanes.ts';
import { mainPoints } from '../cockpit/cockpit-chart.ts';
import { mainTrajectory } from '../data/main-trajectory.ts';
import { trajectoryQuantile } from '../data/quantile.ts';
import { HOUR, type LocalTime } from '../data/time.ts';
import type { Units } from '../data/units.ts';
import { strings } from '../strings.data.ts';

/** One value axis for all arms: wide enough for every 90 % interval and every value shown. */
export function sharedCover(plans: readonly Plan[], detail: TwinDetail, now: number): readonly [number, number] {
  const from = now - detail.view.pastHours * HOUR;
  let [low, high] = rangesOf(detail.view).covers;
  const see = (value: number) => {
    if (!Number.isFinite(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const plan of plans) {
    const trajectory = mainTrajectory(plan.forecast, detail.view);
    for (let i = 0; i < (trajectory?.times.length ?? 0); i++) {
      see(trajectoryQuantile(trajectory!, 0.05, i));
      see(trajectoryQuantile(trajectory!, 0.95, i));
    }
  }
  const { retraced } = detail;
  retraced?.times.forEach((at, i) => {
    if (at >= from) see(trajectoryQuantile(retraced, 0.95, i));
  });
  for (const point of mainPoints(detail)) if (point.at >= from) see(point.value);
  return [low, high];
}

export interface ArmChartInput {
  readonly plan: Plan;
  readonly index: number;
  readonly title: string;
  readonly detail: TwinDetail;
  readonly covers: readonly [number, number];
  readonly now: number;
  readonly time: LocalTime;
  readonly unit: Units;
  readonly width: number;
  readonly id: string;
  /** Set where any arm has events: lanes are then drawn in all. */
  readonly lanes: boolean;
}

/** One arm as data for packages/charts, on axes shared with the others. */
export function armChart(input: ArmChartInput): Timeline {
  const { plan, index, title, detail, covers, now, time, unit, width, id } = input;
  const { view, retraced } = detail;
  const trajectory = mainTrajectory(plan.forecast, view);
  const ucum = trajectory?.unit ?? unit.base.unit;
  const from = now - view.pastHours * HOUR;
  const ink = index === 0 ? '--gm-arm-1' : '--gm-arm-2';
  return {
    id,
    title,
    from: from as Instant,
    to: plan.forecast.horizon.to,
    now: now as Instant,
    offset: time.offset(now),
    display: displayOf(ucum, unit),
    quantity: view.noun,
    joinedMinutes: view.joinedMinutes,
    ...rangesOf(view),
    covers,
    observed: mainPoints(detail)
      .filter((point) => point.at >= from)
      .map((p) => ({ at: p.at as Instant, value: p.value, bound: p.bound, poor: p.grade !== 'good' })),
    fans: [
      ...(retraced === null ? [] : [{ ...fanOf(retraced, strings.chart.believed, ink), explained: false }]),
      ...(trajectory === null ? [] : [fanOf(trajectory, strings.chart.forecastAt, ink)]),
    ],
    outOfRange: plan.forecast.outOfRange,
    lanes: eventLanes(view, detail.controls, plan.scenario.controls, input.lanes),
    legend: false,
    width,
    plotHeight: width < 460 ? 190 : 240,
  };
}
