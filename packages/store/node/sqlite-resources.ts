import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { type Instant, instant } from '@gemel/core';
import type { ResourceSearch } from '@gemel/core/resource-search';
import { Kysely, type RawBuilder } from 'kysely';
import type { NewEntry } from '../contract.ts';
import type {
  HistoryQuery,
  Lookup,
  Resource,
  ResourceBatch,
  ResourceFormat,
  ResourceHead,
  ResourceStore,
  ResourceVersion,
  ResourceWrite,
  SearchCursor,
  SearchHits,
  SearchPage,
} from '../resource-contract.ts';
import { SearchSql } from '../resource-sql.ts';
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
import type { SqliteStore, SqliteTransaction } from './sqlite.ts';
import { NodeSqliteDialect } from './sqlite-dialect.ts';

/** Columns of the index tables, in the order that rows are given in. */
const COLUMNS: Readonly<Record<(typeof INDEX_TABLES)[number], readonly string[]>> = {
  token_index: ['resource', 'param', 'place', 'system', 'code'],
  string_index: ['resource', 'param', 'place', 'value', 'exact'],
  range_index: ['resource', 'param', 'place', 'low', 'high'],
  quantity_index: 'resource param place low high system code unit base_unit base_low base_high'.split(' '),
  reference_index: ['resource', 'param', 'place', 'target'],
};
/** Rows that one statement puts in at most. */
const ROWS = 32;

type Reading = Pick<SqliteTransaction, 'database' | 'entry' | 'subjectOf'>;

/** Index rows and current versions go when their subject is erased, whoever erases it. */
const TRIGGER = `
  create trigger if not exists resource_erased after update on subject when new.key is null begin
    ${INDEX_TABLES.map((table) => `delete from ${table} where resource in (select n from resource where subject = new.n);`).join('\n    ')}
    delete from resource_version where resource in (select n from resource where subject = new.n);
    delete from resource where subject = new.n;
  end;
`;

/** Resources over a log in SQLite; the index is made anew first where another version of the format made it. */
export async function openSqliteResources(store: SqliteStore, format: ResourceFormat): Promise<ResourceStore> {
  const resources = new SqliteResources(store, format);
  await resources.open();
  return resources;
}

class SqliteResources implements ResourceStore {
  readonly #store: SqliteStore;
  readonly #format: ResourceFormat;
  readonly #statements = new Map<string, StatementSync>();
  /** Numbers of names, as far as they were committed or belong to the transaction that runs. */
  readonly #numbers = new Map<string, number>();
  readonly #inserts: Record<(typeof INDEX_TABLES)[number], StatementSync[]> = {
    token_index: [],
    string_index: [],
    range_index: [],
    quantity_index: [],
    reference_index: [],
  };
  #compiler: Kysely<unknown> | null = null;

  constructor(store: SqliteStore, format: ResourceFormat) {
    this.#store = store;
    this.#format = format;
  }

  async open(): Promise<void> {
    const stale = await this.#store.transaction(({ database }) => {
      database.exec(TRIGGER);
      return this.#state(database, 'index') !== this.#format.version;
    });
    if (stale) await this.rebuild();
  }

  write(batch: ResourceBatch, at: Instant): Promise<readonly ResourceVersion[]> {
    return this.#transaction((within) => {
      const found = batch.lookups.map((lookup) => this.#look(within, lookup));
      const { writes, entries = [] } = batch.decide(found);
      const versions = this.#append(within, writes, entries, at);
      for (const version of versions) this.#apply(within, version);
      return versions;
    });
  }

  read(type: string, id: string): Promise<ResourceVersion | null> {
    return this.#store.reading((within) => this.#read(within, type, id));
  }

  vread(type: string, id: string, version: number): Promise<ResourceVersion | null> {
    return this.#store.reading((within) => {
      const row = this.#get<{ seq: number }>(
        within.database,
        'select v.seq as seq from resource as r join resource_version as v on v.resource = r.n where r.key = ? and v.version = ?',
        `${type}/${id}`,
        version,
      );
      return row === undefined ? null : this.#opened(within, row.seq);
    });
  }

  readMany(keys: readonly { readonly type: string; readonly id: string }[]): Promise<readonly ResourceVersion[]> {
    return this.#store.reading((within) =>
      keys.map(({ type, id }) => this.#read(within, type, id)).filter((one) => one?.resource != null),
    ) as Promise<readonly ResourceVersion[]>;
  }

  history({ type, id, since, beforeSeq, limit }: HistoryQuery): Promise<readonly ResourceVersion[]> {
    const wheres: string[] = [];
    const given: SQLInputValue[] = [];
    const where = (condition: string, value: SQLInputValue) => {
      wheres.push(condition);
      given.push(value);
    };
    if (type !== undefined && id !== undefined) where('r.key = ?', `${type}/${id}`);
    else if (type !== undefined) where('r.type = ?', type);
    if (beforeSeq !== undefined) where('v.seq < ?', beforeSeq);
    if (since !== undefined) where('e.known_at >= ?', since);
    return this.#store.reading((within) =>
      this.#all<{ seq: number }>(
        within.database,
        `select v.seq as seq from resource_version as v join resource as r on r.n = v.resource join entry as e on e.seq = v.seq
          ${wheres.length === 0 ? '' : `where ${wheres.join(' and ')}`} order by v.seq desc limit ?`,
        ...given,
        limit,
      ).flatMap(({ seq }) => this.#opened(within, seq) ?? []),
    );
  }

  search(search: ResourceSearch, page: SearchPage): Promise<SearchHits> {
    return this.#store.reading((within) => {
      const rows = this.#hits(within.database, search, page.limit + 1, page.after ?? null);
      const shown = rows.slice(0, page.limit);
      const hits = shown.map(({ seq }) => this.#opened(within, seq as number)!);
      const last = shown.at(-1);
      const next = rows.length <= page.limit || last === undefined ? null : cursorOf(last, search.sort.length);
      return { hits, next };
    });
  }

  count(search: ResourceSearch): Promise<number> {
    return this.#store.reading(({ database }) => {
      const { driver } = this.#driver(database, search);
      const [row] = this.#run<{ n: number }>(database, new SearchSql(this.#numberOf(database)).count(search, driver));
      return row!.n;
    });
  }

  changes(afterSeq: number, limit: number): Promise<readonly ResourceVersion[]> {
    return this.#store.reading((within) =>
      this.#all<{ seq: number }>(
        within.database,
        'select seq from resource_version where seq > ? order by seq limit ?',
        afterSeq,
        limit,
      ).flatMap(({ seq }) => this.#opened(within, seq) ?? []),
    );
  }

  position(follower: string): Promise<number> {
    return this.#store.reading(({ database }) => this.#state(database, `follower ${follower}`) ?? 0);
  }

  setPosition(follower: string, seq: number): Promise<void> {
    return this.#transaction(({ database }) => this.#setState(database, `follower ${follower}`, seq));
  }

  rebuild(): Promise<number> {
    return this.#transaction((within) => {
      const { database } = within;
      // Numbers of names stay: other processes hold them in memory.
      for (const table of [...INDEX_TABLES, 'resource_version', 'resource'])
        this.#all(database, `delete from ${table}`);
      // Versions first, then rows of the current ones alone.
      for (let from = 0; ; ) {
        const page = this.#all<{ seq: number }>(
          database,
          `select e.seq as seq from entry as e join subject as s on s.n = e.subject
            where e.kind = 'resource' and s.key is not null and e.seq > ? order by e.seq limit ?`,
          from,
          PAGE,
        );
        for (const { seq } of page) this.#keep(within, this.#opened(within, seq)!);
        if (page.length < PAGE) break;
        from = page.at(-1)!.seq;
      }
      for (let from = 0; ; ) {
        const page = this.#all<{ n: number; seq: number }>(
          database,
          'select n, seq from resource where deleted = 0 and n > ? order by n limit ?',
          from,
          PAGE,
        );
        for (const { n, seq } of page) this.#index(database, n, this.#opened(within, seq)!.resource!);
        if (page.length < PAGE) break;
        from = page.at(-1)!.n;
      }
      this.#setState(database, 'index', this.#format.version);
      return this.#get<{ n: number }>(database, 'select count(*) as n from resource')!.n;
    });
  }

  /** A transaction after which no number is kept in memory that the database does not have. */
  #transaction<T>(work: (within: SqliteTransaction) => T): Promise<T> {
    return this.#store.transaction((within) => {
      try {
        return work(within);
      } catch (error) {
        this.#numbers.clear();
        throw error;
      }
    });
  }

  #look(within: Reading, lookup: Lookup): readonly ResourceHead[] {
    const { database } = within;
    const heads = (rows: readonly ResourceRow[]) =>
      rows.map(({ type, id, version, updated, deleted, subject }) => ({
        type,
        id,
        version,
        at: instant(updated),
        deleted: deleted === 1,
        subject: within.subjectOf(subject)!.name,
      }));
    if ('id' in lookup) {
      const row = this.#row(database, `${lookup.type}/${lookup.id}`);
      return row === undefined ? [] : heads([row]);
    }
    const found = this.#hits(database, lookup.search, FOUND, null);
    return heads(
      found.map(({ n }) => this.#get<ResourceRow>(database, 'select * from resource where n = ?', n as number)!),
    );
  }

  #row(database: DatabaseSync, key: string): ResourceRow | undefined {
    return this.#get<ResourceRow>(database, 'select * from resource where key = ?', key);
  }

  #read(within: Reading, type: string, id: string): ResourceVersion | null {
    const row = this.#row(within.database, `${type}/${id}`);
    return row === undefined ? null : this.#opened(within, row.seq);
  }

  /** Appends what is to be written, and what goes beside; gives the versions. */
  #append(
    within: SqliteTransaction,
    writes: readonly ResourceWrite[],
    beside: readonly NewEntry[],
    at: Instant,
  ): readonly ResourceVersion[] {
    const standing = (key: string) => standingOf(within, this.#row(within.database, key));
    const entries = planWrites(writes, standing, this.#format, at);
    const appended = within.append([...entries, ...beside]).entries.slice(0, entries.length);
    return appended.map(versionOf);
  }

  /** Makes a version that was appended the current one, and what its resource is found by. */
  #apply(within: SqliteTransaction, version: ResourceVersion): void {
    const { database } = within;
    const n = this.#keep(within, version);
    if (version.version > 1)
      for (const table of INDEX_TABLES) this.#all(database, `delete from ${table} where resource = ?`, n);
    if (version.resource !== null) this.#index(database, n, version.resource);
  }

  /** The row of the current version, and of the version; gives the resource's number. */
  #keep(within: SqliteTransaction, { type, id, version, at, how, seq, subject }: ResourceVersion): number {
    const { database } = within;
    const owner = within.subject(subject)!.n;
    const { n } = this.#get<{ n: number }>(
      database,
      `insert into resource (n, key, type, id, version, seq, updated, deleted, subject) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (key) do update set version = excluded.version, seq = excluded.seq, updated = excluded.updated,
          deleted = excluded.deleted, subject = excluded.subject
        returning n`,
      seq,
      `${type}/${id}`,
      type,
      id,
      version,
      seq,
      at,
      how === 'delete' ? 1 : 0,
      owner,
    )!;
    this.#all(
      database,
      'insert into resource_version (resource, version, seq, how) values (?, ?, ?, ?)',
      n,
      version,
      seq,
      how,
    );
    return n;
  }

  /** Rows of one table go in together; a row that is there already says nothing new. */
  #index(database: DatabaseSync, n: number, resource: Resource): void {
    const given: Record<(typeof INDEX_TABLES)[number], SQLInputValue[]> = {
      token_index: [],
      string_index: [],
      range_index: [],
      quantity_index: [],
      reference_index: [],
    };
    for (const row of this.#format.rows(resource)) {
      const param = this.#number(database, row.param);
      switch (row.kind) {
        case 'token':
          given.token_index.push(n, param, row.place, this.#number(database, row.system), row.code);
          break;
        case 'string':
          given.string_index.push(n, param, row.place, row.value, row.exact);
          break;
        case 'range':
          given.range_index.push(n, param, row.place, row.low, row.high);
          break;
        case 'quantity': {
          const base =
            row.base === null
              ? [null, null, null]
              : [this.#number(database, row.base.unit), row.base.low, row.base.high];
          const system = this.#number(database, row.system);
          given.quantity_index.push(n, param, row.place, row.low, row.high, system, row.code, row.unit, ...base);
          break;
        }
        case 'reference':
          given.reference_index.push(n, param, row.place, row.target);
      }
    }
    for (const table of INDEX_TABLES) {
      const width = COLUMNS[table].length;
      const values = given[table];
      for (let from = 0; from < values.length; from += width * ROWS) {
        const some = from === 0 && values.length <= width * ROWS ? values : values.slice(from, from + width * ROWS);
        this.#insertStatement(database, table, some.length / width).run(...some);
      }
    }
  }

  /** A statement that puts in so many rows. */
  #insertStatement(database: DatabaseSync, table: (typeof INDEX_TABLES)[number], rows: number): StatementSync {
    const all = this.#inserts[table];
    all[rows] ??= database.prepare(
      `insert or ignore into ${table} (${COLUMNS[table].join(', ')}) values ${Array(rows)
        .fill(`(${COLUMNS[table].map(() => '?').join(', ')})`)
        .join(', ')}`,
    );
    return all[rows];
  }

  /** Rows of hits in order, however they are found fastest. */
  #hits(
    database: DatabaseSync,
    search: ResourceSearch,
    limit: number,
    after: SearchCursor | null,
  ): readonly Record<string, number | string>[] {
    const sql = new SearchSql(this.#numberOf(database));
    const { driver, along } = this.#driver(database, search);
    if (driver === null && along !== null && search.sort.length === 0)
      return this.#run(database, sql.hitsAlong(search, along, limit, after));
    const sorted = search.sort.length === 1 && typeof search.sort[0]!.by === 'object';
    if (driver === null && sorted) {
      const rows = this.#run<Record<string, number | string>>(database, sql.hitsSorted(search, limit, after));
      if (rows.length === limit) return rows;
    }
    return this.#run(database, sql.hits(search, driver, limit, after));
  }

  /**
   * The condition that fewest resources meet, if any is rare; and, where none is, one of a single token or target, whose index
   * gives its hits in their order.
   */
  #driver(
    database: DatabaseSync,
    search: ResourceSearch,
  ): { readonly driver: Leaf | null; readonly along: Leaf | null } {
    const leaves = leavesOf(search.all);
    const sql = new SearchSql(this.#numberOf(database));
    let rarest: { readonly leaf: Leaf; readonly rows: number } | null = null;
    for (const most of RARE) {
      for (const leaf of leaves) {
        const [{ n: rows }] = this.#run<{ n: number }>(database, sql.estimate(leaf, most)) as [{ n: number }];
        if (rows < most && (rarest === null || rows < rarest.rows)) rarest = { leaf, rows };
      }
      if (rarest !== null) return { driver: rarest.leaf, along: null };
    }
    return { driver: null, along: alongOf(leaves) };
  }

  #opened(within: Reading, seq: number): ResourceVersion | null {
    const entry = within.entry(seq);
    return entry === null || entry.erased === true ? null : versionOf(entry);
  }

  /** The number of a name, given one where it has none. */
  #number(database: DatabaseSync, name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      this.#all(database, 'insert or ignore into index_name (name) values (?)', name);
      number = this.#get<{ n: number }>(database, 'select n from index_name where name = ?', name)!.n;
      this.#numbers.set(name, number);
    }
    return number;
  }

  #numberOf(database: DatabaseSync): (name: string) => number {
    return (name) =>
      this.#numbers.get(name) ??
      this.#get<{ n: number }>(database, 'select n from index_name where name = ?', name)?.n ??
      -1;
  }

  #state(database: DatabaseSync, name: string): number | null {
    return (
      this.#get<{ value: number }>(database, 'select value from resource_state where name = ?', name)?.value ?? null
    );
  }

  #setState(database: DatabaseSync, name: string, value: number): void {
    this.#all(database, 'insert or replace into resource_state (name, value) values (?, ?)', name, value);
  }

  #run<T>(database: DatabaseSync, query: RawBuilder<unknown>): readonly T[] {
    this.#compiler ??= new Kysely<unknown>({ dialect: new NodeSqliteDialect(database) });
    const { sql, parameters } = query.compile(this.#compiler);
    return this.#all<T>(database, sql, ...(parameters as readonly SQLInputValue[]));
  }

  #all<T>(database: DatabaseSync, sql: string, ...given: readonly SQLInputValue[]): readonly T[] {
    return this.#statement(database, sql).all(...given) as unknown as readonly T[];
  }

  #get<T>(database: DatabaseSync, sql: string, ...given: readonly SQLInputValue[]): T | undefined {
    return this.#statement(database, sql).get(...given) as T | undefined;
  }

  #statement(database: DatabaseSync, sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      // Searches are of endless kinds: those prepared longest ago are let go.
      if (this.#statements.size >= 300) this.#statements.delete(this.#statements.keys().next().value!);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function standingOf(within: Reading, row: ResourceRow | undefined): Standing {
  if (row === undefined) return ABSENT;
  return { version: row.version, deleted: row.deleted === 1, subject: within.subjectOf(row.subject)!.name };
}
