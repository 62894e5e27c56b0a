import type { WhatIfResult } from '@gemel/server/api';
import { unitLabel, valueText } from '../data/number.ts';
import { useSentence, useUnits } from '../data/preferences.tsx';
import { interval90 } from '../data/quantile.ts';
import { Card } from '../parts/card.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { DifferenceBar } from '../parts/difference-bar.tsx';
import { IntervalText } from '../parts/interval-text.tsx';
import { strings } from '../strings.data.ts';

type Difference = WhatIfResult['differences'][number][number];

/** Median of a quantity, or mean of a reward, in one arm; null where the arm has neither of that name. */
function armValue(result: WhatIfResult, arm: number, name: string): number | null {
  const plan = result.arms[arm];
  const quantity = plan?.forecast.quantities[name];
  if (quantity?.kind === 'scalar') return interval90(quantity).median;
  return plan?.rewards.find((reward) => reward.name === name)?.mean ?? null;
}

/** B − A for every scalar quantity and reward, paired future by future. */
export function DifferenceCard({ result }: { readonly result: WhatIfResult }) {
  const unit = useUnits();
  const say = useSentence();
  const t = strings.whatif;
  const rows = result.differences.at(-1) ?? [];
  const inArm = (row: Difference, arm: number) => {
    const value = armValue(result, arm, row.name);
    return value === null ? '' : valueText(value, row.unit, unit);
  };
  return (
    <Card title={t.differences} text={t.differencesText}>
      <DataTable
        caption={t.differences}
        rows={rows}
        rowKey={(row) => row.name}
        columns={[
          {
            heading: t.quantity,
            cell: (row) => {
              const label = unitLabel(row.unit, unit);
              const title = say(row.title);
              return label === '' ? title : `${title} (${label})`;
            },
          },
          { heading: t.a, numeric: true, cell: (row) => inArm(row, 0) },
          { heading: t.b, numeric: true, cell: (row) => inArm(row, 1) },
          {
            heading: t.difference,
            numeric: true,
            cell: (row) => (
              <strong>
                {row.median > 0 ? '+' : ''}
                {valueText(row.median, row.unit, unit)}
              </strong>
            ),
          },
          { heading: t.interval, numeric: true, cell: (row) => <IntervalText of={row} unit={row.unit} /> },
          { heading: `${t.lower} · ${t.higher}`, cell: (row) => <DifferenceBar of={row} /> },
        ]}
      />
    </Card>
  );
}
