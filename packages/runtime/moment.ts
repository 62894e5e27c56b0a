import type { Forecast, Instant, Ruling } from '@gemel/core';
import type { Entry } from '@gemel/store';
import { hashBelief } from './belief.ts';
import type { Catalog } from './catalog.ts';
import { couplingsOf, publishedControls } from './compose.ts';
import { runtimeErrors } from './errors.data.ts';
import { type Equipped, type Folds, foldOnce } from './fold.ts';
import { AS_PLANNED, type ForecastBasis, foretell } from './forecast.ts';
import type { Use } from './govern/decide.ts';
import type { Rulings } from './govern/ruling.ts';
import { narrowedBy, nothingLeft } from './govern/withhold.ts';
import type { HubOptions } from './hub.ts';
import { type PackHistory, packHistory } from './lens.ts';
import type { Log, RecordKind } from './log.ts';
import type { Belief, Outlook, Situation } from './pack.ts';
import type { SubjectLog } from './subject-log.ts';

/** What all verbs share. */
export interface Context {
  readonly options: HubOptions;
  readonly log: Log;
  readonly folds: Folds;
  readonly catalog: Catalog;
  /** Publishers before consumers. */
  readonly twins: readonly Equipped[];
  /** What decides which data may be used; null: nothing does. */
  readonly rulings: Rulings | null;
  /** Runs work for one key after what was asked for the same key before. */
  readonly inTurn: <T>(key: string, work: () => Promise<T>) => Promise<T>;
}

/** One state of the log, seen by one twin: all that an answer may rest on. */
export interface Moment {
  readonly twin: Equipped;
  readonly now: Instant;
  readonly view: SubjectLog;
  /** The version of the view this was taken from; it may have grown since. */
  readonly version: number;
  readonly history: PackHistory;
  /** Position of the whole log. */
  readonly seq: number;
  /** Position of the last entry that is about the subject. */
  readonly known: number;
  readonly belief: Belief<unknown> | null;
  /** The log as it was, folded afresh from the calibration. */
  readonly past: boolean;
  /** Who asks and what for; null where nothing governs the hub. */
  readonly use: Use | null;
  /** What may be used; `twin` sees no more than that. */
  readonly ruling: Ruling | null;
}

const histories = new WeakMap<SubjectLog, Map<Equipped, { readonly version: number; readonly history: PackHistory }>>();

/** The history of the view's present state through the twin's lens, made once per state. */
export function historyOf(view: SubjectLog, twin: Equipped): PackHistory {
  let own = histories.get(view);
  if (own === undefined) {
    own = new Map();
    histories.set(view, own);
  }
  const known = own.get(twin);
  if (known !== undefined && known.version === view.version) return known.history;
  const history = packHistory(view, twin.lens);
  own.set(twin, { version: view.version, history });
  return history;
}

const scanned = new WeakMap<SubjectLog, Map<Equipped, { readonly changes: number; readonly found: boolean }>>();

/** Whether anything measured or given was ever entered that the twin reads; only what is new is looked at. */
export function isConcerned(view: SubjectLog, twin: Equipped): boolean {
  let own = scanned.get(view);
  if (own === undefined) {
    own = new Map();
    scanned.set(view, own);
  }
  const { changes, found } = own.get(twin) ?? { changes: 0, found: false };
  if (found || changes === view.changes.length) return found;
  const now = view.changes
    .slice(changes)
    .some(({ about }) => about.length === 0 || about.some((each) => each.kind !== 'fact' && twin.lens.concerns(each)));
  own.set(twin, { changes: view.changes.length, found: now });
  return now;
}

/** Whether the subject has such a twin. */
export function hasBegun({ pack }: Equipped, history: PackHistory): boolean {
  if (pack.begun !== undefined) return pack.begun(history);
  const { observations, setAside, controls } = history;
  return observations.length + setAside.length + controls.length > 0;
}

/** What is known of the subject. @throws runtime-subject-unknown */
export async function knownView(context: Context, subject: string): Promise<SubjectLog> {
  const view = await context.log.view(subject);
  if (view.items.size === 0) throw runtimeErrors.error('runtime-subject-unknown', `Nothing is known of “${subject}”.`);
  return view;
}

/** What may be used of the subject’s data now, and the twin that sees no more. */
export function ruled(
  context: Context,
  view: SubjectLog,
  whole: Equipped,
  use: Use | null,
  now: Instant,
): Pick<Moment, 'twin' | 'use' | 'ruling'> {
  const { rulings } = context;
  const ruling = rulings === null || use === null ? null : rulings.of(view, use, now);
  return { twin: narrowedBy(ruling, whole), use, ruling };
}

/** The present state of the view, without a belief. */
export function unfolded(context: Context, view: SubjectLog, whole: Equipped, use: Use | null): Moment {
  const { version, through: seq, seq: known } = view;
  const now = context.options.clock();
  const governed = ruled(context, view, whole, use, now);
  const history = historyOf(view, governed.twin);
  return { ...governed, now, view, version, history, seq, known, belief: null, past: false };
}

/** The twin now. @throws runtime-subject-unknown */
export async function present(context: Context, subject: string, whole: Equipped, use: Use | null): Promise<Moment> {
  const name = await context.log.canonical(subject);
  return context.inTurn(`belief|${name}|${whole.pack.id}`, async () => {
    const view = await knownView(context, name);
    const moment = unfolded(context, view, whole, use);
    return { ...moment, belief: await context.folds.belief(view, moment.twin, moment.history, moment.now) };
  });
}

/** The twin as it was when the log ended at `seq`, at the instant `now`, by the ruling that was then given. */
export async function asOf(
  context: Context,
  subject: string,
  whole: Equipped,
  seq: number,
  now: Instant,
  ruling: Ruling | null,
): Promise<Moment> {
  const view = await context.log.viewAt(subject, { seq });
  const twin = narrowedBy(ruling, whole);
  const history = packHistory(view, twin.lens);
  const { seed, sha256, breathe } = context.options;
  const belief = await foldOnce(context.log.store, view, twin, history, now, { seed, sha256, breathe });
  return {
    twin,
    now,
    view,
    version: view.version,
    history,
    seq,
    known: view.seq,
    belief,
    past: true,
    use: null,
    ruling,
  };
}

/** The view exactly as it was when the moment was taken. */
export async function steadyView(context: Context, moment: Moment): Promise<SubjectLog> {
  if (moment.view.version === moment.version) return moment.view;
  return context.log.viewAt(moment.history.subject, { seq: moment.seq });
}

/** Entries of other kinds as they were at the moment. */
export async function recordsOf(
  context: Context,
  moment: Moment,
  kinds: readonly RecordKind[],
): Promise<readonly Entry[]> {
  const entries = await context.log.records(moment.history.subject, kinds);
  return entries.filter((entry) => entry.seq <= moment.seq);
}

export function outlookOf(moment: Moment): Outlook<unknown> {
  const { now, history, belief, twin } = moment;
  return { now, history, belief, applicability: twin.pack.applicability(history.facts) };
}

/** The outlook of a calibrated twin. */
export function situationOf(moment: Moment): Situation<unknown> | null {
  const { belief, ...outlook } = outlookOf(moment);
  return belief === null ? null : { ...outlook, belief };
}

/** What forecasts of the moment rest on, with what the subject's other packs publish. */
export async function basisOf(context: Context, moment: Moment, belief: Belief<unknown>): Promise<ForecastBasis> {
  const { twin, history, now } = moment;
  const { seed, sha256 } = context.options;
  const arrivals: { readonly coupling: ReturnType<typeof couplingsOf>[number]; readonly forecast: Forecast }[] = [];
  for (const coupling of couplingsOf(twin, context.twins)) {
    const other = await beside(context, moment, coupling.from);
    if (nothingLeft(other, other.view).length > 0) continue;
    const { applies } = outlookOf(other).applicability;
    const { ready } = coupling.from.pack.readiness('forecast', other.history, now);
    // A publisher that may not speak publishes nothing; the consumer's own readiness says whether it can do without.
    if (other.belief === null || applies === 'no' || !ready) continue;
    const { forecast } = foretell(await basisOf(context, other, other.belief), AS_PLANNED);
    arrivals.push({ coupling, forecast });
  }
  return {
    twin,
    history,
    belief,
    beliefHash: hashBelief(belief, twin.pack.dynamics, sha256),
    now,
    seed,
    sha256,
    published: publishedControls(twin.pack, arrivals),
  };
}

/** Another twin of the same subject in the same state of the log. */
async function beside(context: Context, moment: Moment, twin: Equipped): Promise<Moment> {
  const { subject } = moment.history;
  if (!moment.past) {
    const other = await present(context, subject, twin, moment.use);
    if (other.seq === moment.seq && other.ruling?.hash === moment.ruling?.hash) return { ...other, now: moment.now };
  }
  return asOf(context, subject, twin, moment.seq, moment.now, moment.ruling);
}
