import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import css from './data-table.module.css';
import { Scroller } from './scroller.tsx';

export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => ReactNode;
  readonly numeric?: boolean;
  /** Long text: its lines may break. */
  readonly wraps?: boolean;
}

interface DataTableProps<Row> {
  /** Caption, for those who cannot see the heading above. */
  readonly caption: string;
  /** The first column heads its row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row, index: number) => string;
  readonly tall?: boolean;
  readonly footnote?: string;
}

/** A plain table that scrolls in its own box where it is too wide. */
export function DataTable<Row>({ caption, columns, rows, rowKey, tall, footnote }: DataTableProps<Row>) {
  const [first, ...others] = columns;
  if (first === undefined) return null;
  const align = (column: Column<Row>) => (column.numeric ? 'right' : 'left');
  return (
    <>
      <Scroller label={caption} tall={tall}>
        <Table stickyHeader={tall ?? false} className={css.table}>
          <caption className="visually-hidden">{caption}</caption>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column.heading} scope="col" ta={align(column)}>
                  {column.heading}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, index) => (
              <Table.Tr key={rowKey(row, index)}>
                <Table.Th scope="row" fw={560} ta={align(first)}>
                  {first.cell(row)}
                </Table.Th>
                {others.map((column) => (
                  <Table.Td key={column.heading} ta={align(column)} data-wraps={column.wraps}>
                    {column.cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroller>
      {footnote !== undefined && <p className={css.footnote}>{footnote}</p>}
    </>
  );
}
