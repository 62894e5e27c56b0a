import { fanOf, type Timeline } from '@gemel/charts/timeline';
import type { Instant, Plan } from '@gemel/core';
import type { TwinDetail } from '@gemel/server/api';
import { eventLanes } from '../chart/event-lanes.ts';
import { displayOf, quantityOf, rangesOf } from '../chart/glucose-display.ts';
import { mainPoints } from '../cockpit/cockpit-chart.ts';
import type { GlucoseUnit } from '../data/glucose.ts';
import { mainTrajectory } from '../data/main-trajectory.ts';
import { trajectoryQuantile } from '../data/quantile.ts';
import { HOUR, type LocalTime } from '../data/time.ts';
import { strings } from '../strings.data.ts';

/** So much of the measured past is shown before the arms, ms. */
const BEFORE = 2 * HOUR;

/** One value axis for all arms: wide enough for every 90 % interval and every value shown. */
export function sharedCover(plans: readonly Plan[], detail: TwinDetail, now: number): readonly [number, number] {
  const unit = detail.observations[0]?.unit ?? 'mg/dL';
  let [low, high] = rangesOf(unit).covers as readonly [number, number];
  for (const plan of plans) {
    const trajectory = mainTrajectory(plan.forecast);
    for (let i = 0; i < (trajectory?.times.length ?? 0); i++) {
      low = Math.min(low, trajectoryQuantile(trajectory!, 0.05, i));
      high = Math.max(high, trajectoryQuantile(trajectory!, 0.95, i));
    }
  }
  for (const point of mainPoints(detail)) {
    if (point.at < now - BEFORE) continue;
    low = Math.min(low, point.value);
    high = Math.max(high, point.value);
  }
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
  readonly unit: GlucoseUnit;
  readonly width: number;
  readonly id: string;
  /** Set where any arm has events: lanes are then drawn in all. */
  readonly lanes: boolean;
}

/** One arm as data for packages/charts, on axes shared with the others. */
export function armChart(input: ArmChartInput): Timeline {
  const { plan, index, title, detail, covers, now, time, unit, width, id } = input;
  const trajectory = mainTrajectory(plan.forecast);
  const ucum = trajectory?.unit ?? 'mg/dL';
  const from = now - BEFORE;
  return {
    id,
    title,
    from: from as Instant,
    to: plan.forecast.horizon.to,
    now: now as Instant,
    offset: time.offset(now),
    display: displayOf(ucum, unit),
    quantity: quantityOf(ucum, trajectory?.title),
    ...rangesOf(ucum),
    covers,
    observed: mainPoints(detail)
      .filter((point) => point.at >= from)
      .map((p) => ({ at: p.at as Instant, value: p.value, bound: p.bound, poor: p.grade !== 'good' })),
    fans:
      trajectory === null
        ? []
        : [fanOf(trajectory, strings.chart.forecastAt, index === 0 ? '--gm-arm-1' : '--gm-arm-2')],
    outOfRange: plan.forecast.outOfRange,
    lanes: eventLanes(detail.controls, plan.scenario.controls, input.lanes),
    legend: false,
    width,
    plotHeight: width < 460 ? 190 : 240,
  };
}
