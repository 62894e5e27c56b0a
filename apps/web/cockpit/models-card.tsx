import { writtenUnit } from '@gemel/core/written-unit';
import type { ModelRow } from '@gemel/server/api';
import { plainNumber } from '../data/number.ts';
import { useSentence } from '../data/preferences.tsx';
import { Card } from '../parts/card.tsx';
import { ChanceBar } from '../parts/chance-bar.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { strings } from '../strings.data.ts';
import css from './models-card.module.css';

/** The models a twin chooses among: which speak and how much they weigh, what each makes of the person, why others do not speak. */
export function ModelsCard({ models }: { readonly models: readonly ModelRow[] }) {
  const t = strings.models;
  const say = useSentence();
  return (
    <Card title={t.title} text={t.text}>
      <DataTable
        caption={t.title}
        rows={models}
        rowKey={(row) => row.id}
        columns={[
          {
            heading: t.model,
            cell: (row) => (
              <span data-testid="model" data-used={row.used} className={css.model}>
                {row.title}
                <small>{row.population}</small>
              </span>
            ),
          },
          {
            heading: t.weight,
            cell: (row) => (row.weight === null ? row.used ? t.used : t.notUsed : <ChanceBar value={row.weight} />),
          },
          { heading: t.expected, wraps: true, cell: (row) => <Found row={row} say={say} /> },
        ]}
      />
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

const number = (value: number | null) => (value === null ? strings.missing : plainNumber(value));

/** What one model expects and finds, and what is to be known of it. */
function Found({ row, say }: { readonly row: ModelRow; readonly say: (sentence: string) => string }) {
  return (
    <>
      {row.values.map(({ name, title, unit, expected, median, low, high }) => (
        <span key={name} className={css.found}>
          {title}: {plainNumber(expected)} → <strong>{number(median)}</strong>
          {median !== null && ` (${number(low)} ${strings.to} ${number(high)})`} {writtenUnit(unit)}
        </span>
      ))}
      {row.reasons.map(({ code, statement }) => (
        <span key={code + statement} className={css.reason}>
          {say(statement)}
        </span>
      ))}
    </>
  );
}
