import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { EntryQuery } from '../contract.ts';
import type { Tables } from './schema.ts';
import type { EntryRow } from './sealed-rows.ts';

/** How the two columns that an index may be chosen by are named in a query. */
export interface Columns {
  readonly seq: RawBuilder<number>;
  readonly kind: RawBuilder<string>;
}

export const COLUMNS: Columns = { seq: sql.ref<number>('seq'), kind: sql.ref<string>('kind') };

/** The rows a query asks for, of the subject of that number where the query names one. `kinds`, where given, is not empty. */
export function selectEntries(
  db: Kysely<Tables>,
  query: EntryQuery,
  n: number | null,
  { seq, kind }: Columns = COLUMNS,
): SelectQueryBuilder<Tables, 'entry', EntryRow> {
  let select = db
    .selectFrom('entry')
    .select(['seq', 'id', 'subject', 'kind', 'true_at', 'known_at', 'supersedes', 'payload']);
  if (n !== null) select = select.where('subject', '=', n);
  if (query.kinds !== undefined) select = select.where(kind, 'in', [...query.kinds]);
  if (query.afterSeq !== undefined) select = select.where(seq, '>', query.afterSeq);
  if (query.throughSeq !== undefined) select = select.where(seq, '<=', query.throughSeq);
  if (query.knownBy !== undefined) select = select.where('known_at', '<=', query.knownBy);
  if (query.trueFrom !== undefined) select = select.where('true_at', '>=', query.trueFrom);
  if (query.trueTo !== undefined) select = select.where('true_at', '<=', query.trueTo);
  if (query.order === 'trueAt') select = select.orderBy('true_at').orderBy('seq');
  else select = select.orderBy(seq, query.order === 'seq-descending' ? 'desc' : 'asc');
  return query.limit === undefined ? select : select.limit(query.limit);
}
