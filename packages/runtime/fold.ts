import { type Instant, instant, type Observation } from '@gemel/core';
import { type RandomStream, randomStream } from '@gemel/numerics';
import type { Store } from '@gemel/store';
import { restoreBelief, snapshotBelief, textToBytes } from './belief.ts';
import { runtimeErrors } from './errors.data.ts';
import { restsOnWithheld, type Withholding } from './govern/withhold.ts';
import { countUntil, historyUntil, inputsHash, type Lens, type PackHistory } from './lens.ts';
import type { Belief, Pack } from './pack.ts';
import { changedFrom, type LogItem, type SubjectLog } from './subject-log.ts';

/** A pack with all the runtime derived from it once. */
export interface Equipped {
  // biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
  readonly pack: Pack<any>;
  readonly lens: Lens;
  readonly modelHash: string;
  readonly parameterHash: string;
  /** Set where consent or policy keeps something from the twin that its pack would see. */
  readonly withholding?: Withholding;
}

/** Every this many folded instants a belief is written to the store. */
const STORE_EVERY = 36;
/** In memory: the newest beliefs one by one, and older ones at a distance, for data that come a little late. */
const NEAR = 8;
const FAR = 8;
const FAR_EVERY = 12;
/** Twins whose beliefs are kept in memory; the one asked for longest ago is let go first. */
const TWINS_KEPT = 64;
/** The event loop runs between this many folded instants. */
const SLICE = 8;

interface Checkpoint {
  readonly at: Instant;
  readonly belief: Belief<unknown>;
  /** How many instants were folded since the calibration. */
  readonly steps: number;
}

interface Track {
  readonly calibration: string;
  /** The checkpoints hold for the log up to here. */
  seq: number;
  checkpoints: Checkpoint[];
}

export interface FoldOptions {
  readonly seed: number;
  readonly sha256: (text: string) => string;
  readonly breathe?: (() => Promise<void>) | undefined;
}

/**
 * The belief of a twin as a pure function of what is known: the calibration carried over every instant at which something was
 * observed, in the order in which it was true. Whatever arrives late, corrected, withdrawn or merged, the newest checkpoint
 * before it is taken and everything since is folded again, so that the result is bit-equal to one fold from the calibration.
 */
export class Folds {
  readonly #store: Store;
  readonly #options: FoldOptions;
  readonly #tracks = new Map<string, Track>();

  constructor(store: Store, options: FoldOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** The belief at `at`, null where no calibration of this model stands. Calls for one twin must not overlap. */
  async belief(log: SubjectLog, twin: Equipped, history: PackHistory, at: Instant): Promise<Belief<unknown> | null> {
    // Everything up to the first await belongs to one state of the log, the one `history` was taken from.
    const calibration = calibrationOf(log, twin, at);
    if (calibration === null) return null;
    const { seq } = log;
    const key = JSON.stringify([log.subject, twin.pack.id, twin.withholding?.key]);
    let track = this.#tracks.get(key);
    if (track === undefined || track.calibration !== calibration.id) {
      track = { calibration: calibration.id, seq, checkpoints: [] };
    }
    this.#tracks.delete(key);
    this.#tracks.set(key, track);
    if (this.#tracks.size > TWINS_KEPT) this.#tracks.delete(this.#tracks.keys().next().value!);
    const stale = changedFrom(log, track.seq, twin.lens.concerns, seq);
    track.checkpoints = track.checkpoints.filter((checkpoint) => checkpoint.at < stale);
    track.seq = seq;
    const outdated = isOutdated(log, twin, calibration, history, seq, this.#options.sha256);
    const start = await this.#start(log, twin, track, calibration, history, at, seq);
    const belief = await fold(twin, history, start, at, this.#options, async (checkpoint) => {
      track.checkpoints = remember(track.checkpoints, checkpoint);
      if (checkpoint.steps % STORE_EVERY === 0) {
        const bytes = snapshotBelief(checkpoint.belief, twin.pack.dynamics);
        const pack = snapshotKey(twin, calibration);
        await this.#store.putSnapshot({
          subject: log.subject,
          pack,
          seq,
          trueAt: checkpoint.at,
          modelHash: twin.modelHash,
          bytes,
        });
      }
    });
    return finished(belief, outdated, history);
  }

  /** Forgets what is kept in memory. */
  forget(): void {
    this.#tracks.clear();
  }

  /** The latest belief that still holds at or before `at`: in memory, else in the store, else the calibration. */
  async #start(
    log: SubjectLog,
    twin: Equipped,
    track: Track,
    calibration: LogItem,
    history: PackHistory,
    at: Instant,
    seq: number,
  ): Promise<Checkpoint> {
    const near = track.checkpoints.findLast((checkpoint) => checkpoint.at <= at);
    const from = near?.at ?? calibration.trueAt;
    const ahead =
      countUntil(history.observations, (o) => o.trueAt, at) - countUntil(history.observations, (o) => o.trueAt, from);
    const stored = ahead > STORE_EVERY ? await this.#stored(log, twin, calibration, at, seq) : null;
    if (stored !== null && stored.at > from) return stored;
    return near ?? { at: calibration.trueAt, belief: await calibratedBelief(this.#store, twin, calibration), steps: 0 };
  }

  async #stored(
    log: SubjectLog,
    twin: Equipped,
    calibration: LogItem,
    at: Instant,
    seq: number,
  ): Promise<Checkpoint | null> {
    let before = instant(at + 1);
    for (;;) {
      const found = await this.#store.getSnapshot(log.subject, snapshotKey(twin, calibration), seq, before);
      if (found === null || found.modelHash !== twin.modelHash) return null;
      const stale = changedFrom(log, found.seq, twin.lens.concerns, seq);
      if (found.trueAt < stale) {
        return { at: found.trueAt, belief: restoreBelief(found.bytes, twin.pack.dynamics), steps: 0 };
      }
      if (!Number.isFinite(stale)) return null;
      before = instant(stale);
    }
  }
}

/** The same belief folded from its calibration in one go, touching no cache: what replay and tests compare with. */
export async function foldOnce(
  store: Store,
  log: SubjectLog,
  twin: Equipped,
  history: PackHistory,
  at: Instant,
  options: FoldOptions,
): Promise<Belief<unknown> | null> {
  const calibration = calibrationOf(log, twin, at);
  if (calibration === null) return null;
  const start = { at: calibration.trueAt, belief: await calibratedBelief(store, twin, calibration), steps: 0 };
  const outdated = isOutdated(log, twin, calibration, history, log.seq, options.sha256);
  const belief = await fold(twin, history, start, at, options, async () => {});
  return finished(belief, outdated, history);
}

/** The newest calibration of this very model, made from nothing that is withheld now, that stands at or before `at`. */
export function calibrationOf(log: SubjectLog, twin: Equipped, at: Instant): LogItem | null {
  return (
    log.calibrations.findLast(
      (entry) =>
        entry.calibration!.pack === twin.pack.id &&
        entry.calibration!.modelHash === twin.modelHash &&
        entry.trueAt <= at &&
        !restsOnWithheld(log, twin, entry),
    ) ?? null
  );
}

/** The stream of a purpose within a twin: the same for any order of arrival and any number of workers. */
export function twinStream(seed: number, subject: string, pack: string, ...purpose: (string | number)[]): RandomStream {
  return randomStream(seed, subject, pack, ...purpose);
}

async function fold(
  twin: Equipped,
  history: PackHistory,
  start: Checkpoint,
  at: Instant,
  options: FoldOptions,
  reached: (checkpoint: Checkpoint) => Promise<void>,
): Promise<Belief<unknown>> {
  const { pack } = twin;
  const { observations } = history;
  let { belief, steps } = start;
  let i = countUntil(observations, (o) => o.trueAt, start.at);
  while (i < observations.length && observations[i]!.trueAt <= at) {
    const time = observations[i]!.trueAt;
    const fresh: Observation[] = [];
    for (; i < observations.length && observations[i]!.trueAt === time; i++) fresh.push(observations[i]!);
    const random = twinStream(options.seed, history.subject, pack.id, 'update', time);
    const updated = pack.assimilator.update(belief, historyUntil(history, time), fresh, time, random);
    belief = sound({ ...updated, modelHash: twin.modelHash, seed: options.seed }, pack.id, time);
    steps++;
    await reached({ at: time, belief, steps });
    if (steps % SLICE === 0) await options.breathe?.();
  }
  return belief;
}

/** Whether what is now known from before the calibration differs from what it was computed from. */
function isOutdated(
  log: SubjectLog,
  twin: Equipped,
  calibration: LogItem,
  history: PackHistory,
  seq: number,
  sha256: (text: string) => string,
): boolean {
  const { basis, inputs } = calibration.calibration!;
  if (changedFrom(log, basis, twin.lens.concerns, seq) > calibration.trueAt) return false;
  return inputsHash(history, calibration.trueAt, sha256) !== inputs;
}

/** Stamps when the last thing used was learned, and says when the calibration itself rests on something that changed. */
function finished(belief: Belief<unknown>, outdated: boolean, history: PackHistory): Belief<unknown> {
  const { diagnostics } = belief;
  if (!outdated) return { ...belief, knownAt: history.knownAt };
  const warning = {
    code: 'calibration-outdated',
    message: 'Something from before the calibration was added, corrected or withdrawn since. Calibrate again.',
  };
  const warnings = [...diagnostics.warnings, warning];
  return { ...belief, knownAt: history.knownAt, diagnostics: { ...diagnostics, warnings } };
}

async function calibratedBelief(store: Store, twin: Equipped, calibration: LogItem): Promise<Belief<unknown>> {
  const entry = await store.get(calibration.id);
  const { belief } = entry!.payload as { readonly belief: string };
  return restoreBelief(textToBytes(belief), twin.pack.dynamics);
}

/** @throws runtime-weights-zero, runtime-shape */
export function sound<State>(belief: Belief<State>, pack: string, at: Instant): Belief<State> {
  const { weights, members } = belief;
  if (weights.length !== members.length || members.length === 0) {
    throw runtimeErrors.error('runtime-shape', `${pack} gave ${weights.length} weights for ${members.length} members.`);
  }
  let sum = 0;
  for (const weight of weights) sum += weight;
  if (!(sum > 0 && Number.isFinite(sum))) {
    const when = new Date(at).toISOString();
    throw runtimeErrors.error('runtime-weights-zero', `${pack}: the weights at ${when} add up to ${sum}.`);
  }
  return belief;
}

function remember(checkpoints: readonly Checkpoint[], fresh: Checkpoint): Checkpoint[] {
  const all = [...checkpoints.filter((checkpoint) => checkpoint.at < fresh.at), fresh];
  const near = all.slice(-NEAR);
  const far = all.slice(0, -NEAR).filter((checkpoint) => checkpoint.steps % FAR_EVERY === 0);
  return [...far.slice(-FAR), ...near];
}

function snapshotKey(twin: Equipped, calibration: LogItem): string {
  const { withholding } = twin;
  return `${twin.pack.id}#${calibration.id}${withholding === undefined ? '' : `#${withholding.key}`}`;
}
