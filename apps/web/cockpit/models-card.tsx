import type { ModelRow } from '@gemel/server/api';
import { plainNumber, writtenUnit } from '../data/number.ts';
import { useSentence } from '../data/preferences.tsx';
import { Card } from '../parts/card.tsx';
import { ChanceBar } from '../parts/chance-bar.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { strings } from '../strings.data.ts';
import css from './models-card.module.css';

/** The models a twin chooses among: which speak and how much they weigh, what each makes of the person, why others do not speak. */
export function ModelsCard({ models }: { readonly models: readonly ModelRow[] }) {
  const t = strings.models;
  const say = useSentence();
  const compared = models.find(({ values }) => values.length > 0)?.values ?? [];
  const columns: Column<ModelRow>[] = [
    {
      heading: t.model,
      cell: (row) => (
        <span data-testid="model" data-used={row.used}>
          {row.title}
        </span>
      ),
    },
    {
      heading: t.weight,
      cell: (row) => (row.weight === null ? row.used ? t.used : t.notUsed : <ChanceBar value={row.weight} />),
    },
    ...compared.flatMap(({ name, title, unit }): Column<ModelRow>[] => {
      const ownOf = (row: ModelRow) => row.values.find((value) => value.name === name);
      const number = (value: number | null | undefined) =>
        value === null || value === undefined ? '' : plainNumber(value);
      return [
        {
          heading: t.expected(title, writtenUnit(unit)),
          numeric: true,
          cell: (row) => number(ownOf(row)?.expected),
        },
        {
          heading: t.found(title, writtenUnit(unit)),
          numeric: true,
          cell: (row) => {
            const value = ownOf(row);
            if (value === undefined || value.median === null) return strings.missing;
            return `${number(value.median)} (${number(value.low)} ${strings.to} ${number(value.high)})`;
          },
        },
      ];
    }),
    {
      heading: t.population,
      wraps: true,
      cell: (row) => row.population,
    },
    {
      heading: t.said,
      wraps: true,
      cell: (row) => row.reasons.map(({ statement }) => say(statement)).join(' '),
    },
  ];
  return (
    <Card title={t.title} text={t.text}>
      <DataTable caption={t.title} rows={models} rowKey={(row) => row.id} columns={columns} />
      <details className={css.sources}>
        <summary>{t.citations}</summary>
        <ul>
          {models.map((model) => (
            <li key={model.id}>
              {model.title}: {model.citation}
            </li>
          ))}
        </ul>
      </details>
    </Card>
  );
}
