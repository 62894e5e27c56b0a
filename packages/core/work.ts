/** How far a long piece of work has come; `fraction` in [0, 1]. */
export interface Progress {
  readonly fraction: number;
  readonly message: string;
}

/**
 * Long work as a generator: it yields progress often and returns its result. It holds no clock and no thread;
 * whoever drives it decides when to let the event loop run, and cancels by calling `return()`.
 */
export type Work<T> = Generator<Progress, T, void>;

/** Runs work to its end in one go (tests, command line without a terminal). */
export function finish<T>(work: Work<T>, onProgress?: (p: Progress) => void): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    onProgress?.(step.value);
  }
}
