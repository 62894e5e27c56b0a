import type { KeyObject } from 'node:crypto';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { storeErrors } from '../errors.data.ts';
import { keyOf, seal, unseal } from './envelope.ts';
import { masterKey } from './master-key.ts';
import { type Connections, lend, query } from './postgres-session.ts';
import { migrate, SCHEMA_VERSION, type Tables } from './schema.ts';

const OLDEST = 150_000;
/** Held while the tables are made or brought up to date ("gemel" in ASCII). */
const MIGRATION_LOCK = '0x67656d656c';

/**
 * One row beside the tables of both databases: their version, what only the master key opens, and how many subjects were
 * erased. Entries are never changed or deleted, whoever asks; a subject row only ever loses its name and key.
 */
const LOG = `
  create table if not exists log (
    one boolean primary key default true check (one),
    version bigint not null,
    key_check bytea not null,
    erasures bigint not null default 0
  );
`;
const TRIGGERS = `
  create or replace function store_append_only() returns trigger language plpgsql as
    $$ begin raise exception 'store-append-only'; end $$;
  create or replace trigger entry_change before update or delete or truncate on entry
    for each statement execute function store_append_only();
  create or replace trigger tree_change before update or delete or truncate on tree
    for each statement execute function store_append_only();
  create or replace trigger subject_delete before delete or truncate on subject
    for each statement execute function store_append_only();
  create or replace trigger subject_update before update on subject for each row
    when (new.n <> old.n or new.tag <> old.tag or new.name is not null or new.key is not null)
    execute function store_append_only();
`;

interface LogRow {
  readonly version: number;
  readonly key_check: Uint8Array;
}

/**
 * Makes the tables or brings them up to date, whoever of several processes comes first, and gives back the master key.
 * @throws store-server-old, store-server-refused, store-version, store-key-missing, store-key-open, store-key-wrong
 */
export function prepareDatabase(to: Connections, folder: string, given: string | undefined): Promise<KeyObject> {
  const where = { file: to.place };
  return lend(to, async (client) => {
    const [{ server_version_num: server } = { server_version_num: '0' }] = (
      await client.query('show server_version_num')
    ).rows as { server_version_num: string }[];
    if (Number(server) < OLDEST) {
      const version = Math.floor(Number(server) / 10_000);
      throw storeErrors.error('store-server-old', `${to.place} is PostgreSQL ${version}.`, where);
    }
    await client.query(`begin; select pg_advisory_xact_lock(${Number(MIGRATION_LOCK)})`);
    try {
      const [there] = await query<{ there: boolean }>(client, `select to_regclass('log') is not null as there`);
      const [log] = there!.there ? await query<LogRow>(client, 'select version, key_check from log') : [];
      const key = keyOf(masterKey(folder, log !== undefined, given));
      if (log !== undefined) check(key, log.key_check, to.place);
      if ((log?.version ?? 0) > SCHEMA_VERSION) {
        const message = `${to.place} has version ${log!.version}, this store knows ${SCHEMA_VERSION}.`;
        throw storeErrors.error('store-version', message, where);
      }
      if ((log?.version ?? 0) < SCHEMA_VERSION) await bringUp(client, log?.version ?? 0, key);
      await client.query('commit');
      return key;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  });
}

async function bringUp(client: pg.PoolClient, from: number, key: KeyObject): Promise<void> {
  await client.query(LOG);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: only(client) }) });
  await migrate(db, { bytes: 'bytea', integer: 'bigint' }, from);
  await client.query(TRIGGERS);
  await query(
    client,
    'insert into log (version, key_check) values ($1, $2) on conflict (one) do update set version = excluded.version',
    [SCHEMA_VERSION, seal(key, new Uint8Array(), 'log')],
  );
}

/** A pool of the one connection, so that the tables are made in the transaction it is in. */
function only(client: pg.PoolClient): PostgresPool {
  const lent = { query: client.query.bind(client), release: () => {} } as PostgresPoolClient;
  return { connect: async () => lent, end: async () => {}, options: {} };
}

function check(key: KeyObject, sealed: Uint8Array, place: string): void {
  try {
    unseal(key, sealed, 'log');
  } catch (cause) {
    const message = `The master key does not open ${place}.`;
    throw storeErrors.error('store-key-wrong', message, { file: place }, undefined, cause);
  }
}
