import type { Accuracy } from '@gemel/core';
import { unitLabel, valueText } from '../data/number.ts';
import { useUnits } from '../data/preferences.tsx';
import { durationText, MINUTE } from '../data/time.ts';
import { CoverageBar } from '../parts/coverage-bar.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { strings } from '../strings.data.ts';

/** Fewer scored forecasts than this say little. */
const FEW = 20;

/** The ledger: how past forecasts met their observations, by lead time. */
export function AccuracyTable({ accuracy }: { readonly accuracy: Accuracy | null }) {
  const unit = useUnits();
  const t = strings.accuracy;
  if (accuracy === null || accuracy.byLead.every((lead) => lead.count === 0)) return <p>{t.none}</p>;
  const inUnit = (value: number) => valueText(value, accuracy.unit, unit);
  return (
    <DataTable
      caption={t.title}
      rows={accuracy.byLead.filter((lead) => lead.count > 0)}
      rowKey={(lead) => String(lead.leadMinutes)}
      columns={[
        { heading: t.lead, cell: (lead) => durationText(lead.leadMinutes * MINUTE) },
        {
          heading: t.count,
          numeric: true,
          cell: (lead) => `${lead.count}${lead.count < FEW ? ` (${t.few})` : ''}`,
        },
        { heading: t.coverage50, numeric: true, cell: (lead) => <CoverageBar value={lead.coverage50} nominal={0.5} /> },
        { heading: t.coverage90, numeric: true, cell: (lead) => <CoverageBar value={lead.coverage90} nominal={0.9} /> },
        { heading: t.crps, numeric: true, cell: (lead) => inUnit(lead.crps) },
        { heading: t.bias, numeric: true, cell: (lead) => inUnit(lead.bias) },
        { heading: t.rmse, numeric: true, cell: (lead) => inUnit(lead.rmse) },
      ]}
      footnote={t.unit(unitLabel(accuracy.unit, unit))}
    />
  );
}
