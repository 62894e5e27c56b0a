import type { Advice, ProposedMeasurement } from '@gemel/core';
import { useSentence } from '../data/preferences.tsx';
import type { LocalTime } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { strings } from '../strings.data.ts';

/** What to measure next, with which plan, and what it is expected to tell. */
export function MeasurementsCard({ advice, time }: { readonly advice: Advice; readonly time: LocalTime }) {
  const t = strings.proposal;
  const say = useSentence();
  const measurements = advice.measurements ?? [];
  if (measurements.length === 0) return null;
  const planOf = ({ scenario }: ProposedMeasurement) =>
    advice.plans.find((plan) => plan.scenario.id === scenario)?.scenario.title ?? '';
  return (
    <Card title={t.next} text={t.nextText}>
      <DataTable
        caption={t.next}
        rows={measurements}
        rowKey={(row) => `${row.scenario} ${row.from}`}
        columns={[
          { heading: t.nextPlan, cell: planOf },
          { heading: t.nextWhat, wraps: true, cell: (row) => row.title },
          {
            heading: t.nextWhen,
            cell: (row) => `${time.dayAndTime(row.from)} ${strings.to} ${time.time(row.to)}`,
          },
          { heading: t.nextWhy, wraps: true, cell: (row) => say(row.reason) },
        ]}
      />
    </Card>
  );
}
