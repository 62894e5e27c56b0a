import { writtenUnit } from '@gemel/core/written-unit';
import type { PackRecords, RecordKind } from '@gemel/server/api';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { strings } from '../strings.data.ts';
import css from './entry.module.css';
import { EMPTY_ROW, type EntryProblems, type EntryRow } from './records.ts';

interface RowsTableProps {
  readonly pack: PackRecords;
  readonly rows: readonly EntryRow[];
  readonly problems: EntryProblems;
  readonly onChange: (rows: readonly EntryRow[]) => void;
}

/** What was given and measured, one a row; each refusal stands under its row. */
export function RowsTable({ pack, rows, problems, onChange }: RowsTableProps) {
  const t = strings.entry;
  const kinds = [...pack.controls, ...pack.signals];
  const group = (label: string, own: readonly RecordKind[]) => ({
    group: label,
    items: own.map(({ name, title }) => ({ value: name, label: title })),
  });
  const set = (i: number, change: Partial<EntryRow>) =>
    onChange(rows.map((row, k) => (k === i ? { ...row, ...change } : row)));
  const unitsOf = (row: EntryRow) => {
    const units = kinds.find(({ name }) => name === row.what)?.units ?? [];
    const own = row.unit !== '' && !units.includes(row.unit) ? [row.unit, ...units] : units;
    return own.map((unit) => ({ value: unit, label: writtenUnit(unit) || unit }));
  };
  return (
    <div className={css.rows}>
      {rows.map((row, i) => {
        const cell = (field: string) => problems[`row ${i} ${field}`];
        const label = (field: string) => `${t.row(i + 1)}, ${field}`;
        const given = pack.controls.some(({ name }) => name === row.what);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the table
          <div key={i} className={css.row} data-testid="entry-row">
            <NativeSelect
              label={t.what}
              aria-label={label(t.what)}
              data={[{ value: '', label: t.choose }, group(t.given, pack.controls), group(t.measured, pack.signals)]}
              value={row.what}
              onChange={(event) => {
                const what = event.currentTarget.value;
                set(i, { what, unit: kinds.find(({ name }) => name === what)?.units[0] ?? '' });
              }}
              error={cell('what')}
            />
            <TextInput
              label={t.time}
              aria-label={label(t.time)}
              placeholder="2026-03-01 08:00"
              value={row.time}
              onChange={(event) => set(i, { time: event.currentTarget.value })}
              error={cell('time')}
            />
            <TextInput
              label={t.value}
              aria-label={label(t.value)}
              inputMode="decimal"
              value={row.value}
              onChange={(event) => set(i, { value: event.currentTarget.value })}
              error={cell('value')}
            />
            <NativeSelect
              label={t.unit}
              aria-label={label(t.unit)}
              data={unitsOf(row)}
              value={row.unit}
              onChange={(event) => set(i, { unit: event.currentTarget.value })}
              error={cell('unit')}
            />
            <TextInput
              label={t.hours}
              aria-label={label(t.hours)}
              inputMode="decimal"
              disabled={!given}
              value={row.hours}
              onChange={(event) => set(i, { hours: event.currentTarget.value })}
              error={cell('hours')}
            />
            <Button
              variant="subtle"
              size="xs"
              className={css.remove}
              aria-label={t.remove(i + 1)}
              onClick={() => onChange(rows.filter((_, k) => k !== i))}
            >
              ×
            </Button>
            {problems[`row ${i}`] !== undefined && (
              <p role="alert" className={css.refused}>
                {problems[`row ${i}`]}
              </p>
            )}
          </div>
        );
      })}
      <Button variant="default" style={{ justifySelf: 'start' }} onClick={() => onChange([...rows, EMPTY_ROW])}>
        {t.add}
      </Button>
    </div>
  );
}
