import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DAY, type Instant, instant, type LossAccount } from '@gemel/core';
import { sniffDoor } from '@gemel/exchange';
import { openWorld, sha256, type World } from '@gemel/server/node/world';
import { courseFiles, DEMO_COURSES, liveCourse } from './demo-courses.ts';
import { type DemoFile, personFiles } from './demo-files.ts';
import { DEMO_DAYS, DEMO_NOW, DEMO_PEOPLE, DEMO_START, type DemoLife } from './demo-people.ts';
import { decode } from './sources.ts';

export interface DemoOptions {
  /** Data folder; its `inbox` receives the files. */
  readonly folder: string;
  readonly seed: number;
  /** Minutes of the demonstration a real minute brings. */
  readonly speed: number;
  /** Real time in ms; the only clock the demonstration's own runs on. */
  readonly realTime: () => number;
}

/** The demonstration world: invented people, read in through the doors, going on to live on a clock of their own. */
export interface DemoWorld extends World {
  readonly speed: number;
  /** The first person is there. */
  readonly begun: Promise<void>;
  /** Everyone is there, and the clock runs; what became of each file (empty where the folder held the world already). */
  readonly filled: Promise<readonly LossAccount[]>;
  /** Takes in what the devices recorded since the last call; resolves to how many entries were new. */
  catchUp(): Promise<number>;
}

const END: Instant = instant(DEMO_START + DEMO_DAYS * DAY);

/** Opens the world, and fills it from the people's files where it is empty. A folder used before goes on where it stopped. */
export async function openDemoWorld(options: DemoOptions): Promise<DemoWorld> {
  const { folder, seed, speed, realTime } = options;
  let began = DEMO_NOW;
  /** Real time at which the clock began to run; it stands still until everyone is there. */
  let running: number | null = null;
  const clock = (): Instant =>
    running === null ? began : instant(Math.min(END, Math.round(began + (realTime() - running) * speed)));
  const world = await openWorld({ folder, seed, clock });
  const empty = (await world.store.subjects()).length === 0;
  if (!empty) began = instant(await lastKnown(world));
  let through: number = began;
  const lives: DemoLife[] = [];
  const courses = DEMO_COURSES.map((course) => liveCourse(course, seed));
  const first = Promise.withResolvers<void>();
  const worker = new Worker(new URL('./demo-worker.ts', import.meta.url), { workerData: { seed } });

  const fill = async (): Promise<LossAccount[]> => {
    const inbox = join(folder, 'inbox');
    await mkdir(inbox, { recursive: true });
    const accounts: LossAccount[] = [];
    const keep = async (files: readonly DemoFile[]) => {
      for (const file of files) {
        await writeFile(join(inbox, file.name), file.text);
        accounts.push(await take(world, file));
      }
    };
    for (const course of empty ? courses : []) await keep(courseFiles(course, DEMO_START, DEMO_NOW, 'record'));
    for await (const life of livesFrom(worker)) {
      lives.push(life);
      if (empty) await keep(personFiles(life, DEMO_START, DEMO_NOW, 'record'));
      first.resolve();
    }
    running = realTime();
    return accounts;
  };
  const filled = fill();
  filled.catch(first.reject);
  return {
    ...world,
    clock,
    speed,
    begun: first.promise,
    filled,
    async catchUp() {
      const now = clock();
      if (running === null || now <= through) return 0;
      const from = through;
      through = now;
      let fresh = 0;
      const label = `live-${Math.round(now / 1000)}`;
      const files = [
        ...lives.flatMap((life) => personFiles(life, from, now, label)),
        ...courses.flatMap((course) => courseFiles(course, from, now, label)),
      ];
      for (const file of files) fresh += (await take(world, file)).mapped;
      return fresh;
    },
    async close() {
      await worker.terminate();
      await filled.catch(() => {});
      await world.close();
    },
  };
}

/** Everyone's days as the worker sends them. Ends early when the worker is stopped. */
async function* livesFrom(worker: Worker): AsyncGenerator<DemoLife, void, void> {
  const sent: DemoLife[] = [];
  let failure: Error | null = null;
  let ended = false;
  worker.on('message', (life: DemoLife) => sent.push(life));
  worker.on('error', (error: Error) => {
    failure = error;
  });
  worker.on('exit', () => {
    ended = true;
  });
  for (let count = 0; count < DEMO_PEOPLE.length; count++) {
    while (sent.length === 0 && !ended) await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
    if (failure) throw failure;
    const life = sent.shift();
    if (life === undefined) return;
    yield life;
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
