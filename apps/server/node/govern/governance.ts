import { createHash, randomUUID } from 'node:crypto';
import { CodedError, type Instant } from '@gemel/core';
import type { Hub } from '@gemel/runtime';
import type { Decision, Governor, Use } from '@gemel/runtime/govern/decide';
import { SOURCE_PREFIX } from '@gemel/runtime/log';
import type { NewEntry, Store } from '@gemel/store';
import type { AccessEvent, AccessRequest, Caller, Governance } from '../../access.ts';
import { REVIEWS, type ReviewNote } from './reviews.ts';

/** Entries of accesses to what belongs to nobody, or to somebody who is not known here or is erased. */
export const ACCESSES = `${SOURCE_PREFIX}accesses`;

/** Accesses wait so long, ms, or until there are so many, to be written together. */
const WAIT = 200;
const MOST = 256;
/** The same look at a twin by the same person within this time, ms, is one access: a cockpit asks again at each new value. */
const ONE_LOOK = 60_000;
const LOOKS = 10_000;

export interface GovernanceOptions {
  readonly hub: Pick<Hub, 'will' | 'subjects'>;
  readonly store: Store;
  readonly governor: Governor;
  readonly clock: () => Instant;
  /** Told why the record could not be written, where nobody waits for it. */
  readonly fault: (error: unknown) => void;
}

/** Decides by consent and policies, and keeps the record of accesses in the log. */
export interface LoggedGovernance extends Governance {
  decide(request: AccessRequest): Promise<Decision>;
  /** Writes what waits. */
  flush(): Promise<void>;
}

/** Whether an entry of kind `access` tells of an access, and not of a review of one. */
export function isAccess({ kind, payload }: Pick<NewEntry, 'kind' | 'payload'>): boolean {
  return kind === 'access' && typeof payload === 'object' && payload !== null && 'request' in payload;
}

/** Who asks, as consent and policies see it. */
export function useOf({ agent, purpose, patient, breakGlass }: Caller): Use {
  return {
    agent: { id: agent.id, kind: agent.kind, roles: agent.roles },
    purpose,
    ...(patient === null ? {} : { patient }),
    ...(breakGlass === undefined ? {} : { breakGlass }),
  };
}

export function createGovernance({ hub, store, governor, clock, fault }: GovernanceOptions): LoggedGovernance {
  let waiting: NewEntry[] = [];
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  const looks = new Map<string, Instant>();
  /** Names under which something is known, and which may hold an entry. */
  const known = new Set<string>();

  const entryOf = (event: AccessEvent): NewEntry => {
    const { request, decision, ...done } = event;
    const { caller, ...asked } = request;
    const { token: _, scopes: __, ...who } = caller;
    const { permit, reason, policies, consent } = decision;
    const payload = { request: { ...asked, caller: who }, decision: { permit, reason, policies, consent }, ...done };
    return {
      id: randomUUID(),
      subject: subjectOf(event) ?? ACCESSES,
      kind: 'access',
      trueAt: request.at,
      knownAt: clock(),
      payload: subjectOf(event) === request.subject ? payload : unnamed(payload),
    };
  };

  /** Under whose key the entry is sealed: theirs, unless nothing is known of them, or nothing will be. */
  const subjectOf = ({ request, outcome }: AccessEvent): string | null => {
    const { subject, action } = request;
    if (subject === null || (action === 'erase' && outcome === 'success')) return null;
    const writes = (action === 'create' || action === 'update') && outcome === 'success';
    return writes || known.has(subject) ? subject : null;
  };

  const entriesOf = (events: readonly AccessEvent[]): readonly NewEntry[] =>
    events.flatMap((event) => {
      const entry = entryOf(event);
      const { caller, at } = event.request;
      if (caller.breakGlass === undefined || !event.decision.permit) return [entry];
      const note: ReviewNote = { kind: 'opened', access: entry.id, agent: caller.agent.id, reason: caller.breakGlass };
      return [
        entry,
        { id: randomUUID(), subject: REVIEWS, kind: 'access', trueAt: at, knownAt: entry.knownAt, payload: note },
      ];
    });

  const isRepeated = ({ request, outcome }: AccessEvent): boolean => {
    const { action, type, subject, caller, at } = request;
    const looksOnly = (action === 'read' || action === 'search') && type === 'Twin' && caller.breakGlass === undefined;
    if (!looksOnly || outcome !== 'success') return false;
    const key = JSON.stringify([caller.agent.id, caller.token, caller.purpose, action, subject]);
    const last = looks.get(key);
    if (last !== undefined && at >= last && at - last < ONE_LOOK) return true;
    looks.delete(key);
    looks.set(key, at);
    if (looks.size > LOOKS) looks.delete(looks.keys().next().value!);
    return false;
  };

  const append = async (entries: readonly NewEntry[]): Promise<void> => {
    try {
      await store.append(entries);
    } catch (error) {
      if (!isCoded(error, 'store-erased', 'store-id-taken')) throw error;
      for (const entry of entries) await appendAlone(entry);
    }
  };

  /** Somebody may have been erased while their accesses waited: what is written of them then names nobody. */
  const appendAlone = async (entry: NewEntry): Promise<void> => {
    const nobody = { ...entry, subject: ACCESSES, payload: unnamed(entry.payload as Payload) };
    try {
      await store.append([entry]).catch((error: unknown) => {
        if (!isCoded(error, 'store-erased')) throw error;
        return store.append([nobody]);
      });
    } catch (error) {
      // Written before the attempt that failed.
      if (!isCoded(error, 'store-id-taken')) throw error;
    }
  };

  /** What could not be written waits for the next attempt. */
  const flush = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const entries = waiting;
    waiting = [];
    const attempt = writing.then(() => (entries.length > 0 ? append(entries) : undefined));
    writing = attempt.catch(() => {
      waiting = [...entries, ...waiting];
    });
    return attempt;
  };

  const later = () => {
    flush().catch((error: unknown) => fault(error));
  };

  return {
    async decide(request) {
      const { subject } = request;
      const will = subject === null || subject === '' ? null : await hub.will(subject);
      if (will?.known) known.add(subject!);
      const { action, type, labels = [], caller, at } = request;
      return governor.decide({ use: useOf(caller), action, data: { type, labels }, will, at });
    },

    entriesOf,

    async record(events) {
      const fresh = events.filter((event) => !isRepeated(event));
      if (fresh.length === 0) return;
      waiting.push(...entriesOf(fresh));
      const urgent = fresh.some(({ request }) => request.caller.breakGlass !== undefined || WRITES.has(request.action));
      if (urgent) return flush();
      if (waiting.length >= MOST) later();
      else timer ??= setTimeout(later, WAIT);
    },

    flush,
  };
}

function isCoded(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof CodedError && codes.includes(error.code);
}

/** What changes something is on the disk before its answer goes out. */
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'delete', 'release', 'export', 'erase']);

interface Payload {
  readonly request: { readonly subject: string | null };
}

/** What does not name anybody: a digest tells whether two were the same, to whoever knows the name. */
function unnamed(payload: Payload): unknown {
  const { subject } = payload.request;
  const digest = subject === null ? null : `urn:sha256:${createHash('sha256').update(subject).digest('hex')}`;
  return { ...payload, request: { ...payload.request, subject: digest }, entities: [], query: undefined };
}
