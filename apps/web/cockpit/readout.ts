import type { TwinDetail } from '@gemel/server/api';
import { mainTrajectory } from '../data/main-trajectory.ts';
import { unitLabel, valueText } from '../data/number.ts';
import { nearestIndex, trajectoryQuantile } from '../data/quantile.ts';
import { type LocalTime, MINUTE } from '../data/time.ts';
import type { Units } from '../data/units.ts';
import { strings } from '../strings.data.ts';
import { controlName } from '../twin/names.ts';
import { mainPoints, type Stretch } from './cockpit-chart.ts';

/** A measured value this near the cursor is read out, as a share of the stretch shown. */
const NEAR = 1 / 60;

/** What stands at one moment of the timeline, in words: time, measured value or forecast, events. */
export function readout(
  detail: TwinDetail,
  at: number,
  now: number,
  stretch: Stretch,
  time: LocalTime,
  unit: Units,
): string[] {
  const reach = Math.max(MINUTE, NEAR * (stretch.to - stretch.from));
  const lines = [time.dayAndTime(at)];
  const points = mainPoints(detail);
  const near =
    points[
      nearestIndex(
        points.map((p) => p.at),
        at,
      )
    ];
  if (near !== undefined && Math.abs(near.at - at) <= reach) {
    const bound = near.bound === null ? '' : `${strings.bound[near.bound]} `;
    const grade = near.grade === 'good' ? '' : `, ${strings.grade[near.grade] ?? near.grade}`;
    lines.push(
      `${strings.chart.measured} ${bound}${valueText(near.value, near.unit, unit)} ${unitLabel(near.unit, unit)}${grade}`,
    );
  }
  const trajectory = mainTrajectory(detail.forecast, detail.view);
  if (trajectory !== null && at > now && at <= (trajectory.times.at(-1) ?? 0) + reach) {
    const i = nearestIndex(trajectory.times, at);
    const q = (p: number) => valueText(trajectoryQuantile(trajectory, p, i), trajectory.unit, unit);
    lines.push(
      `${strings.chart.forecastAt} ${q(0.5)} ${unitLabel(trajectory.unit, unit)}`,
      `${strings.chart.band50}: ${q(0.25)} ${strings.to} ${q(0.75)}`,
      `${strings.chart.band90}: ${q(0.05)} ${strings.to} ${q(0.95)}`,
    );
  }
  for (const control of detail.controls) {
    const during = control.to !== undefined && control.to - control.from > reach;
    const here = during ? at >= control.from && at < control.to! : Math.abs(control.from - at) <= reach;
    if (here)
      lines.push(
        `${controlName(control, detail.titles)} ${valueText(control.value.value, control.value.unit, unit)} ${unitLabel(control.value.unit, unit)}`,
      );
  }
  return lines;
}
