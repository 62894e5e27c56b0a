import { randomUUID } from 'node:crypto';
import { CodedError, type Instant } from '@gemel/core';
import { SOURCE_PREFIX } from '@gemel/runtime/log';
import type { Store } from '@gemel/store';
import type { ReviewRow } from '../../api.ts';
import { serverErrors } from '../../errors.data.ts';

/** Under this name stand the accesses past consent that a person is to look at, and what was found. They name no patient. */
export const REVIEWS = `${SOURCE_PREFIX}reviews`;

export type ReviewNote =
  | { readonly kind: 'opened'; readonly access: string; readonly agent: string; readonly reason: string }
  | { readonly kind: 'closed'; readonly access: string; readonly person: string; readonly finding: string };

/** Accesses past consent, oldest first. */
export async function listReviews(store: Store): Promise<readonly ReviewRow[]> {
  const entries = await store.read({ subject: REVIEWS, kinds: ['access'] });
  const notes = entries.map(({ payload, trueAt }) => ({ at: trueAt, note: payload as ReviewNote }));
  const rows: ReviewRow[] = [];
  for (const { at, note } of notes) {
    if (note.kind !== 'opened') continue;
    const closed = notes.find((other) => other.note.kind === 'closed' && other.note.access === note.access);
    const { access: id, agent, reason } = note;
    const end =
      closed?.note.kind === 'closed'
        ? { at: closed.at, person: closed.note.person, finding: closed.note.finding }
        : null;
    rows.push({ id, at, agent, reason, ...(await accessOf(store, id)), closed: end });
  }
  return rows;
}

/** Whose data and which; nothing where the person was erased since. */
async function accessOf(store: Store, id: string): Promise<Pick<ReviewRow, 'subject' | 'action' | 'type'>> {
  const entry = await store.get(id).catch((error: unknown) => {
    if (error instanceof CodedError && error.code === 'store-erased') return null;
    throw error;
  });
  if (entry === null) return { subject: null, action: null, type: null };
  const { subject, action, type } = (
    entry.payload as { request: { subject: string | null; action: string; type: string } }
  ).request;
  return { subject, action, type };
}

/**
 * A person says what they found. `agent`: who that is where people log in; nobody reviews an access of their own.
 * @throws server-review-unknown, server-review-closed, server-review-own, server-request-invalid
 */
export async function closeReview(
  store: Store,
  id: string,
  by: { readonly person: string; readonly finding: string },
  at: Instant,
  agent: string | null = null,
): Promise<ReviewRow> {
  for (const field of ['person', 'finding'] as const) {
    if (by[field].trim() === '')
      throw serverErrors.error('server-request-invalid', `The ${field} is missing.`, { field });
  }
  const row = (await listReviews(store)).find((each) => each.id === id);
  if (row === undefined)
    throw serverErrors.error('server-review-unknown', `There is no review "${id}".`, { field: 'id' });
  if (row.closed !== null)
    throw serverErrors.error('server-review-closed', `${row.closed.person} has closed it.`, { field: 'id' });
  if (row.agent === agent)
    throw serverErrors.error('server-review-own', 'Who went past the consent does not say what came of it.');
  const note: ReviewNote = { kind: 'closed', access: id, ...by };
  await store.append([
    {
      id: randomUUID(),
      subject: REVIEWS,
      kind: 'access',
      trueAt: at,
      knownAt: at,
      dedupeKey: `closed ${id}`,
      payload: note,
    },
  ]);
  return { ...row, closed: { at, ...by } };
}
