import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import pg from 'pg';
import { storeErrors } from '../errors.data.ts';
import { coded } from './postgres-error.ts';
import type { Tables } from './schema.ts';

/** Integers of 64 bits come as numbers: positions, times and counts stay below 2^53. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
};

/** Set for each connection: a client that vanishes or freezes in a transaction must not hold up the others for long. */
const SETTINGS = {
  application_name: 'gemel',
  client_min_messages: 'warning',
  idle_in_transaction_session_timeout: '60s',
  jit: 'off',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
};

export interface Connections {
  /** The address without the password. */
  readonly place: string;
  readonly pool: pg.Pool;
}

/**
 * Connections to a database; none is opened yet. `busyTimeout`: longest wait for another's lock, ms.
 * @throws store-server-url
 */
export function connections(url: string, busyTimeout: number): Connections {
  const address = parse(url);
  const settings = Object.entries({ ...SETTINGS, lock_timeout: String(busyTimeout) });
  const own = settings.map(([name, value]) => `-c ${name}=${value}`).join(' ');
  // What the address itself sets comes last and wins.
  address.searchParams.set('options', `${own} ${address.searchParams.get('options') ?? ''}`.trim());
  const pool = new pg.Pool({
    connectionString: address.href,
    max: 10,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    pipeline: true,
    types: TYPES,
  });
  // A connection that breaks while nobody uses it is replaced when it is needed.
  pool.on('error', () => {});
  return { place: placeOf(address), pool };
}

function parse(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address !== null && /^postgres(ql)?:$/.test(address.protocol)) return address;
  throw storeErrors.error('store-server-url', 'The address of the database is not postgresql://….', {
    field: 'GEMEL_DATABASE_URL',
  });
}

function placeOf({ username, hostname, port, pathname }: URL): string {
  return `postgresql://${username}${username === '' ? '' : '@'}${hostname}${port === '' ? '' : `:${port}`}${pathname}`;
}

const names = new Map<string, string>();
/** Rarer texts than these are not kept parsed. */
const MOST_NAMES = 500;

/** One statement, parsed by the server once per connection. Give arrays through binary-array.ts, not lists of parameters. */
export async function query<R>(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly R[]> {
  let name = names.get(text);
  if (name === undefined && names.size < MOST_NAMES) {
    name = `g${names.size}`;
    names.set(text, name);
  }
  return (await client.query({ ...(name === undefined ? {} : { name }), text, values: [...values] })).rows;
}

/** After the statement that fails every other of its transaction does too, and says only that. */
const ABORTED = '25P02';

/** Statements of one transaction sent together, in their order. Throws what the first to fail threw, once all were answered. */
export async function together(statements: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(statements);
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (reasons.length === 0) return;
  throw reasons.find((reason) => (reason as { code?: unknown } | null)?.code !== ABORTED) ?? reasons[0];
}

/** Lends a connection to `work`; one that broke is not lent again. @throws store-server-unreachable and what `coded` makes */
export async function lend<T>({ pool, place }: Connections, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  let client: pg.PoolClient | undefined;
  let broken = false;
  // Without a listener a connection that breaks while it is lent would end the process.
  const breaks = () => {
    broken = true;
  };
  try {
    client = await pool.connect();
    client.on('error', breaks);
    return await work(client);
  } catch (error) {
    throw coded(error, place);
  } finally {
    client?.off('error', breaks);
    client?.release(broken);
  }
}

/** Makes the texts of queries; it is connected to nothing. */
export const texts = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
