import type { Forecast, ForecastQuantity, Scalar, Trajectory } from '@gemel/core';
import { percent, unitLabel, valueText } from '../data/number.ts';
import { usePreferences } from '../data/preferences.tsx';
import { interval90 } from '../data/quantile.ts';
import type { LocalTime } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { ChanceBar } from '../parts/chance-bar.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { IntervalText } from '../parts/interval-text.tsx';
import { strings } from '../strings.ts';
import { eventTitle } from './event-title.ts';

interface QuantitiesCardProps {
  readonly forecast: Forecast;
  readonly time: LocalTime;
}

/** Each event of a curve with its highest chance and when that is. */
function peaks(trajectory: Trajectory) {
  return Object.entries(trajectory.events).map(([event, chances]) => {
    const most = Math.max(...chances);
    return { trajectory, event, most, at: trajectory.times[chances.indexOf(most)] ?? trajectory.times[0]! };
  });
}

/** Every scalar quantity of the standing forecast as a distribution, and the events along its curves. */
export function QuantitiesCard({ forecast, time }: QuantitiesCardProps) {
  const { unit } = usePreferences();
  const t = strings.quantities;
  const all: readonly ForecastQuantity[] = Object.values(forecast.quantities);
  const scalars = all.filter((quantity): quantity is Scalar => quantity.kind === 'scalar');
  const events = all.flatMap((quantity) => (quantity.kind === 'trajectory' ? peaks(quantity) : []));
  return (
    <Card
      title={t.title}
      text={`${t.text} ${t.horizon(time.time(forecast.horizon.from), time.time(forecast.horizon.to))}.`}
    >
      <DataTable
        caption={t.title}
        rows={scalars}
        rowKey={(row) => row.name}
        columns={[
          { heading: t.name, cell: (row) => row.title },
          {
            heading: t.median,
            numeric: true,
            cell: (row) => strings.of(valueText(interval90(row).median, row.unit, unit), unitLabel(row.unit, unit)),
          },
          { heading: t.interval, numeric: true, cell: (row) => <IntervalText of={interval90(row)} unit={row.unit} /> },
          {
            heading: t.events,
            wraps: true,
            cell: (row) =>
              Object.entries(row.events)
                .map(([event, p]) => t.scalarEvent(percent(p), eventTitle(event, row.unit, unit)))
                .join('; '),
          },
        ]}
      />
      {events.length > 0 && (
        <div style={{ marginTop: 14 }}>
          <DataTable
            caption={t.event}
            rows={events}
            rowKey={(row) => `${row.trajectory.name} ${row.event}`}
            columns={[
              { heading: t.event, cell: (row) => eventTitle(row.event, row.trajectory.unit, unit) },
              { heading: t.most, cell: (row) => <ChanceBar value={row.most} /> },
              { heading: t.at, numeric: true, cell: (row) => time.time(row.at) },
            ]}
          />
        </div>
      )}
    </Card>
  );
}
