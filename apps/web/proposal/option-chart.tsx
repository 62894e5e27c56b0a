import { fanOf, timeline } from '@gemel/charts/timeline';
import type { Plan } from '@gemel/core';
import type { TwinView } from '@gemel/server/api';
import { useMemo } from 'react';
import { displayOf, rangesOf } from '../chart/display.ts';
import { Drawing } from '../chart/drawing.tsx';
import { useWidth } from '../chart/use-width.ts';
import { mainTrajectory } from '../data/main-trajectory.ts';
import { useUnits } from '../data/preferences.tsx';
import { trajectoryQuantile } from '../data/quantile.ts';
import type { LocalTime } from '../data/time.ts';
import { strings } from '../strings.data.ts';

interface OptionChartProps {
  readonly plan: Plan;
  /** All options: they share one value axis. */
  readonly plans: readonly Plan[];
  readonly view: TwinView;
  readonly time: LocalTime;
  readonly index: number;
}

function cover(plans: readonly Plan[], view: TwinView): readonly [number, number] {
  let [low, high] = rangesOf(view).covers;
  for (const plan of plans) {
    const trajectory = mainTrajectory(plan.forecast, view);
    for (let i = 0; i < (trajectory?.times.length ?? 0); i++) {
      low = Math.min(low, trajectoryQuantile(trajectory!, 0.05, i));
      high = Math.max(high, trajectoryQuantile(trajectory!, 0.95, i));
    }
  }
  return [low, high];
}

/** The forecast under one option. */
export function OptionChart({ plan, plans, view, time, index }: OptionChartProps) {
  const unit = useUnits();
  const [host, width] = useWidth<HTMLDivElement>();
  const chart = useMemo(() => {
    const trajectory = mainTrajectory(plan.forecast, view);
    if (trajectory === null || width === 0) return null;
    const { band } = rangesOf(view);
    return timeline({
      id: `option-${index}`,
      title: view.noun,
      from: plan.forecast.horizon.from,
      to: plan.forecast.horizon.to,
      offset: time.offset(plan.forecast.horizon.from),
      display: displayOf(trajectory.unit, unit),
      quantity: view.noun,
      covers: cover(plans, view),
      observed: [],
      fans: [fanOf(trajectory, strings.chart.forecastAt, '--gm-arm-1')],
      outOfRange: plan.forecast.outOfRange,
      ...(band === undefined ? {} : { band }),
      legend: false,
      width,
      plotHeight: 110,
    });
  }, [plan, plans, view, time, unit, width, index]);
  return <div ref={host}>{chart !== null && <Drawing svg={chart.svg} />}</div>;
}
