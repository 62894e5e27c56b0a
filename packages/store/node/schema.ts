import { type Generated, type Kysely, sql } from 'kysely';
import type { EntryKind } from '../contract.ts';
import { createResources } from './resource-schema.ts';

/** The tables, as both databases have them. Instants are milliseconds since the epoch. */
export interface Tables {
  subject: SubjectTable;
  entry: EntryTable;
  snapshot: SnapshotTable;
  tree: TreeTable;
}

/** `name` and `key` are sealed under the master key and null once erased; `tag` is the keyed hash of the name. */
interface SubjectTable {
  n: Generated<number>;
  tag: Uint8Array;
  name: Uint8Array | null;
  key: Uint8Array | null;
}

interface EntryTable {
  seq: number;
  id: string;
  subject: number;
  kind: string;
  true_at: number;
  known_at: number;
  /** Keyed hash of the dedupe key under the subject's key: tells nothing once that is destroyed. */
  dedupe: Uint8Array | null;
  supersedes: string | null;
  payload: Uint8Array;
}

interface SnapshotTable {
  subject: number;
  pack: string;
  seq: number;
  true_at: number;
  model_hash: string;
  bytes: Uint8Array;
}

/** The Merkle tree over the log, as merkle.ts grows it: every fourth level, from the fourth on. */
interface TreeTable {
  level: number;
  position: number;
  hash: Uint8Array;
}

/** Kinds that make up most of a log: what there is much of is read in the log's own order, and no index by kind holds it. */
export const PLENTIFUL: readonly EntryKind[] = ['observation', 'control', 'kept', 'resource'];
/** That an entry is of none of them, in the words of the index, which SQLite compares. */
export const SCARCE = sql<boolean>`kind not in (${sql.join(PLENTIFUL.map((kind) => sql.lit(kind)))})`;

/** Bytes and 64-bit integers are named differently by the two databases. */
export interface Types {
  readonly bytes: 'blob' | 'bytea';
  readonly integer: 'integer' | 'bigint';
}

/** One step of the schema: its number is its place in `MIGRATIONS`. It runs once, in one transaction with those after it. */
export interface Migration {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a step meets the tables as they were at its time
  up(db: Kysely<any>, types: Types): Promise<void>;
}

/** The schema of both databases, from the first step; what was committed is never changed, only added to. */
export const MIGRATIONS: readonly Migration[] = [
  { name: 'log', up: createLog },
  { name: 'tree', up: createTree },
  { name: 'resources', up: createResources },
  { name: 'keys', up: createKeys },
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** Takes the tables from a version (0: none yet) to the newest; inside a transaction of the caller's. */
export async function migrate(db: Kysely<Tables>, types: Types, from: number): Promise<void> {
  for (const step of MIGRATIONS.slice(from)) await step.up(db, types);
}

async function createLog(db: Kysely<Tables>, types: Types): Promise<void> {
  const bytes = sql.raw(types.bytes);
  await db.schema
    .createTable('subject')
    .ifNotExists()
    .addColumn('n', types.integer, (c) => c.primaryKey())
    .addColumn('tag', bytes, (c) => c.notNull().unique())
    .addColumn('name', bytes)
    .addColumn('key', bytes)
    .execute();
  await db.schema
    .createIndex('subject_erased')
    .ifNotExists()
    .on('subject')
    .column('n')
    .where(sql<boolean>`key is null`)
    .execute();
  await db.schema
    .createTable('entry')
    .ifNotExists()
    .addColumn('seq', types.integer, (c) => c.primaryKey())
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('subject', types.integer, (c) => c.notNull().references('subject.n'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('true_at', types.integer, (c) => c.notNull())
    .addColumn('known_at', types.integer, (c) => c.notNull())
    .addColumn('dedupe', bytes)
    .addColumn('supersedes', 'text')
    .addColumn('payload', bytes, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('entry_by_subject').ifNotExists().on('entry').columns(['subject', 'seq']).execute();
  await db.schema.createIndex('entry_by_kind').ifNotExists().on('entry').columns(['kind', 'subject', 'seq']).execute();
  await db.schema
    .createIndex('entry_dedupe')
    .ifNotExists()
    .on('entry')
    .columns(['subject', 'kind', 'dedupe'])
    .unique()
    .where('dedupe', 'is not', null)
    .execute();
  await db.schema
    .createTable('snapshot')
    .ifNotExists()
    .addColumn('subject', types.integer, (c) => c.notNull().references('subject.n'))
    .addColumn('pack', 'text', (c) => c.notNull())
    .addColumn('seq', types.integer, (c) => c.notNull())
    .addColumn('true_at', types.integer, (c) => c.notNull())
    .addColumn('model_hash', 'text', (c) => c.notNull())
    .addColumn('bytes', bytes, (c) => c.notNull())
    .addPrimaryKeyConstraint('snapshot_key', ['subject', 'pack', 'true_at', 'seq'])
    .execute();
}

async function createTree(db: Kysely<Tables>, types: Types): Promise<void> {
  await db.schema
    .createTable('tree')
    .addColumn('level', types.integer, (c) => c.notNull())
    .addColumn('position', types.integer, (c) => c.notNull())
    .addColumn('hash', sql.raw(types.bytes), (c) => c.notNull())
    .addPrimaryKeyConstraint('tree_node', ['level', 'position'])
    .execute();
}

/**
 * SQLite finds entries by keys of its own making (entry-keys.ts) instead of constraints, and by kind those of which there are few:
 * a page of an index less to write for each entry, three times. It keeps small payloads that are written together in blocks
 * (sealed-blocks.ts). PostgreSQL keeps its constraints, and each payload in its row.
 */
async function createKeys(db: Kysely<Tables>, types: Types): Promise<void> {
  if (types.bytes !== 'blob') return;
  const bytes = sql.raw(types.bytes);
  await db.schema
    .createTable('entry_anew')
    .addColumn('seq', types.integer, (c) => c.primaryKey())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('subject', types.integer, (c) => c.notNull().references('subject.n'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('true_at', types.integer, (c) => c.notNull())
    .addColumn('known_at', types.integer, (c) => c.notNull())
    .addColumn('dedupe', bytes)
    .addColumn('supersedes', 'text')
    .addColumn('payload', bytes, (c) => c.notNull())
    .execute();
  await sql`insert into entry_anew select * from entry order by seq`.execute(db);
  await db.schema.dropTable('entry').execute();
  await db.schema.alterTable('entry_anew').renameTo('entry').execute();
  await db.schema.createIndex('entry_by_subject').on('entry').columns(['subject', 'seq']).execute();
  await db.schema.createIndex('entry_by_kind').on('entry').columns(['kind', 'subject', 'seq']).where(SCARCE).execute();
  for (const table of ['entry_id', 'entry_dedupe']) {
    await db.schema
      .createTable(table)
      .addColumn('hash', types.integer, (c) => c.primaryKey())
      .addColumn('seq', types.integer, (c) => c.notNull())
      .execute();
  }
  await db.schema
    .createTable('block')
    .addColumn('n', types.integer, (c) => c.primaryKey())
    .addColumn('bytes', bytes, (c) => c.notNull())
    .execute();
}
