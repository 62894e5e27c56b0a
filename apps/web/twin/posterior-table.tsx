import type { PosteriorSummary } from '@gemel/core';
import { percent, unitLabel, valueText } from '../data/number.ts';
import { useUnits } from '../data/preferences.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { IntervalText } from '../parts/interval-text.tsx';
import { ShrinkageBar } from '../parts/shrinkage-bar.tsx';
import { strings } from '../strings.data.ts';
import { capital } from './names.ts';
import css from './posterior-table.module.css';

/** Above this share of the prior spread a parameter was hardly learnt. */
const HARDLY = 0.9;

/** Personal parameters: what the data told beyond the population. */
export function PosteriorTable({ posterior }: { readonly posterior: readonly PosteriorSummary[] }) {
  const unit = useUnits();
  const t = strings.posterior;
  if (posterior.length === 0) return <p>{t.none}</p>;
  return (
    <DataTable
      caption={t.title}
      rows={posterior}
      rowKey={(row) => row.parameter}
      columns={[
        {
          heading: t.name,
          cell: (row) => (
            <>
              {capital(row.title)} <small className={css.unit}>{unitLabel(row.unit, unit)}</small>
            </>
          ),
        },
        {
          heading: t.median,
          numeric: true,
          cell: (row) => valueText(row.median, row.unit, unit),
        },
        { heading: t.interval, numeric: true, cell: (row) => <IntervalText of={row} unit={row.unit} /> },
        {
          heading: t.learnt,
          wraps: true,
          cell: (row) => (
            <>
              <ShrinkageBar share={row.shrinkage} /> {t.left(percent(row.shrinkage))}
              {row.shrinkage > HARDLY && `, ${t.hardly}`}
            </>
          ),
        },
      ]}
    />
  );
}
