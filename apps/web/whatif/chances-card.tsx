import type { Scalar } from '@gemel/core';
import type { TwinDetail, WhatIfResult } from '@gemel/server/api';
import { eventTitle } from '../cockpit/event-title.ts';
import { useSentence, useUnits } from '../data/preferences.tsx';
import { Card } from '../parts/card.tsx';
import { ChanceBar } from '../parts/chance-bar.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { strings } from '../strings.data.ts';

interface Row {
  readonly key: string;
  readonly title: string;
  readonly chances: readonly (number | null)[];
}

const isScalar = (quantity: { readonly kind: string }): quantity is Scalar => quantity.kind === 'scalar';

/** Chances of the events that the twin's quantities name, in both arms: that a target is attained, that a bound is left. */
export function ChancesCard({ result, detail }: { readonly result: WhatIfResult; readonly detail: TwinDetail }) {
  const units = useUnits();
  const say = useSentence();
  const t = strings.whatif;
  const scalars = Object.values(result.arms[0]?.forecast.quantities ?? {}).filter(isScalar);
  const rows = scalars.flatMap(({ name, title, unit, events }): Row[] =>
    Object.keys(events).map((event) => ({
      key: `${name} ${event}`,
      title: `${say(title)}: ${eventTitle(event, unit, units, detail.events[name])}`,
      chances: result.arms.map(({ forecast }) => {
        const quantity = forecast.quantities[name];
        return quantity?.kind === 'scalar' ? (quantity.events[event] ?? null) : null;
      }),
    })),
  );
  if (rows.length === 0) return null;
  const chance = (row: Row, arm: number) => {
    const value = row.chances[arm];
    return value === null || value === undefined ? strings.missing : <ChanceBar value={value} />;
  };
  return (
    <Card title={t.chances} text={t.chancesText}>
      <DataTable
        caption={t.chances}
        rows={rows}
        rowKey={(row) => row.key}
        columns={[
          { heading: t.event, wraps: true, cell: (row) => row.title },
          { heading: t.a, cell: (row) => chance(row, 0) },
          { heading: t.b, cell: (row) => chance(row, 1) },
        ]}
      />
    </Card>
  );
}
