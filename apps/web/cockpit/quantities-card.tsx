import type { Forecast, ForecastQuantity, Scalar, Trajectory } from '@gemel/core';
import { percent, unitLabel, valueText } from '../data/number.ts';
import { usePreferences } from '../data/preferences.tsx';
import { interval90 } from '../data/quantile.ts';
import type { LocalTime } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { IntervalText } from '../parts/interval-text.tsx';
import { strings } from '../strings.ts';
import { eventTitle } from './event-title.ts';

interface QuantitiesCardProps {
  readonly forecast: Forecast;
  readonly time: LocalTime;
}

/** Every scalar quantity of the standing forecast as a distribution, and the events along its curves. */
export function QuantitiesCard({ forecast, time }: QuantitiesCardProps) {
  const { unit } = usePreferences();
  const t = strings.quantities;
  const all: readonly ForecastQuantity[] = Object.values(forecast.quantities);
  const scalars = all.filter((quantity): quantity is Scalar => quantity.kind === 'scalar');
  const trajectories = all.filter((quantity): quantity is Trajectory => quantity.kind === 'trajectory');
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
            cell: (row) =>
              Object.entries(row.events)
                .map(([event, p]) => t.scalarEvent(percent(p), eventTitle(event, row.unit, unit)))
                .join('; '),
          },
        ]}
      />
      {trajectories.map((trajectory) => (
        <ul key={trajectory.name} style={{ margin: '10px 0 0', paddingLeft: 20, fontSize: 14 }}>
          {Object.entries(trajectory.events).map(([event, probabilities]) => {
            const most = Math.max(...probabilities);
            const at = trajectory.times[probabilities.indexOf(most)]!;
            return (
              <li key={event}>
                {trajectory.title}. {t.peak(percent(most), eventTitle(event, trajectory.unit, unit), time.time(at))}
              </li>
            );
          })}
        </ul>
      ))}
    </Card>
  );
}
