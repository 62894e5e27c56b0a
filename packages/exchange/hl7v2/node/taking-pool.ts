import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DoorOptions } from '../../door.ts';
import { hl7v2Errors } from '../errors.data.ts';
import { type Taking, takeMessage } from '../take.ts';

/** A message to be read. */
export interface TakingTask {
  readonly bytes: Uint8Array;
  readonly options: DoorOptions;
}

/** Reads messages in threads of their own, so that reading one and writing another go on at once. Close it when done. */
export interface TakingPool {
  /** What the message says; answers come in the order in which the messages were given. Never rejects. */
  take(bytes: Uint8Array, options: DoorOptions): Promise<Taking>;
  close(): Promise<void>;
}

interface Slot {
  readonly task: TakingTask;
  readonly resolve: (taking: Taking) => void;
  taking: Taking | null;
}

interface Thread {
  readonly worker: Worker;
  /** Batches it has been given and not answered, the first first. */
  readonly given: Slot[][];
}

/** Messages given to a thread at a time: enough to be worth the way, few enough that writing begins soon. */
const TOGETHER = 16;
/** Batches a thread is given ahead: what it reads while the log is written goes into the next write together. */
const AHEAD = 8;
/** More threads read faster than one can write. */
const MOST_THREADS = 3;
const MOST_HEAP = 512;
/** Of it for what was just made, MiB: what a message becomes is sent on before it is ever moved. */
const YOUNG = 96;

export interface TakingPoolOptions {
  /** One less than the machine runs at once, at most 3, where not given; with 0, messages are read where they are given. */
  readonly threads?: number;
  /** Most of the heap of a thread, MiB; 512 where not given. */
  readonly mostHeap?: number;
}

export function takingPool(options: TakingPoolOptions = {}): TakingPool {
  const { threads = Math.min(MOST_THREADS, availableParallelism() - 1), mostHeap = MOST_HEAP } = options;
  const running = new Set<Thread>();
  /** All messages without an answer, in the order they were given. */
  let slots: Slot[] = [];
  /** Those that no thread has been given yet. */
  let waiting: Slot[][] = [];
  let gathering: Slot[] = [];
  let closed = false;

  const start = (): void => {
    const worker = new Worker(new URL('./taking-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: mostHeap, maxYoungGenerationSizeMb: Math.min(YOUNG, mostHeap) },
    });
    const thread: Thread = { worker, given: [] };
    running.add(thread);
    worker.on('message', (takings: readonly Taking[]) => {
      const batch = thread.given.shift()!;
      for (const [i, slot] of batch.entries()) slot.taking = takings[i]!;
      settle();
      feed();
    });
    worker.on('error', (error) => lose(thread, error));
    worker.unref();
  };

  /** A thread that ended: of several messages each is tried by itself; the one that ends a thread alone is refused. */
  const lose = (thread: Thread, error: Error): void => {
    running.delete(thread);
    if (closed) return;
    const again: Slot[][] = [];
    for (const [i, batch] of thread.given.entries()) {
      if (i > 0) again.push(batch);
      else if (batch.length > 1) again.push(...batch.map((slot) => [slot]));
      else batch[0]!.taking = unread(batch[0]!.task, error);
    }
    waiting = [...again, ...waiting];
    settle();
    feed();
  };

  /** Gives the answers whose turn it is. */
  const settle = (): void => {
    let done = 0;
    while (done < slots.length && slots[done]!.taking !== null) done++;
    const answered = slots.slice(0, done);
    slots = slots.slice(done);
    for (const { resolve, taking } of answered) resolve(taking!);
  };

  const feed = (): void => {
    while (waiting.length > 0 && running.size < threads) start();
    for (let ahead = 0; ahead < AHEAD; ahead++) {
      for (const thread of running) {
        if (thread.given.length > ahead || waiting.length === 0) continue;
        const batch = waiting.shift()!;
        thread.given.push(batch);
        thread.worker.postMessage(batch.map(({ task }) => task));
      }
    }
    for (const { worker, given } of running) {
      if (given.length > 0) worker.ref();
      else worker.unref();
    }
  };

  const gather = (slot: Slot): void => {
    gathering.push(slot);
    if (gathering.length === 1) setImmediate(send);
    if (gathering.length === TOGETHER) send();
  };

  const send = (): void => {
    if (gathering.length === 0 || closed) return;
    waiting.push(gathering);
    gathering = [];
    feed();
  };

  for (let i = 0; i < threads; i++) start();

  return {
    take: (bytes, options) =>
      new Promise((resolve) => {
        const slot: Slot = { task: { bytes, options }, resolve, taking: null };
        slots.push(slot);
        if (threads > 0 && !closed) return gather(slot);
        slot.taking = takeMessage(bytes, options);
        settle();
      }),
    async close() {
      if (closed) return;
      send();
      closed = true;
      await Promise.all([...running].map(({ worker }) => worker.terminate()));
      running.clear();
      // What no thread will answer any more is read here.
      for (const slot of slots) slot.taking ??= takeMessage(slot.task.bytes, slot.task.options);
      settle();
    },
  };
}

function unread({ options }: TakingTask, error: Error): Taking {
  const message = `the message could not be read: ${error.message}`;
  const problem = hl7v2Errors.problem('hl7v2-unread', message, { file: options.name, element: 'MSH' });
  return { decoded: [], verdict: { outcome: 'error', problems: [problem] } };
}
