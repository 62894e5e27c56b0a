import { canonicalJson } from '@gemel/core';
import type { Outcome } from './loss-account.ts';

/** One element of the source while its items wait to be written. */
export interface PendingElement {
  readonly type: string;
  readonly subject: string;
  /** Items that hold and that the element is or repeats. */
  readonly own: Set<string>;
  readonly outcomes: Outcome[];
  /** Entries waiting, with the outcome each stands for if it turns out to be new. */
  readonly entries: { readonly id: string; readonly outcome: Outcome }[];
}

/** An element counts as the best of what became of its parts; the rest is among the problems. */
export const BEST_FIRST: readonly Outcome[] = ['mapped', 'kept', 'duplicates', 'refused'];

/** What finally became of an element, once the store has said which of its entries were there already. */
export function outcomeOf(pending: PendingElement, repeated: ReadonlySet<string>): Outcome {
  const written = pending.entries.map((entry): Outcome => (repeated.has(entry.id) ? 'duplicates' : entry.outcome));
  const all = [...pending.outcomes, ...written];
  return BEST_FIRST.find((each) => all.includes(each)) ?? 'refused';
}

/** The content without the place it stood at: the same thing from another file is the same thing. */
export function contentText(payload: unknown): string {
  const replacer = (key: string, value: unknown) => (key === 'provenance' ? sourceIdOf(value) : value);
  const plain: unknown = JSON.parse(JSON.stringify(payload, replacer));
  return canonicalJson(plain);
}

function sourceIdOf(provenance: unknown): unknown {
  return typeof provenance === 'object' && provenance !== null && 'sourceId' in provenance
    ? provenance.sourceId
    : undefined;
}
