/**
 * What every command needs before TypeScript can run: packages installed as the lock file says, and a Node that is new
 * enough. Plain JavaScript without dependencies, so that Node 20 on an empty clone can run it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LEAST_NODE = [24, 7];

/** Runs `npm ci` when a package is missing or has another version than the lock file names. */
export function install() {
  if (installedAsLocked()) return;
  say('Installing packages (npm ci); this takes a minute the first time …');
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const done = spawnSync(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && !npm,
  });
  if (done.status !== 0)
    fail(`npm ci ended with ${done.status ?? done.signal ?? done.error?.message}. Is the network reachable?`);
}

function installedAsLocked() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !path.includes('node_modules/') || entry.optional || entry.link || present[path]?.version === entry.version,
  );
}

/** A Node that runs the sources: the one npm brought, else the running one if it is new enough. */
export function findNode() {
  const brought = join(ROOT, 'node_modules', '.bin', 'node');
  for (const candidate of [brought, process.execPath]) {
    if (candidate === brought && !existsSync(brought)) continue;
    const version = spawnSync(candidate, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
    const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
    if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return candidate;
  }
  return fail(
    `Gemel runs on Node ${LEAST_NODE.join('.')} or later. This is ${process.version}, and npm brings one only for Linux ` +
      `on x64 and arm64 (here: ${process.platform} ${process.arch}). Install it from https://nodejs.org and try again.`,
  );
}

/** The environment in which tools of this repository are found first. */
export function environment(extra = {}) {
  const path = [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}

/**
 * Runs the right Node to its end and gives back its exit code (128 + n for signal n). Signals are passed on; should this
 * process be killed outright, the child notices by its closed channel and ends too.
 */
export function runNode(args, { cwd = ROOT, env = {}, stdout = 'inherit' } = {}) {
  const watch = ['--import', new URL('parent-watch.mjs', import.meta.url).href];
  const child = spawn(findNode(), [...watch, '--disable-warning=ExperimentalWarning', ...args], {
    cwd,
    env: environment(env),
    stdio: ['inherit', stdout, 'inherit', 'ipc'],
  });
  const pass = {
    // A terminal sends Ctrl-C to the whole group; passing it on would deliver it twice.
    SIGINT: () => process.stdin.isTTY || child.kill('SIGINT'),
    SIGTERM: () => child.kill('SIGTERM'),
    SIGHUP: () => child.kill('SIGHUP'),
  };
  for (const [signal, send] of Object.entries(pass)) process.on(signal, send);
  return new Promise((resolve) => {
    child.on('error', (error) => fail(error.message));
    child.on('exit', (code, signal) => {
      for (const [name, send] of Object.entries(pass)) process.off(name, send);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(message) {
  say(message);
  process.exit(1);
}
