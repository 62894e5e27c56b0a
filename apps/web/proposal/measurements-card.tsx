import type { Advice, ProposedMeasurement } from '@gemel/core';
import { useSentence } from '../data/preferences.tsx';
import type { LocalTime } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { strings } from '../strings.data.ts';

interface Row {
  readonly scenario: string;
  readonly title: string;
  readonly reason: string;
  readonly times: readonly Pick<ProposedMeasurement, 'from' | 'to'>[];
}

/** Measurements of one kind, with one plan and for one reason, in one row. */
function rowsOf(measurements: readonly ProposedMeasurement[]): Row[] {
  const rows: Row[] = [];
  for (const { scenario, title, reason, from, to } of measurements) {
    const i = rows.findIndex((row) => row.scenario === scenario && row.title === title && row.reason === reason);
    if (i < 0) rows.push({ scenario, title, reason, times: [{ from, to }] });
    else rows[i] = { ...rows[i]!, times: [...rows[i]!.times, { from, to }] };
  }
  return rows;
}

/** What to measure next, with which plan, and what it is expected to tell. */
export function MeasurementsCard({ advice, time }: { readonly advice: Advice; readonly time: LocalTime }) {
  const t = strings.proposal;
  const say = useSentence();
  const rows = rowsOf(advice.measurements ?? []);
  if (rows.length === 0) return null;
  const planOf = ({ scenario }: Row) =>
    advice.plans.find((plan) => plan.scenario.id === scenario)?.scenario.title ?? '';
  return (
    <Card title={t.next} text={t.nextText}>
      <DataTable
        caption={t.next}
        rows={rows}
        rowKey={(row) => `${row.scenario} ${row.title} ${row.reason}`}
        columns={[
          { heading: t.nextPlan, cell: planOf },
          {
            heading: t.nextWhat,
            wraps: true,
            cell: ({ title, times }) => (
              <>
                {title}
                {times.map(({ from, to }) => (
                  <div key={from}>
                    {time.dayAndTime(from)} {strings.to} {time.time(to)}
                  </div>
                ))}
              </>
            ),
          },
          { heading: t.nextWhy, wraps: true, cell: (row) => say(row.reason) },
        ]}
      />
    </Card>
  );
}
