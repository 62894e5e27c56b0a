import type { Forecast, Trajectory } from '@gemel/core';
import type { TwinDetail } from '@gemel/server/api';
import { mainTrajectory, sideTrajectories } from '../data/main-trajectory.ts';
import { percent, unitLabel, valueText } from '../data/number.ts';
import { useSentence, useUnits } from '../data/preferences.tsx';
import { type Interval, interval90, trajectoryQuantile } from '../data/quantile.ts';
import { DAY, type LocalTime } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { ChanceBar } from '../parts/chance-bar.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { IntervalText } from '../parts/interval-text.tsx';
import { strings } from '../strings.data.ts';
import { eventTitle } from './event-title.ts';

interface QuantitiesCardProps {
  readonly forecast: Forecast;
  readonly detail: Pick<TwinDetail, 'view' | 'events'>;
  readonly time: LocalTime;
}

/** Each event of a curve with its highest chance and when that is. */
function peaks(trajectory: Trajectory) {
  return Object.entries(trajectory.events).map(([event, chances]) => {
    const most = Math.max(...chances);
    return { event, most, at: trajectory.times[chances.indexOf(most)] ?? trajectory.times[0]! };
  });
}

interface Row {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly interval: Interval;
  readonly events: Readonly<Record<string, number>>;
}

/** Scalars of the forecast, then side curves (insulin on board) as they are now. */
function rowsOf(forecast: Forecast, view: TwinDetail['view']): Row[] {
  const scalars = Object.values(forecast.quantities).filter((quantity) => quantity.kind === 'scalar');
  const now = sideTrajectories(forecast, view).map((trajectory): Row => {
    const q = (p: number) => trajectoryQuantile(trajectory, p, 0);
    const interval = { low: q(0.05), median: q(0.5), high: q(0.95) };
    const { name, unit, title } = trajectory;
    return { name, unit, title: `${title}, ${strings.time.now}`, interval, events: {} };
  });
  return [
    ...scalars.map(({ name, title, unit, events, ...of }) => ({ name, title, unit, events, interval: interval90(of) })),
    ...now,
  ];
}

/** Every quantity of the standing forecast as a distribution, and the events along its curve. */
export function QuantitiesCard({ forecast, detail, time }: QuantitiesCardProps) {
  const unit = useUnits();
  const t = strings.quantities;
  const { view, events } = detail;
  const say = useSentence();
  const main = mainTrajectory(forecast, view);
  const long = forecast.horizon.to - forecast.horizon.from > DAY;
  const at = (instant: number) => (long ? time.dayAndTime(instant) : time.time(instant));
  return (
    <Card title={t.title} text={`${t.text} ${t.horizon(at(forecast.horizon.from), at(forecast.horizon.to))}.`}>
      <DataTable
        caption={t.title}
        rows={rowsOf(forecast, view)}
        rowKey={(row) => row.name}
        columns={[
          { heading: t.name, cell: (row) => say(row.title) },
          {
            heading: t.median,
            numeric: true,
            cell: (row) => strings.of(valueText(row.interval.median, row.unit, unit), unitLabel(row.unit, unit)),
          },
          { heading: t.interval, numeric: true, cell: (row) => <IntervalText of={row.interval} unit={row.unit} /> },
          {
            heading: t.events,
            wraps: true,
            cell: (row) =>
              Object.entries(row.events)
                .map(([event, p]) => t.scalarEvent(percent(p), eventTitle(event, row.unit, unit, events[row.name])))
                .join('; '),
          },
        ]}
      />
      {main !== null && Object.keys(main.events).length > 0 && (
        <div style={{ marginTop: 14 }}>
          <DataTable
            caption={t.event}
            rows={peaks(main)}
            rowKey={(row) => row.event}
            columns={[
              {
                heading: t.event,
                cell: (row) => `${main.title} ${eventTitle(row.event, main.unit, unit, events[main.name])}`,
              },
              { heading: t.most, cell: (row) => <ChanceBar value={row.most} /> },
              { heading: t.at, numeric: true, cell: (row) => (row.most > 0 ? at(row.at) : '') },
            ]}
          />
        </div>
      )}
    </Card>
  );
}
