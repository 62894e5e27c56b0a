import { timeline } from '@gemel/charts/timeline';
import type { TwinDetail } from '@gemel/server/api';
import { useDeferredValue, useMemo } from 'react';
import { figureSvg } from '../chart/figure.ts';
import { useWidth } from '../chart/use-width.ts';
import { useUnits } from '../data/preferences.tsx';
import { durationText, HOUR, type LocalTime, MINUTE } from '../data/time.ts';
import { readable } from '../data/units.ts';
import { Card } from '../parts/card.tsx';
import { download, fileStem } from '../parts/download.ts';
import { Empty } from '../parts/empty.tsx';
import { strings } from '../strings.data.ts';
import css from './chart-card.module.css';
import { ChartTable } from './chart-table.tsx';
import { ChartToolbar } from './chart-toolbar.tsx';
import { cockpitChart, mainPoints, type Stretch } from './cockpit-chart.ts';
import { windowCsv } from './csv.ts';
import { readout } from './readout.ts';
import { TimelineView } from './timeline-view.tsx';
import { type View, windowOf } from './use-view.ts';

interface ChartCardProps {
  readonly detail: TwinDetail;
  readonly view: View;
  readonly onView: (change: Partial<View>) => void;
  readonly stretch: Stretch;
  readonly now: number;
  readonly time: LocalTime;
}

/** The cursor goes over a chart in about this many steps. */
const STEPS = 108;

/** A step of the cursor in whole five minutes, ms. */
function stepOf({ from, to }: Stretch): number {
  return Math.max(1, Math.round((to - from) / STEPS / (5 * MINUTE))) * 5 * MINUTE;
}

/** Width of the chart in a downloaded file, px. */
const FILE_WIDTH = 1100;

/** Measured past, now, forecast and events over one time axis, with everything to look at it by. */
export function ChartCard({ detail, view, onView, stretch, now, time }: ChartCardProps) {
  const unit = useUnits();
  const [host, width] = useWidth<HTMLDivElement>();
  const t = strings.chart;
  const input = useMemo(() => ({ detail, view, stretch, now, time, unit }), [detail, view, stretch, now, time, unit]);
  const shown = useDeferredValue(input);
  const chart = useMemo(
    () => (width === 0 ? null : timeline(cockpitChart({ ...shown, width, id: 'cockpit' }))),
    [shown, width],
  );
  const pan = (by: number) => {
    const end = (view.end ?? now) + by;
    onView({ end: end >= now ? null : end });
  };
  const points = mainPoints(detail);
  const inside = points.filter((p) => p.at >= stretch.from && p.at <= stretch.to);
  const last = points.at(-1);
  const stem = `gemel-${fileStem(detail.summary.subject)}`;
  const caption = `${detail.summary.name}, ${time.dayAndTime(stretch.from)} ${strings.to} ${time.dayAndTime(stretch.to)} (${time.name})`;
  const saveSvg = () => {
    const figure = timeline(cockpitChart({ ...input, width: FILE_WIDTH, id: 'figure' }));
    download(`${stem}.svg`, 'image/svg+xml', figureSvg(figure, caption));
  };
  return (
    <Card>
      <h2 className="visually-hidden">{t.title(detail.view.noun)}</h2>
      <ChartToolbar
        view={view}
        twin={detail.view}
        onChange={onView}
        onPan={(windows) => pan(windows * windowOf(view, detail.view).past * HOUR)}
        onCsv={() => download(`${stem}.csv`, 'text/csv;charset=utf-8', windowCsv(detail, stretch, time, unit))}
        onSvg={saveSvg}
        hasPast={detail.past.length > 0}
      />
      <div ref={host}>
        {view.as === 'table' && chart !== null && <ChartTable table={chart.table} />}
        {view.as === 'chart' && chart !== null && (
          <TimelineView
            chart={chart}
            label={t.title(detail.view.noun)}
            step={stepOf(shown.stretch)}
            stretch={shown.stretch}
            readout={(at) => readout(detail, at, now, shown.stretch, time, unit)}
            onPan={pan}
          />
        )}
        {inside.length === 0 && (
          <Empty
            title={t.empty}
            text=""
            action={
              last === undefined ? undefined : (
                <button type="button" className={css.last} onClick={() => onView({ end: last.at + MINUTE })}>
                  {t.emptyAction}
                </button>
              )
            }
          />
        )}
      </div>
      <p className={css.foot}>
        {strings.time.zone(time.name)}. {view.as === 'chart' && t.pan}
        {view.before && <BeforeScore detail={detail} stretch={stretch} />}
      </p>
      {(detail.view.aims ?? []).length > 0 && (
        <p className={css.foot}>
          {t.aims} {readable(detail.view.aims!.join(' '))}
        </p>
      )}
    </Card>
  );
}

function BeforeScore({ detail, stretch }: { readonly detail: TwinDetail; readonly stretch: Stretch }) {
  const scored = detail.past.filter((p) => p.observed !== null && p.at >= stretch.from && p.at <= stretch.to);
  const first = scored[0];
  if (first === undefined) return null;
  const hit = scored.filter((p) => p.observed! >= p.low && p.observed! <= p.high).length;
  return (
    <>
      {' '}
      {strings.chart.predictedThen(durationText(first.leadMinutes * MINUTE))}:{' '}
      {strings.chart.beforeScore(hit, scored.length)}
    </>
  );
}
