import { type Instant, instant } from '@gemel/core';
import type { IndexRow, ResourceSearch } from '@gemel/core/resource-search';
import type { RawBuilder } from 'kysely';
import type pg from 'pg';
import type {
  HistoryQuery,
  ResourceBatch,
  ResourceFormat,
  ResourceHead,
  ResourceStore,
  ResourceVersion,
  SearchCursor,
  SearchHits,
  SearchPage,
} from '../resource-contract.ts';
import { SearchSql } from '../resource-sql.ts';
import { int8Array, textArray } from './binary-array.ts';
import type { PostgresReading, PostgresStore } from './postgres.ts';
import { dropRows, IndexNames, insertRows, stored } from './postgres-index.ts';
import { query, texts, together } from './postgres-session.ts';
import type { Turn } from './postgres-turn.ts';
import {
  ABSENT,
  alongOf,
  cursorOf,
  FOUND,
  type Leaf,
  leavesOf,
  PAGE,
  planWrites,
  RARE,
  type ResourceRow,
  type Standing,
  versionOf,
} from './resource-plan.ts';
import { INDEX_TABLES } from './resource-schema.ts';

type Row = Readonly<Record<string, number | string>>;

/** Index rows and current versions go when their subject is erased, whoever erases it. */
const TRIGGER = `
  create function resource_erased() returns trigger language plpgsql as $$ begin
    ${INDEX_TABLES.map((table) => `delete from ${table} where resource in (select n from resource where subject = new.n);`).join('\n    ')}
    delete from resource_version where resource in (select n from resource where subject = new.n);
    delete from resource where subject = new.n;
    return null;
  end $$;
  create trigger resource_erased after update on subject for each row when (new.key is null)
    execute function resource_erased();
`;

/** Resources over a log on PostgreSQL; the index is made anew first where another version of the format made it. */
export async function openPostgresResources(store: PostgresStore, format: ResourceFormat): Promise<ResourceStore> {
  const resources = new PostgresResources(store, format);
  await resources.open();
  return resources;
}

class PostgresResources implements ResourceStore {
  readonly #store: PostgresStore;
  readonly #format: ResourceFormat;
  readonly #names = new IndexNames();

  constructor(store: PostgresStore, format: ResourceFormat) {
    this.#store = store;
    this.#format = format;
  }

  async open(): Promise<void> {
    await this.#transaction(async (turn) => {
      const text = `select 1 from pg_trigger where tgrelid = 'subject'::regclass and tgname = 'resource_erased'`;
      if ((await query(turn.client, text)).length === 0) await turn.client.query(TRIGGER);
      if ((await state(turn.client, 'index')) !== this.#format.version) await this.#rebuild(turn);
    });
  }

  write(batch: ResourceBatch, at: Instant): Promise<readonly ResourceVersion[]> {
    return this.#transaction(async (turn) => {
      const found: (readonly ResourceHead[])[] = [];
      for (const lookup of batch.lookups) {
        const rows =
          'id' in lookup
            ? await rowsOf(turn.client, [`${lookup.type}/${lookup.id}`])
            : await this.#found(turn.client, lookup.search);
        found.push(await headsOf(turn, rows));
      }
      const { writes, entries = [] } = batch.decide(found);
      const rows = await rowsOf(
        turn.client,
        writes.map(({ type, id }) => `${type}/${id}`),
      );
      const subjectOf = await turn.subjectsOf(rows.map(({ subject }) => subject));
      const standing = new Map<string, Standing>();
      const numbers = new Map<string, number>();
      for (const { n, type, id, version, deleted, subject } of rows) {
        standing.set(`${type}/${id}`, { version, deleted: deleted === 1, subject: subjectOf(subject)!.name });
        numbers.set(`${type}/${id}`, n);
      }
      const planned = planWrites(writes, (key) => standing.get(key) ?? ABSENT, this.#format, at);
      const appended = await turn.append([...planned, ...entries]);
      const versions = appended.entries.slice(0, planned.length).map(versionOf);
      await together([dropRows(turn.client, [...numbers.values()]), keep(turn, versions, numbers)]);
      await this.#index(turn.client, versions, numbers);
      return versions;
    });
  }

  read(type: string, id: string): Promise<ResourceVersion | null> {
    return this.#one('select e.* from resource r join entry e on e.seq = r.seq where r.key = $1', [
      stored(`${type}/${id}`),
    ]);
  }

  vread(type: string, id: string, version: number): Promise<ResourceVersion | null> {
    return this.#one(
      `select e.* from resource r join resource_version v on v.resource = r.n join entry e on e.seq = v.seq
        where r.key = $1 and v.version = $2`,
      [stored(`${type}/${id}`), version],
    );
  }

  async readMany(keys: readonly { readonly type: string; readonly id: string }[]): Promise<readonly ResourceVersion[]> {
    const asked = keys.map(({ type, id }) => `${type}/${id}`);
    const found = await this.#versions(
      `select e.* from unnest($1::text[]) with ordinality as asked (key, place)
        join resource r on r.key = asked.key join entry e on e.seq = r.seq order by asked.place`,
      [textArray(asked.map(stored))],
    );
    return found.filter(({ resource }) => resource !== null);
  }

  history({ type, id, since, beforeSeq, limit }: HistoryQuery): Promise<readonly ResourceVersion[]> {
    const wheres: string[] = [];
    const values: unknown[] = [];
    const where = (condition: string, value: unknown) => {
      values.push(value);
      wheres.push(`${condition} $${values.length}`);
    };
    if (type !== undefined && id !== undefined) where('r.key =', stored(`${type}/${id}`));
    else if (type !== undefined) where('r.type =', stored(type));
    if (beforeSeq !== undefined) where('v.seq <', beforeSeq);
    if (since !== undefined) where('e.known_at >=', since);
    const text = `select e.* from resource_version v join resource r on r.n = v.resource join entry e on e.seq = v.seq
      ${wheres.length === 0 ? '' : `where ${wheres.join(' and ')}`} order by v.seq desc limit $${values.length + 1}`;
    return this.#versions(text, [...values, limit]);
  }

  search(search: ResourceSearch, page: SearchPage): Promise<SearchHits> {
    return this.#store.reading(async (within) => {
      const rows = await this.#hits(within.client, search, page.limit + 1, page.after ?? null);
      const shown = rows.slice(0, page.limit);
      const hits = await versionsOf(
        within,
        `select e.* from unnest($1::bigint[]) with ordinality as asked (seq, place)
          join entry e on e.seq = asked.seq order by asked.place`,
        [int8Array(shown.map(({ seq }) => seq as number))],
      );
      const last = shown.at(-1);
      const next = rows.length <= page.limit || last === undefined ? null : cursorOf(last, search.sort.length);
      return { hits, next };
    });
  }

  count(search: ResourceSearch): Promise<number> {
    return this.#store.reading(async ({ client }) => {
      const driver = await this.#rarest(client, search);
      const [row] = await this.#run<{ n: number }>(client, (sql) => sql.count(search, driver));
      return row!.n;
    });
  }

  changes(afterSeq: number, limit: number): Promise<readonly ResourceVersion[]> {
    return this.#versions(
      `select e.* from resource_version v join entry e on e.seq = v.seq where v.seq > $1 order by v.seq limit $2`,
      [afterSeq, limit],
    );
  }

  position(follower: string): Promise<number> {
    return this.#store.reading(async ({ client }) => (await state(client, `follower ${follower}`)) ?? 0);
  }

  setPosition(follower: string, seq: number): Promise<void> {
    return this.#store.transaction(({ client }) => setState(client, `follower ${follower}`, seq));
  }

  rebuild(): Promise<number> {
    return this.#transaction((turn) => this.#rebuild(turn));
  }

  /** A transaction after which no number is kept in memory that the database does not have. */
  async #transaction<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    try {
      return await this.#store.transaction(work);
    } catch (error) {
      this.#names.forget();
      throw error;
    }
  }

  async #rebuild(turn: Turn): Promise<number> {
    const { client } = turn;
    // Names keep their numbers, which other processes know.
    for (const table of [...INDEX_TABLES, 'resource_version', 'resource']) await client.query(`delete from ${table}`);
    const numbers = new Map<string, number>();
    // Versions first, then rows of the current ones alone.
    for (let from = 0; ; ) {
      const page = await turn.entries(
        `select e.* from entry e join subject s on s.n = e.subject
          where e.kind = 'resource' and s.key is not null and e.seq > $1 order by e.seq limit $2`,
        [from, PAGE],
      );
      await keep(turn, page.map(versionOf), numbers);
      if (page.length < PAGE) break;
      from = page.at(-1)!.seq;
    }
    for (let from = 0; ; ) {
      const page = await turn.entries(
        'select e.* from resource r join entry e on e.seq = r.seq where r.deleted = 0 and r.seq > $1 order by r.seq limit $2',
        [from, PAGE],
      );
      await this.#index(client, page.map(versionOf), numbers);
      if (page.length < PAGE) break;
      from = page.at(-1)!.seq;
    }
    await setState(client, 'index', this.#format.version);
    return numbers.size;
  }

  /** Writes what the last of the versions of each resource is found by. */
  async #index(
    client: pg.ClientBase,
    versions: readonly ResourceVersion[],
    numbers: ReadonlyMap<string, number>,
  ): Promise<void> {
    const rows: { readonly n: number; readonly row: IndexRow }[] = [];
    for (const [key, { resource }] of lastOf(versions)) {
      const n = numbers.get(key)!;
      if (resource !== null) for (const row of this.#format.rows(resource)) rows.push({ n, row });
    }
    await insertRows(client, this.#names, rows);
  }

  async #one(text: string, values: readonly unknown[]): Promise<ResourceVersion | null> {
    return (await this.#versions(text, values))[0] ?? null;
  }

  #versions(text: string, values: readonly unknown[]): Promise<readonly ResourceVersion[]> {
    return this.#store.reading((within) => versionsOf(within, text, values));
  }

  async #found(client: pg.ClientBase, search: ResourceSearch): Promise<readonly ResourceRow[]> {
    const hits = await this.#hits(client, search, FOUND, null);
    const text = 'select * from resource where n = any($1::bigint[])';
    const rows = await query<ResourceRow>(client, text, [int8Array(hits.map(({ n }) => n as number))]);
    return hits.map((hit) => rows.find(({ n }) => n === hit.n)!);
  }

  /** Rows of hits in order, however they are found fastest. */
  async #hits(
    client: pg.ClientBase,
    search: ResourceSearch,
    limit: number,
    after: SearchCursor | null,
  ): Promise<readonly Row[]> {
    const driver = await this.#rarest(client, search);
    const along = driver === null ? alongOf(leavesOf(search.all)) : null;
    if (along !== null && search.sort.length === 0) {
      return this.#run(client, (sql) => sql.hitsAlong(search, along, limit, after));
    }
    if (driver === null && search.sort.length === 1 && typeof search.sort[0]!.by === 'object') {
      const rows = await this.#run<Row>(client, (sql) => sql.hitsSorted(search, limit, after));
      if (rows.length === limit) return rows;
    }
    return this.#run(client, (sql) => sql.hits(search, driver, limit, after));
  }

  /** The condition that fewest rows of the index meet, if any is rare. */
  async #rarest(client: pg.ClientBase, search: ResourceSearch): Promise<Leaf | null> {
    const leaves = leavesOf(search.all);
    for (const most of RARE) {
      const counts = await Promise.all(
        leaves.map((leaf) => this.#run<{ n: number }>(client, (sql) => sql.estimate(leaf, most))),
      );
      const rows = counts.map(([count]) => count!.n);
      const least = Math.min(...rows);
      if (least < most) return leaves[rows.indexOf(least)]!;
    }
    return null;
  }

  /** Runs what `make` makes, with the numbers of the names it asks for. */
  async #run<T>(client: pg.ClientBase, make: (sql: SearchSql) => RawBuilder<unknown>): Promise<readonly T[]> {
    const asked = new Set<string>();
    make(
      new SearchSql((name) => {
        asked.add(name);
        return 0;
      }),
    );
    const numberOf = await this.#names.known(client, asked);
    const { sql, parameters } = make(new SearchSql(numberOf)).compile(texts);
    return query<T>(
      client,
      sql,
      parameters.map((value) => (typeof value === 'string' ? stored(value) : value)),
    );
  }
}

async function versionsOf(
  within: PostgresReading,
  text: string,
  values: readonly unknown[],
): Promise<readonly ResourceVersion[]> {
  const entries = await within.entries(text, values);
  return entries.filter(({ erased }) => erased !== true).map(versionOf);
}

function rowsOf(client: pg.ClientBase, keys: readonly string[]): Promise<readonly ResourceRow[]> {
  if (keys.length === 0) return Promise.resolve([]);
  return query<ResourceRow>(client, 'select * from resource where key = any($1::text[])', [
    textArray(keys.map(stored)),
  ]);
}

async function headsOf(turn: Turn, rows: readonly ResourceRow[]): Promise<readonly ResourceHead[]> {
  const subjectOf = await turn.subjectsOf(rows.map(({ subject }) => subject));
  return rows.map(({ type, id, version, updated, deleted, subject }) => ({
    type,
    id,
    version,
    at: instant(updated),
    deleted: deleted === 1,
    subject: subjectOf(subject)!.name,
  }));
}

function lastOf(versions: readonly ResourceVersion[]): ReadonlyMap<string, ResourceVersion> {
  return new Map(versions.map((version) => [`${version.type}/${version.id}`, version]));
}

/** The rows of current versions, and of all versions; a resource that is new gets the position of its first as its number. */
async function keep(turn: Turn, versions: readonly ResourceVersion[], numbers: Map<string, number>): Promise<void> {
  if (versions.length === 0) return;
  for (const { type, id, seq } of versions) {
    const key = `${type}/${id}`;
    if (!numbers.has(key)) numbers.set(key, seq);
  }
  const current = [...lastOf(versions).values()];
  const owners = new Map<string, number>();
  for (const { subject } of current) {
    if (!owners.has(subject)) owners.set(subject, (await turn.subject(subject))!.n);
  }
  const number = ({ type, id }: ResourceVersion) => numbers.get(`${type}/${id}`)!;
  await together([
    query(
      turn.client,
      `insert into resource (n, key, type, id, version, seq, updated, deleted, subject)
        select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
          $8::bigint[], $9::bigint[])
        on conflict (n) do update set version = excluded.version, seq = excluded.seq, updated = excluded.updated,
          deleted = excluded.deleted, subject = excluded.subject`,
      [
        int8Array(current.map(number)),
        textArray(current.map(({ type, id }) => `${type}/${id}`)),
        textArray(current.map(({ type }) => type)),
        textArray(current.map(({ id }) => id)),
        int8Array(current.map(({ version }) => version)),
        int8Array(current.map(({ seq }) => seq)),
        int8Array(current.map(({ at }) => at)),
        int8Array(current.map(({ how }) => (how === 'delete' ? 1 : 0))),
        int8Array(current.map(({ subject }) => owners.get(subject)!)),
      ],
    ),
    query(
      turn.client,
      `insert into resource_version (resource, version, seq, how)
        select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])`,
      [
        int8Array(versions.map(number)),
        int8Array(versions.map(({ version }) => version)),
        int8Array(versions.map(({ seq }) => seq)),
        textArray(versions.map(({ how }) => how)),
      ],
    ),
  ]);
}

async function state(client: pg.ClientBase, name: string): Promise<number | null> {
  const [row] = await query<{ value: number }>(client, 'select value from resource_state where name = $1', [name]);
  return row?.value ?? null;
}

async function setState(client: pg.ClientBase, name: string, value: number): Promise<void> {
  const text = `insert into resource_state (name, value) values ($1, $2)
    on conflict (name) do update set value = excluded.value`;
  await query(client, text, [name, value]);
}
