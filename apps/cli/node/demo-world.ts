import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Instant, instant, type LossAccount, type Progress } from '@gemel/core';
import { sniffDoor } from '@gemel/exchange';
import { breathe, openWorld, sha256, type World } from '@gemel/server/node/world';
import { type DemoFile, personFiles } from './demo-files.ts';
import { DEMO_DAYS, DEMO_NOW, DEMO_PEOPLE, DEMO_START, type DemoLife, liveDays } from './demo-people.ts';
import { decode } from './sources.ts';

export interface DemoOptions {
  /** Data folder; its `inbox` receives the files. */
  readonly folder: string;
  readonly seed: number;
  /** Minutes of the demonstration a real minute brings. */
  readonly speed: number;
  /** Real time in ms; the only clock the demonstration's own runs on. */
  readonly realTime: () => number;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** The demonstration world: invented people, read in through the doors, going on to live on a clock of their own. */
export interface DemoWorld extends World {
  readonly speed: number;
  /** What became of each file. Empty where the folder already held the world. */
  readonly accounts: readonly LossAccount[];
  /** Takes in what the devices recorded since the last call; resolves to how many entries were new. */
  catchUp(): Promise<number>;
  /** No more days were generated: the clock stands still. */
  readonly over: boolean;
}

const END: Instant = instant(DEMO_START + DEMO_DAYS * 86_400_000);

/** Opens the world, and fills it from the people's files where it is empty. A folder used before goes on where it stopped. */
export async function openDemoWorld(options: DemoOptions): Promise<DemoWorld> {
  const { folder, seed, speed, realTime, signal } = options;
  let began = DEMO_NOW;
  /** Real time at which the clock began to run; it stands still until the world is filled. */
  let running: number | null = null;
  const clock = (): Instant =>
    running === null ? began : instant(Math.min(END, Math.round(began + (realTime() - running) * speed)));
  const world = await openWorld({ folder, seed, clock });
  try {
    const lives: DemoLife[] = [];
    for (const [i, person] of DEMO_PEOPLE.entries()) {
      signal?.throwIfAborted();
      options.onProgress?.({
        fraction: i / (2 * DEMO_PEOPLE.length),
        message: `${person.name} lives ${DEMO_DAYS} days`,
      });
      lives.push(liveDays(person, seed));
      await breathe();
    }
    const inbox = join(folder, 'inbox');
    await mkdir(inbox, { recursive: true });
    const known = await world.store.subjects();
    const accounts: LossAccount[] = [];
    let through: number = DEMO_NOW;
    if (known.length > 0) {
      through = await lastKnown(world);
      began = instant(through);
    } else {
      for (const [i, life] of lives.entries()) {
        signal?.throwIfAborted();
        const fraction = 0.5 + i / (2 * lives.length);
        options.onProgress?.({ fraction, message: `reading the records of ${life.person.name}` });
        for (const file of personFiles(life, DEMO_START, DEMO_NOW, 'record')) {
          await writeFile(join(inbox, file.name), file.text);
          accounts.push(await take(world, file));
        }
      }
    }
    running = realTime();
    return {
      ...world,
      clock,
      speed,
      accounts,
      get over() {
        return clock() >= END;
      },
      async catchUp() {
        const now = clock();
        if (now <= through) return 0;
        let fresh = 0;
        for (const life of lives) {
          for (const file of personFiles(life, through, now, `live-${Math.round(now / 1000)}`)) {
            fresh += (await take(world, file)).mapped;
          }
        }
        through = now;
        return fresh;
      },
    };
  } catch (error) {
    await world.close();
    throw error;
  }
}

/** A file through its door into the log, as any outside record. */
async function take(world: World, file: DemoFile): Promise<LossAccount> {
  const bytes = new TextEncoder().encode(file.text);
  const door = sniffDoor(bytes, file.name)!;
  const source = { name: file.name, bytes, sha256: sha256(bytes), door };
  const { account } = await world.hub.admit(decode(source, file.options), {
    name: file.name,
    sha256: source.sha256,
    format: door.id,
    bytes: bytes.length,
  });
  return account;
}

/** The latest moment the log knows of: the clock goes on from there. */
async function lastKnown(world: World): Promise<number> {
  const [last] = await world.store.read({ order: 'seq-descending', limit: 1 });
  return last?.knownAt ?? DEMO_NOW;
}
