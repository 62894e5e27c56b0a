import type { ImportResult } from '@gemel/server/api';
import { Table } from '@mantine/core';
import { Link, paths } from '../navigation.tsx';
import { Scroller } from '../parts/scroller.tsx';
import { strings } from '../strings.data.ts';
import css from './import-dialog.module.css';
import { whereText } from './where-text.ts';

/** Remarks listed at once; the rest is counted. */
const LISTED = 200;

interface LossAccountViewProps {
  readonly result: ImportResult;
  readonly names: ReadonlyMap<string, string>;
  readonly onOpen: () => void;
  /** The twin that is opened, where it is known which. */
  readonly pack?: string;
}

/** What became of every entry of a file. */
export function LossAccountView({ result, names, onOpen, pack }: LossAccountViewProps) {
  const { account, subjects } = result;
  const t = strings.importing;
  const count = (n: number) => n.toLocaleString(strings.locale);
  const taken = account.mapped + account.kept + account.duplicates;
  const verdict = taken === 0 ? t.nothing : account.refused > 0 || account.truncated ? t.partly : t.done;
  return (
    <div data-testid="loss-account">
      <p className={css.verdict} role="status">
        {verdict}
      </p>
      <p className={css.meta}>
        {t.accountText(count(account.entries), account.source)} {t.format} {account.format}.
      </p>
      {account.truncated && <p role="alert">{t.truncated}</p>}
      <Scroller label={t.account}>
        <Table>
          <caption className="visually-hidden">{t.account}</caption>
          <Table.Thead>
            <Table.Tr>
              {[t.type, t.mapped, t.kept, t.duplicates, t.refused].map((heading, i) => (
                <Table.Th key={heading} scope="col" ta={i === 0 ? 'left' : 'right'}>
                  {heading}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {Object.entries(account.byType).map(([type, row]) => (
              <Table.Tr key={type}>
                <Table.Th scope="row">{type}</Table.Th>
                <Table.Td ta="right">{count(row.mapped)}</Table.Td>
                <Table.Td ta="right">{count(row.kept)}</Table.Td>
                <Table.Td ta="right">{count(row.duplicates)}</Table.Td>
                <Table.Td ta="right">{count(row.refused)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
          <Table.Tfoot>
            <Table.Tr>
              <Table.Th scope="row">{t.total}</Table.Th>
              <Table.Th ta="right">{count(account.mapped)}</Table.Th>
              <Table.Th ta="right">{count(account.kept)}</Table.Th>
              <Table.Th ta="right">{count(account.duplicates)}</Table.Th>
              <Table.Th ta="right">{count(account.refused)}</Table.Th>
            </Table.Tr>
          </Table.Tfoot>
        </Table>
      </Scroller>
      {account.problems.length > 0 && (
        <details open={account.refused > 0}>
          <summary>{t.problems(account.problems.length)}</summary>
          <ul className={css.problems}>
            {account.problems.slice(0, LISTED).map((problem, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list is made once and two remarks may be alike
              <li key={i}>
                <div>{problem.message}</div>
                <div>{problem.remedy}</div>
                <div className={css.place}>
                  {whereText(problem.where)} {strings.errors.code(problem.code)}
                </div>
              </li>
            ))}
          </ul>
          {account.problems.length > LISTED && <p>{t.more(account.problems.length - LISTED)}</p>}
        </details>
      )}
      <div className={css.opens}>
        {subjects.map((subject) => (
          <Link key={subject} href={paths.twin(subject, pack)} onClick={onOpen}>
            {t.open(names.get(subject) ?? subject)}
          </Link>
        ))}
      </div>
    </div>
  );
}
