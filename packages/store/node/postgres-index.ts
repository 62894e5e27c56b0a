import type { IndexRow } from '@gemel/core/resource-search';
import type pg from 'pg';
import { float8Array, int8Array, textArray } from './binary-array.ts';
import { query, together } from './postgres-session.ts';
import { INDEX_TABLES } from './resource-schema.ts';

/** An index entry of PostgreSQL has 2,704 bytes at most, a character up to four, and a row up to two texts that may be long. */
const LONGEST = 300;
/** Of references, which have one text a row. */
const LONGEST_TARGET = 600;

/** A text as the index and its queries hold it: PostgreSQL has no NUL in a text. */
export function stored(text: string): string {
  return text.slice(0, LONGEST_TARGET).replaceAll('\0', '\u{fffd}');
}

/** The numbers of parameters, code systems and base units; once given they stay. */
export class IndexNames {
  readonly #numbers = new Map<string, number>();

  /** Forgets what a transaction that was taken back may have given. */
  forget(): void {
    this.#numbers.clear();
  }

  /** The numbers of these names; −1 for one that no row has. */
  async known(client: pg.ClientBase, names: ReadonlySet<string>): Promise<(name: string) => number> {
    const found = await this.#look(client, names);
    return (name) => found.get(name) ?? -1;
  }

  /** The same, each given one where it has none; inside a transaction in which nobody else writes. */
  async given(client: pg.ClientBase, names: ReadonlySet<string>): Promise<(name: string) => number> {
    const found = await this.#look(client, names);
    const absent = new Set([...names].filter((name) => !found.has(name)).map(stored));
    if (absent.size === 0) return (name) => found.get(name)!;
    const text = 'insert into index_name (name) select * from unnest($1::text[])';
    await query(client, text, [textArray([...absent])]);
    const all = await this.#look(client, names);
    return (name) => all.get(name)!;
  }

  async #look(client: pg.ClientBase, names: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    const asked: string[] = [];
    for (const name of names) {
      const n = this.#numbers.get(name);
      if (n === undefined) asked.push(name);
      else found.set(name, n);
    }
    if (asked.length === 0) return found;
    const text = 'select n, name from index_name where name = any($1::text[])';
    const rows = await query<{ n: number; name: string }>(client, text, [textArray(asked.map(stored))]);
    const read = new Map(rows.map(({ n, name }) => [name, n]));
    for (const name of asked) {
      const n = read.get(stored(name));
      if (n === undefined) continue;
      found.set(name, n);
      this.#numbers.set(name, n);
    }
    return found;
  }
}

/** Deletes the rows of resources. */
export async function dropRows(client: pg.ClientBase, resources: readonly number[]): Promise<void> {
  if (resources.length === 0) return;
  const numbers = int8Array(resources);
  await together(
    INDEX_TABLES.map((table) => query(client, `delete from ${table} where resource = any($1::bigint[])`, [numbers])),
  );
}

type Row<Kind extends IndexRow['kind']> = {
  readonly n: number;
  readonly row: Extract<IndexRow, { readonly kind: Kind }>;
};

/** Writes rows, each under the number of its resource; one that is there already says nothing new. */
export async function insertRows(
  client: pg.ClientBase,
  names: IndexNames,
  rows: readonly { readonly n: number; readonly row: IndexRow }[],
): Promise<void> {
  if (rows.length === 0) return;
  const asked = new Set<string>();
  for (const { row } of rows) {
    asked.add(row.param);
    if (row.kind === 'token' || row.kind === 'quantity') asked.add(row.system);
    if (row.kind === 'quantity' && row.base !== null) asked.add(row.base.unit);
  }
  const number = await names.given(client, asked);
  const short = (text: string) => stored(text).slice(0, LONGEST);
  /** Writes the rows of one kind: each column by how its value is had of a row. */
  const insert = async <Kind extends IndexRow['kind']>(
    kind: Kind,
    columns: Readonly<Record<string, Column<Extract<IndexRow, { readonly kind: Kind }>>>>,
  ): Promise<void> => {
    const own = rows.filter(({ row }) => row.kind === kind) as Row<Kind>[];
    if (own.length === 0) return;
    const all = Object.entries<(typeof columns)[string]>({
      param: { integer: ({ param }) => number(param) },
      place: { integer: ({ place }) => place },
      ...columns,
    });
    const values = all.map(([, column]) =>
      valuesOf(
        column,
        own.map(({ row }) => row),
      ),
    );
    const types = all.map(([, column], i) => `$${i + 2}::${typeOf(column)}[]`);
    await query(
      client,
      `insert into ${kind}_index (resource, ${all.map(([name]) => name).join(', ')})
        select * from unnest($1::bigint[], ${types.join(', ')}) on conflict do nothing`,
      [int8Array(own.map(({ n }) => n)), ...values],
    );
  };
  await together([
    insert('token', { system: { integer: ({ system }) => number(system) }, code: { text: ({ code }) => short(code) } }),
    insert('string', { value: { text: ({ value }) => short(value) }, exact: { text: ({ exact }) => short(exact) } }),
    insert('range', { low: { real: ({ low }) => low }, high: { real: ({ high }) => high } }),
    insert('quantity', {
      low: { real: ({ low }) => low },
      high: { real: ({ high }) => high },
      system: { integer: ({ system }) => number(system) },
      code: { text: ({ code }) => short(code) },
      unit: { text: ({ unit }) => short(unit) },
      base_unit: { integer: ({ base }) => (base === null ? null : number(base.unit)) },
      base_low: { real: ({ base }) => base?.low ?? null },
      base_high: { real: ({ base }) => base?.high ?? null },
    }),
    insert('reference', { target: { text: ({ target }) => stored(target) } }),
  ]);
}

/** How a column's value is had of a row. */
type Column<R> =
  | { readonly integer: (row: R) => number | null }
  | { readonly real: (row: R) => number | null }
  | { readonly text: (row: R) => string };

function typeOf<R>(column: Column<R>): string {
  if ('integer' in column) return 'bigint';
  return 'real' in column ? 'double precision' : 'text';
}

function valuesOf<R>(column: Column<R>, rows: readonly R[]): Buffer {
  if ('integer' in column) return int8Array(rows.map(column.integer));
  return 'real' in column ? float8Array(rows.map(column.real)) : textArray(rows.map(column.text));
}
