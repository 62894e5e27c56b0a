import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CodedError, type Problem } from '@gemel/core/error';
import { dicomErrors } from '../errors.data.ts';
import { decodeFrame, type Frame, type FrameSource } from '../frame.ts';
import type { DicomFile } from '../parse.ts';
import { frameSources, type PixelDescription, pixelDescription } from '../pixels.ts';

export interface FrameTask {
  readonly id: number;
  readonly source: FrameSource;
  readonly description: PixelDescription;
  /** UID of the transfer syntax. */
  readonly syntax: string;
  readonly place: { readonly file: string; readonly frame: number };
}

export type FrameAnswer =
  | { readonly id: number; readonly frame: Frame }
  | { readonly id: number; readonly problem: Problem | null; readonly message: string };

export interface FramePoolOptions {
  /** Threads; as many as the machine runs at once where not given. */
  readonly threads?: number;
  /** Most memory of one codec, bytes; 512 MiB where not given. */
  readonly mostBytes?: number;
  /** Longest a frame may take, ms; 30 s where not given. */
  readonly longest?: number;
}

/** Unpacks frames off the main thread, each held to memory and time. Close it when done. */
export interface FramePool {
  readonly threads: number;
  /** @throws dicom-pixels, dicom-codec, dicom-codec-limit, dicom-syntax-unread */
  frame(file: DicomFile, index: number): Promise<Frame>;
  /** All frames of an image in order. */
  frames(file: DicomFile): Promise<Frame[]>;
  close(): Promise<void>;
}

interface Pending {
  readonly task: FrameTask;
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  pending: Pending | null;
  timer: NodeJS.Timeout | null;
}

const MOST_BYTES = 2 ** 29;
const LONGEST = 30_000;
/** Most of the heap of a thread, MiB; samples lie outside it, bounded by the size that the description gives. */
const MOST_HEAP = 512;

export function framePool(options: FramePoolOptions = {}): FramePool {
  const { mostBytes = MOST_BYTES, longest = LONGEST } = options;
  const most = Math.max(1, options.threads ?? availableParallelism());
  const threads = new Set<Thread>();
  const waiting: Pending[] = [];
  let next = 0;
  let closed = false;

  const start = (): Thread => {
    const worker = new Worker(new URL('./frame-worker.ts', import.meta.url), {
      workerData: { mostBytes },
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP },
    });
    const thread: Thread = { worker, pending: null, timer: null };
    threads.add(thread);
    worker.on('message', (answer: FrameAnswer) => settle(thread, answer));
    worker.on('error', (error) => lose(thread, `the thread ended: ${error.message}`));
    worker.unref();
    return thread;
  };

  const lose = (thread: Thread, why: string) => {
    const { pending } = thread;
    free(thread);
    threads.delete(thread);
    void thread.worker.terminate();
    if (pending !== null) {
      const { file, frame } = pending.task.place;
      const where = { file, element: `PixelData frame ${frame}` };
      pending.reject(dicomErrors.error('dicom-codec-limit', `${file}, frame ${frame}: ${why}`, where));
    }
    feed();
  };

  const free = (thread: Thread) => {
    if (thread.timer !== null) clearTimeout(thread.timer);
    thread.timer = null;
    thread.pending = null;
    thread.worker.unref();
  };

  const settle = (thread: Thread, answer: FrameAnswer) => {
    const { pending } = thread;
    free(thread);
    if (pending !== null) {
      if ('frame' in answer) pending.resolve(answer.frame);
      else if (answer.problem !== null) pending.reject(new CodedError(answer.problem));
      else pending.reject(new Error(answer.message));
    }
    feed();
  };

  const feed = () => {
    while (waiting.length > 0 && !closed) {
      const idle = [...threads].find(({ pending }) => pending === null);
      if (idle === undefined && threads.size >= most) return;
      const thread = idle ?? start();
      const pending = waiting.shift()!;
      thread.pending = pending;
      thread.worker.ref();
      thread.timer = setTimeout(() => lose(thread, `not unpacked after ${longest / 1000} s`), longest);
      thread.worker.postMessage(pending.task);
    }
  };

  const reader = (file: DicomFile) => {
    const description = pixelDescription(file);
    const sources = frameSources(file, description);
    return (index: number): Promise<Frame> => {
      const place = { file: file.name, frame: index };
      const source = sources(index);
      // Native pixels only change their clothes: cheaper here than carried to a thread.
      if (file.syntax.pixels === 'native') {
        return Promise.resolve().then(() => decodeFrame(source, description, file.syntax, place));
      }
      if (closed) return Promise.reject(new TypeError('the pool is closed'));
      return new Promise((resolve, reject) => {
        const task = {
          id: next++,
          source: { ...source, bytes: source.bytes.slice() },
          description,
          syntax: file.transferSyntax,
          place,
        };
        waiting.push({ task, resolve, reject });
        feed();
      });
    };
  };

  const readers = new WeakMap<DicomFile, ReturnType<typeof reader>>();
  const readerOf = (file: DicomFile) => {
    const read = readers.get(file) ?? reader(file);
    readers.set(file, read);
    return read;
  };

  return {
    threads: most,
    async frame(file, index) {
      return readerOf(file)(index);
    },
    async frames(file) {
      const read = readerOf(file);
      return Promise.all(Array.from({ length: pixelDescription(file).frames }, (_, index) => read(index)));
    },
    async close() {
      closed = true;
      for (const { reject } of waiting.splice(0)) reject(new TypeError('the pool is closed'));
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
      threads.clear();
    },
  };
}
