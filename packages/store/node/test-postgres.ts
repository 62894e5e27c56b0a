import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { postgresBinaries } from './postgres-server.ts';

/** The database of a test file, made when it is first asked for. */
export interface TestDatabase {
  /** The address of an empty schema in it. */
  empty(): Promise<string>;
  drop(): Promise<void>;
}

/** Why there is no PostgreSQL to test on, or null when there is one: for `describe.skipIf` and its title. */
export function postgresAbsent(): string | null {
  if (asked() !== null) return null;
  const found = postgresBinaries();
  return 'absent' in found ? found.absent : null;
}

/**
 * A database for a test file, on the server that `GEMEL_DATABASE_URL` named when the tests were started (its user must be
 * allowed to create databases), else on one out of npm that all test files of a run share.
 */
export function testDatabase(): TestDatabase {
  const name = `gemel_test_${randomBytes(8).toString('hex')}`;
  let made: Promise<string> | undefined;
  let schemas = 0;
  const create = async () => {
    const server = await testServer();
    await run(server, `create database ${name}`);
    const url = new URL(server);
    url.pathname = name;
    return url.href;
  };
  return {
    empty: async () => {
      made ??= create();
      const schema = `store_${++schemas}`;
      await run(await made, `create schema ${schema}`);
      const url = new URL(await made);
      url.searchParams.set('options', `-c search_path=${schema}`);
      return url.href;
    },
    drop: async () => {
      if (made !== undefined) await run(await testServer(), `drop database if exists ${name} with (force)`);
    },
  };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function asked(): string | null {
  return process.env.GEMEL_TEST_DATABASE_URL || null;
}

let server: Promise<string> | undefined;

/** The address of the server's own database. */
export function testServer(): Promise<string> {
  server ??= asked() === null ? shared() : Promise.resolve(asked()!);
  return server;
}

const PREFIX = 'gemel-postgres-';

/** The server of this run, started by whoever comes first. */
async function shared(): Promise<string> {
  const run = process.env.GEMEL_TEST_RUN ?? `${process.pid}-alone`;
  const owner = run.split('-')[0]!;
  const folder = join(tmpdir(), `${PREFIX}${run}`);
  if (first(folder)) {
    sweep();
    const keeper = fileURLToPath(new URL('./postgres-keeper.ts', import.meta.url));
    const flags = ['--disable-warning=ExperimentalWarning'];
    spawn(process.execPath, [...flags, keeper, folder, owner], { detached: true, stdio: 'ignore' }).unref();
  }
  for (let i = 0; i < 1_200; i++) {
    if (existsSync(join(folder, 'server.json'))) {
      const said = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as { url?: string; failed?: string };
      if (said.url === undefined) throw new Error(`no PostgreSQL for the tests: ${said.failed}`);
      return said.url;
    }
    await wait(50);
  }
  throw new Error(`no PostgreSQL for the tests within a minute; see ${join(folder, 'server.log')}`);
}

function first(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** Removes what a killed keeper left; a PostgreSQL server without its folder ends by itself within a minute. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : Number.NaN;
    if (Number.isNaN(pid)) continue;
    try {
      process.kill(pid, 0);
    } catch {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}
