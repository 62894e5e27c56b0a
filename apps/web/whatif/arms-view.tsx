import { timeline } from '@gemel/charts/timeline';
import type { TwinDetail, WhatIfResult } from '@gemel/server/api';
import { useMemo } from 'react';
import { Drawing } from '../chart/drawing.tsx';
import { useWidth } from '../chart/use-width.ts';
import { useUnits } from '../data/preferences.tsx';
import type { LocalTime } from '../data/time.ts';
import { FanLegend } from '../parts/fan-legend.tsx';
import { strings } from '../strings.data.ts';
import { armChart, sharedCover } from './arm-chart.ts';
import css from './arms-view.module.css';

interface ArmsViewProps {
  readonly result: WhatIfResult;
  readonly detail: TwinDetail;
  readonly titles: readonly string[];
  readonly time: LocalTime;
  readonly working: boolean;
}

/** The arms side by side on shared axes. */
export function ArmsView({ result, detail, titles, time, working }: ArmsViewProps) {
  const unit = useUnits();
  const [host, width] = useWidth<HTMLDivElement>();
  const charts = useMemo(() => {
    if (width === 0) return [];
    const now = result.arms[0]?.forecast.madeAt ?? detail.now;
    const covers = sharedCover(result.arms, detail, now);
    const lanes = detail.controls.length > 0 || result.arms.some((plan) => plan.scenario.controls.length > 0);
    return result.arms.map((plan, index) => {
      const title = titles[index] ?? plan.scenario.title;
      const input = { plan, index, title, detail, covers, now, time, unit, lanes, id: `arm-${index}` };
      return timeline(armChart({ ...input, width }));
    });
  }, [result, detail, titles, time, unit, width]);
  return (
    <>
      <FanLegend
        measured
        band={detail.view.band?.title}
        proposed={result.arms.some((plan) => plan.scenario.controls.length > 0)}
        outOfRange={result.arms.some((plan) => plan.forecast.outOfRange.length > 0)}
      />
      <div className={css.arms} data-working={working} data-testid="arms">
        {result.arms.map((plan, index) => (
          <section
            key={plan.scenario.id}
            className={css.arm}
            data-arm={index}
            aria-label={charts[index]?.title ?? plan.scenario.title}
          >
            <div ref={index === 0 ? host : undefined}>
              {charts[index] !== undefined && <Drawing svg={charts[index].svg} />}
            </div>
            {!plan.allowed && <p className={css.forbidden}>{strings.whatif.forbidden}</p>}
          </section>
        ))}
      </div>
    </>
  );
}
