import { CodedError, type Progress } from '@gemel/core';
import type { JobView } from '../api.ts';
import { serverErrors } from '../errors.data.ts';

type Run = (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<void>;

interface Job {
  view: JobView;
  readonly abort: AbortController;
}

/** Finished jobs are kept for asking after them, this many at most. */
const KEPT = 100;

/** Long work under way: progress to every listener, cancel by id, one at a time per subject and kind. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #changed: (job: JobView) => void;
  #count = 0;

  constructor(changed: (job: JobView) => void) {
    this.#changed = changed;
  }

  /** Starts the work, or returns the one of that kind already running for the subject. */
  start(kind: string, subject: string | null, run: Run): JobView {
    for (const job of this.#jobs.values())
      if (job.view.kind === kind && job.view.subject === subject && job.view.state === 'running') return job.view;
    const id = `job-${++this.#count}`;
    const abort = new AbortController();
    const job: Job = {
      abort,
      view: { id, kind, subject, state: 'running', progress: { fraction: 0, message: 'starting' }, problem: null },
    };
    this.#jobs.set(id, job);
    const change = (part: Partial<JobView>) => {
      job.view = { ...job.view, ...part };
      this.#changed(job.view);
    };
    run(abort.signal, (progress) => change({ progress }))
      .then(() => change({ state: 'done', progress: { fraction: 1, message: 'done' } }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return change({ state: 'cancelled' });
        const problem =
          error instanceof CodedError
            ? error.toJSON()
            : serverErrors.problem('server-internal', error instanceof Error ? error.message : String(error));
        change({ state: 'failed', problem });
      });
    for (const [old, finished] of this.#jobs) {
      if (this.#jobs.size <= KEPT) break;
      if (finished.view.state !== 'running') this.#jobs.delete(old);
    }
    return job.view;
  }

  find(id: string): JobView | null {
    return this.#jobs.get(id)?.view ?? null;
  }

  get(id: string): JobView {
    const view = this.find(id);
    if (view === null) throw serverErrors.error('server-unknown-job', `There is no job "${id}".`, { field: 'id' });
    return view;
  }

  cancel(id: string): JobView {
    this.get(id);
    this.#jobs.get(id)!.abort.abort();
    return this.get(id);
  }

  cancelAll(): void {
    for (const job of this.#jobs.values()) job.abort.abort();
  }
}
