import type { Instant, Work } from '@gemel/core';
import { bytesToText, snapshotBelief } from './belief.ts';
import { runtimeErrors } from './errors.data.ts';
import { type Equipped, sound, twinStream } from './fold.ts';
import type { WorkOptions } from './hub.ts';
import { historyUntil, inputsHash, type PackHistory } from './lens.ts';
import type { Log } from './log.ts';
import type { Belief } from './pack.ts';

/**
 * Drives long work to its end: reports progress, lets the event loop run after every yield, stops when cancelled.
 * @throws runtime-cancelled
 */
export async function drive<T>(
  work: Work<T>,
  options: WorkOptions & { readonly breathe?: (() => Promise<void>) | undefined },
): Promise<T> {
  const stop = () => {
    work.return(undefined as T);
    throw runtimeErrors.error('runtime-cancelled', 'The work was cancelled.');
  };
  for (;;) {
    if (options.signal?.aborted) stop();
    const step = work.next();
    if (step.done) return step.value;
    options.onProgress?.(step.value);
    await options.breathe?.();
  }
}

/** When a calibration on this history stands: at its last observation, so that later ones fold onto it; else now. */
export function calibrationTime(history: PackHistory, now: Instant): Instant {
  const last = history.observations.findLast((observation) => observation.trueAt <= now);
  return last?.trueAt ?? now;
}

/** Calibrates and enters the result in the log with the belief itself. Returns the entry's id and the belief. */
export async function calibrate(
  log: Log,
  twin: Equipped,
  history: PackHistory,
  now: Instant,
  options: WorkOptions & {
    readonly seed: number;
    readonly sha256: (text: string) => string;
    readonly breathe?: (() => Promise<void>) | undefined;
    readonly id: () => string;
  },
): Promise<{ readonly id: string; readonly belief: Belief<unknown> }> {
  const { pack } = twin;
  const at = calibrationTime(history, now);
  const random = twinStream(options.seed, history.subject, pack.id, 'calibrate', history.seq);
  const work = pack.assimilator.start(historyUntil(history, at), at, random);
  const started = await drive(work, options);
  const belief = sound({ ...started, modelHash: twin.modelHash, seed: options.seed }, pack.id, at);
  const id = options.id();
  const payload = {
    pack: pack.id,
    version: pack.version,
    modelHash: twin.modelHash,
    basis: history.seq,
    inputs: inputsHash(history, belief.at, options.sha256),
    ...(twin.withholding === undefined ? {} : { leftOut: twin.withholding.leftOut }),
    diagnostics: belief.diagnostics,
    members: belief.members.length,
    belief: bytesToText(snapshotBelief(belief, pack.dynamics)),
  };
  await log.append([{ id, subject: history.subject, kind: 'calibrated', trueAt: belief.at, knownAt: now, payload }]);
  return { id, belief: { ...belief, knownAt: history.knownAt } };
}
