import { type Kysely, sql } from 'kysely';
import type { Types } from './schema.ts';

/**
 * Resources beside the log. `resource.n` is the position of its first version; `subject` the number of whose it is. The index holds
 * what resources are found by, in clear: it goes with its subject when that is erased. Rows of one resource lie together; the
 * second order of each table is the one that searches go by.
 */
export async function createResources(
  // biome-ignore lint/suspicious/noExplicitAny: a step of the schema meets the tables as they were at its time
  db: Kysely<any>,
  { integer, bytes }: Types,
): Promise<void> {
  // Texts are compared by their bytes in both databases.
  const text = bytes === 'bytea' ? sql`text collate "C"` : sql`text`;
  const real = sql`double precision`;
  await db.schema
    .createTable('resource')
    .addColumn('n', integer, (c) => c.primaryKey())
    .addColumn('key', text, (c) => c.notNull().unique())
    .addColumn('type', text, (c) => c.notNull())
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('version', integer, (c) => c.notNull())
    .addColumn('seq', integer, (c) => c.notNull())
    .addColumn('updated', integer, (c) => c.notNull())
    .addColumn('deleted', integer, (c) => c.notNull())
    .addColumn('subject', integer, (c) => c.notNull().references('subject.n'))
    .execute();
  await db.schema.createIndex('resource_by_type').on('resource').columns(['type', 'n']).execute();
  await db.schema.createIndex('resource_by_subject').on('resource').column('subject').execute();
  await db.schema
    .createTable('resource_version')
    .addColumn('resource', integer, (c) => c.notNull())
    .addColumn('version', integer, (c) => c.notNull())
    .addColumn('seq', integer, (c) => c.notNull().unique())
    .addColumn('how', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('resource_version_key', ['resource', 'version'])
    .execute();
  /** Numbers of parameters, code systems and base units. */
  await db.schema
    .createTable('index_name')
    .addColumn('n', integer, (c) =>
      bytes === 'bytea' ? c.primaryKey().generatedByDefaultAsIdentity() : c.primaryKey(),
    )
    .addColumn('name', text, (c) => c.notNull().unique())
    .execute();
  /** The index's version, and how far those came who follow the log. */
  await db.schema
    .createTable('resource_state')
    .addColumn('name', text, (c) => c.primaryKey())
    .addColumn('value', integer, (c) => c.notNull())
    .execute();
  const table = (name: string) =>
    db.schema
      .createTable(name)
      .addColumn('resource', integer, (c) => c.notNull())
      .addColumn('param', integer, (c) => c.notNull())
      .addColumn('place', integer, (c) => c.notNull())
      .modifyEnd(bytes === 'blob' ? sql`without rowid` : sql``);
  await table('token_index')
    .addColumn('system', integer, (c) => c.notNull())
    .addColumn('code', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('token_key', ['resource', 'param', 'place', 'system', 'code'])
    .execute();
  await db.schema
    .createIndex('token_by_code')
    .on('token_index')
    .columns(['param', 'code', 'resource', 'system'])
    .execute();
  await table('string_index')
    .addColumn('value', text, (c) => c.notNull())
    .addColumn('exact', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('string_key', ['resource', 'param', 'place', 'value', 'exact'])
    .execute();
  await db.schema.createIndex('string_by_value').on('string_index').columns(['param', 'value', 'resource']).execute();
  await table('range_index')
    .addColumn('low', real, (c) => c.notNull())
    .addColumn('high', real, (c) => c.notNull())
    .addPrimaryKeyConstraint('range_key', ['resource', 'param', 'place', 'low', 'high'])
    .execute();
  await db.schema.createIndex('range_by_low').on('range_index').columns(['param', 'low', 'resource', 'high']).execute();
  await table('quantity_index')
    .addColumn('low', real, (c) => c.notNull())
    .addColumn('high', real, (c) => c.notNull())
    .addColumn('system', integer, (c) => c.notNull())
    .addColumn('code', text, (c) => c.notNull())
    .addColumn('unit', text, (c) => c.notNull())
    .addColumn('base_unit', integer)
    .addColumn('base_low', real)
    .addColumn('base_high', real)
    .addPrimaryKeyConstraint('quantity_key', ['resource', 'param', 'place', 'low', 'high', 'system', 'code', 'unit'])
    .execute();
  await db.schema.createIndex('quantity_by_low').on('quantity_index').columns(['param', 'low', 'resource']).execute();
  await db.schema
    .createIndex('quantity_by_base')
    .on('quantity_index')
    .columns(['param', 'base_unit', 'base_low', 'resource'])
    .where(sql<boolean>`base_unit is not null`)
    .execute();
  await table('reference_index')
    .addColumn('target', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('reference_key', ['resource', 'param', 'place', 'target'])
    .execute();
  await db.schema
    .createIndex('reference_by_target')
    .on('reference_index')
    .columns(['param', 'target', 'resource'])
    .execute();
}

/** Tables whose rows belong to a resource by its number. */
export const INDEX_TABLES = [
  'token_index',
  'string_index',
  'range_index',
  'quantity_index',
  'reference_index',
] as const;
