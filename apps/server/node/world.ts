import { hash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CodedError, type Instant, instant } from '@gemel/core';
import { equivalents } from '@gemel/exchange/terminology/equivalents';
import { openTerminologyFolder, type TerminologyFolder } from '@gemel/exchange/terminology/node/terminology-folder';
import type { Terminology } from '@gemel/exchange/terminology/terminology';
import type { Hub } from '@gemel/runtime';
import { createHub } from '@gemel/runtime/create-hub';
import { loadPack } from '@gemel/runtime/pack-contract';
import type { Store } from '@gemel/store';
import { openStore, type StoreOptions } from '@gemel/store/node/open-store';
import { createGovernance, type LoggedGovernance } from './govern/governance.ts';
import { governanceFolder, openGovernor, TWIN_USE } from './govern/governor.ts';

/** The hub with what the runtime may not have of its own: disk, hash, clock, event loop. */
export interface World {
  readonly hub: Hub;
  readonly store: Store;
  /** Decides by consent and policies who may do what, and records what was done. */
  readonly governance: LoggedGovernance;
  readonly clock: () => Instant;
  /** Code systems, value sets and concept maps: those of the data folder, and what comes with the program. */
  readonly terminology: Terminology;
  close(): Promise<void>;
}

/** The data folder, made when absent, and the server that holds the log where it is not in the folder. */
export interface WorldOptions extends StoreOptions {
  readonly seed?: number;
  readonly clock?: () => Instant;
}

export const sha256 = (bytes: Uint8Array | string): string => hash('sha256', bytes);
export const wallClock = (): Instant => instant(Date.now());
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
export const engine = `node ${process.versions.node} v8 ${process.versions.v8} ${process.platform} ${process.arch}`;

const packsRoot = fileURLToPath(new URL('../../../packs/', import.meta.url));

/** Loads the `pack` or `packs` of every `packs/<name>/pack.ts`; nobody keeps a list. */
export async function discoverPacks(root: string = packsRoot): Promise<Hub['packs']> {
  const names = (await readdir(root, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const found = [];
  for (const name of names.sort()) {
    const file = `${root}${name}/pack.ts`;
    const there = await stat(file).catch(() => null);
    if (there === null) continue;
    const module: { pack?: unknown; packs?: readonly unknown[]; default?: unknown } = await import(
      pathToFileURL(file).href
    );
    found.push(...(module.packs ?? [module.pack ?? module.default]).map(loadPack));
  }
  return found;
}

/** Concepts of a code system that one question may look at in vain: under a second. */
const MOST_MISSES = 100_000;
/** What was loaded while the program runs is there within this time. */
const REFRESH_MS = 2000;

/** A library that cannot be opened leaves those that are open as they are. */
function refresh(codes: TerminologyFolder): void {
  try {
    codes.refresh();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error.message : String(error), { code: 'terminology-store' });
  }
}

/** Where the terminologies of a data folder lie. */
export function terminologyFolder(folder: string): string {
  return join(folder, 'terminology');
}

/** What the environment says of the log: on which server, and under which key. */
export function logOfEnvironment(environment: NodeJS.ProcessEnv = process.env): Omit<StoreOptions, 'folder'> {
  return { databaseUrl: environment.GEMEL_DATABASE_URL, masterKey: environment.GEMEL_MASTER_KEY };
}

/** Says that accesses could not be recorded, without what they were. */
function toldUnrecorded(error: unknown): void {
  const code = error instanceof CodedError ? error.code : 'unknown';
  process.stderr.write(`accesses could not be recorded (${code}); they wait\n`);
}

/** Opens the data folder and the twins over it. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const governor = openGovernor(governanceFolder(options.folder), sha256);
  const store = await openStore(options);
  const packs = await discoverPacks();
  const clock = options.clock ?? wallClock;
  const codes = openTerminologyFolder(terminologyFolder(options.folder), { mostMisses: MOST_MISSES });
  const { terminology } = codes;
  const refreshing = setInterval(() => refresh(codes), REFRESH_MS).unref();
  const hub = createHub({
    store,
    packs,
    clock,
    seed: options.seed ?? 1,
    sha256,
    engine,
    breathe,
    translate: equivalents(terminology),
    governs: { governor, use: TWIN_USE },
  });
  const governance = createGovernance({ hub, store, governor, clock, fault: toldUnrecorded });
  return {
    hub,
    store,
    governance,
    clock,
    terminology,
    close: async () => {
      clearInterval(refreshing);
      codes.close();
      await governance.flush();
      await store.close();
    },
  };
}
