import type { ChartTable as Numbers } from '@gemel/charts/svg';
import { DataTable } from '../parts/data-table.tsx';
import { strings } from '../strings.data.ts';

/** Rows shown at once; the CSV holds all. */
const MOST = 400;

/** The numbers of the chart, newest last. */
export function ChartTable({ table }: { readonly table: Numbers }) {
  const rows = table.rows.slice(-MOST);
  return (
    <DataTable
      tall
      caption={table.caption}
      rows={rows}
      rowKey={(row, i) => `${row[0]} ${row[1]} ${i}`}
      columns={table.columns.map((heading, i) => ({ heading, cell: (row: Numbers['rows'][number]) => row[i] ?? '' }))}
      footnote={strings.table.shown(rows.length, table.rows.length)}
    />
  );
}
