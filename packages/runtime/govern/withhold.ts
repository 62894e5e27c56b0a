import type { LeftOut, Reason, Ruling } from '@gemel/core';
import type { Equipped } from '../fold.ts';
import type { LogItem, SubjectLog } from '../subject-log.ts';
import { kindKey } from './data-kind.ts';

/** What is left out of a twin’s sight, and the twin that sees everything its pack needs. */
export interface Withholding {
  readonly whole: Equipped;
  readonly leftOut: readonly LeftOut[];
  /** Names what is left out: the same for equal withholdings. */
  readonly key: string;
}

const narrowed = new WeakMap<Equipped, Map<string, Equipped>>();

/** The twin as the ruling lets it be: itself where nothing its pack could see is left out. */
export function narrowedBy(ruling: Ruling | null, whole: Equipped): Equipped {
  if (ruling === null || ruling.leftOut.length === 0) return whole;
  const key = JSON.stringify(ruling.leftOut.map(({ kind, items }) => (items === undefined ? kind : [kind, ...items])));
  let own = narrowed.get(whole);
  if (own === undefined) {
    own = new Map();
    narrowed.set(whole, own);
  }
  let twin = own.get(key);
  if (twin === undefined) {
    twin = { ...whole, lens: lensWithout(whole, ruling.leftOut), withholding: { whole, leftOut: ruling.leftOut, key } };
    if (own.size >= KEPT) own.clear();
    own.set(key, twin);
  }
  return twin;
}

/** Narrowed twins kept for each pack. */
const KEPT = 256;

function lensWithout({ lens }: Equipped, leftOut: readonly LeftOut[]): Equipped['lens'] {
  const isOut = excluder(leftOut);
  return {
    observation: (item) => (isOut(item) ? null : lens.observation(item)),
    control: (item) => (isOut(item) ? null : lens.control(item)),
    fact: (item) => (isOut(item) ? null : lens.fact(item)),
    concerns: (entry) => entry.item !== null && !isOut(entry.item) && lens.concerns(entry),
  };
}

type Item = NonNullable<LogItem['item']>;

/** Whether an item is left out. */
function excluder(leftOut: readonly LeftOut[]): (item: Item) => boolean {
  const kinds = new Set(leftOut.filter(({ items }) => items === undefined).map(({ kind }) => kind));
  const ids = new Set(leftOut.flatMap(({ items }) => items ?? []));
  return (item) => ids.has(item.id) || (kinds.size > 0 && kinds.has(kindKey(item)));
}

const told = new WeakMap<
  SubjectLog,
  WeakMap<Equipped, { readonly version: number; readonly kinds: readonly string[] }>
>();

/** Why the twin may use nothing of what its pack would see; empty where something is left to it, or there is nothing at all. */
export function nothingLeft({ twin, ruling }: Governed, log: SubjectLog): readonly Reason[] {
  const { withholding } = twin;
  if (withholding === undefined || ruling === null) return [];
  let own = told.get(log);
  if (own === undefined) {
    own = new WeakMap();
    told.set(log, own);
  }
  let known = own.get(twin);
  if (known === undefined || known.version !== log.version) {
    known = { version: log.version, kinds: allKinds(twin, withholding.whole, log) };
    own.set(twin, known);
  }
  const reasons = new Map<string, string>();
  for (const { kind, code, reason } of ruling.leftOut) if (known.kinds.includes(kind)) reasons.set(code, reason);
  return [...reasons].map(([code, statement]) => ({ code, statement }));
}

/** A twin, and the ruling that made it see no more than it does; null where nothing governs. */
export interface Governed {
  readonly twin: Equipped;
  readonly ruling: Ruling | null;
}

/** Kinds of all that the pack would see, where the twin sees none of it; else none. */
function allKinds(twin: Equipped, whole: Equipped, log: SubjectLog): readonly string[] {
  const kinds = new Set<string>();
  for (const list of [log.observations, log.controls, log.facts]) {
    for (const entry of list) {
      if (!whole.lens.concerns(entry)) continue;
      if (twin.lens.concerns(entry)) return [];
      kinds.add(kindKey(entry.item));
    }
  }
  return [...kinds];
}

/** Whether a calibration was made from something that is left out now: such a one does not stand. */
export function restsOnWithheld(log: SubjectLog, twin: Equipped, calibration: LogItem): boolean {
  const { withholding } = twin;
  if (withholding === undefined) return false;
  const { basis, leftOut = [] } = calibration.calibration!;
  const [isOut, wasOut] = [excluder(withholding.leftOut), excluder(leftOut)];
  for (const entry of log.items.values()) {
    const { item } = entry;
    if (item === null || entry.seq > basis || entry.trueAt > calibration.trueAt) continue;
    if (isOut(item) && !wasOut(item) && withholding.whole.lens.concerns(entry)) return true;
  }
  return false;
}
