import type { Instant } from '@gemel/core';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  type AppendResult,
  type Entry,
  type EntryQuery,
  type NewEntry,
  SNAPSHOTS_KEPT,
  type Store,
  type StoredSnapshot,
} from './contract.ts';
import { storeErrors } from './errors.data.ts';
import { type LeafRow, leafHashOf } from './leaf.ts';
import { TreeEdge, type TreeNode } from './merkle.ts';
import { type ProofPlan, planConsistency, planHead, planInclusion } from './tree-proofs.ts';

/** A store that lives as long as the process: for tests and the browser. Payloads are copied as JSON, as on a disk. */
export function memory(): Store {
  const log: Entry[] = [];
  const byId = new Map<string, Entry>();
  const bySubject = new Map<string, Entry[]>();
  const dedupe = new Set<string>();
  const erased = new Map<string, string>();
  /** What was sealed, null once erased: the sealed form is a ticket, as nothing outlives the process. */
  const sealed = new Map<
    string,
    { readonly subject: string; readonly about: string; readonly bytes: Uint8Array } | null
  >();
  let tickets = 0;
  let snapshots: StoredSnapshot[] = [];
  let open = true;

  const leaves: Uint8Array[] = [];
  const edge = new TreeEdge(sha256);
  const kept: TreeNode[] = [];

  /** Hashes the entries that no proof was asked for yet: of what is erased the hash stays, as on a disk. */
  const grow = () => {
    for (const entry of log.slice(leaves.length)) {
      leaves.push(leafHashOf(sha256, rowOf(entry)));
      edge.add(leaves.at(-1)!, kept);
    }
  };
  const prove = <Proof>(plan: ProofPlan<Proof>): Proof => {
    grow();
    return plan.proof(
      plan.needs.map(({ level, position, count }) =>
        Array.from({ length: count }, (_, i) =>
          Uint8Array.from(
            level === 0
              ? leaves[position + i]!
              : kept.find((node) => node.level === level && node.position === position + i)!.hash,
          ),
        ),
      ),
    );
  };

  const alive = () => {
    if (!open) throw storeErrors.error('store-closed', 'The store is closed.');
  };
  const known = (subject: string) => {
    if (erased.has(subject)) throw storeErrors.error('store-erased', `“${subject}” was erased.`);
  };
  /** Runs in the caller's turn, and gives errors as rejections as a disk store would. */
  const now = <T>(work: () => T): Promise<T> =>
    new Promise((resolve) => {
      alive();
      resolve(work());
    });

  return {
    append: (entries) =>
      now((): AppendResult => {
        const fresh: Entry[] = [];
        const duplicates: string[] = [];
        const ids = new Set<string>();
        const keys = new Set<string>();
        for (const entry of entries) {
          known(entry.subject);
          const key = dedupeKey(entry);
          if (key !== null && (dedupe.has(key) || keys.has(key))) {
            duplicates.push(entry.id);
            continue;
          }
          if (byId.has(entry.id) || ids.has(entry.id)) {
            throw storeErrors.error('store-id-taken', `The log already has an entry “${entry.id}”.`);
          }
          ids.add(entry.id);
          if (key !== null) keys.add(key);
          fresh.push({ ...entry, payload: copy(entry), seq: log.length + fresh.length + 1 });
        }
        for (const entry of fresh) {
          log.push(entry);
          byId.set(entry.id, entry);
          const own = bySubject.get(entry.subject);
          if (own === undefined) bySubject.set(entry.subject, [entry]);
          else own.push(entry);
        }
        for (const key of keys) dedupe.add(key);
        return { entries: fresh, duplicates };
      }),
    read: (query) =>
      now(() => {
        if (query.subject !== undefined) known(query.subject);
        const from = query.subject === undefined ? log : (bySubject.get(query.subject) ?? []);
        return select(from, query);
      }),
    get: (id) =>
      now(() => {
        const entry = byId.get(id) ?? null;
        if (entry?.erased) throw storeErrors.error('store-erased', `The subject of entry “${id}” was erased.`);
        return entry;
      }),
    subjects: () =>
      now(() =>
        [...bySubject].map(([subject, own]) => ({
          subject,
          entries: own.length,
          lastTrueAt: own.reduce((last, e) => (e.trueAt > last ? e.trueAt : last), own[0]!.trueAt),
          lastSeq: own.at(-1)!.seq,
        })),
      ),
    lastSeq: () => now(() => log.length),
    erasures: () => now(() => erased.size),
    putSnapshot: (snapshot) =>
      now(() => {
        known(snapshot.subject);
        const own = snapshots.filter((s) => s.subject === snapshot.subject && s.pack === snapshot.pack);
        const others = snapshots.filter((s) => s.subject !== snapshot.subject || s.pack !== snapshot.pack);
        const kept = own.filter((s) => s.seq !== snapshot.seq || s.trueAt !== snapshot.trueAt);
        kept.push({ ...snapshot, bytes: Uint8Array.from(snapshot.bytes) });
        kept.sort(newestFirst);
        snapshots = [...others, ...kept.slice(0, SNAPSHOTS_KEPT)];
      }),
    getSnapshot: (subject, pack, throughSeq, trueBefore) =>
      now(() => {
        known(subject);
        const usable = snapshots.filter(
          (s) =>
            s.subject === subject &&
            s.pack === pack &&
            s.seq <= throughSeq &&
            (trueBefore === undefined || s.trueAt < trueBefore),
        );
        const found = usable.sort(newestFirst)[0];
        return found === undefined ? null : { ...found, bytes: Uint8Array.from(found.bytes) };
      }),
    dropSnapshots: (subject, afterSeq) =>
      now(() => {
        const before = snapshots.length;
        snapshots = snapshots.filter((s) => s.subject !== subject || s.seq <= afterSeq);
        return before - snapshots.length;
      }),
    erase: (subject) =>
      now(() => {
        if (erased.has(subject)) return;
        grow();
        const alias = `erased:${erased.size + 1}`;
        for (const entry of bySubject.get(subject) ?? []) {
          const { supersedes } = entry;
          const blank: Entry = {
            id: entry.id,
            subject: alias,
            kind: entry.kind,
            trueAt: entry.trueAt,
            knownAt: entry.knownAt,
            ...(supersedes === undefined ? {} : { supersedes }),
            payload: null,
            seq: entry.seq,
            erased: true,
          };
          log[entry.seq - 1] = blank;
          byId.set(entry.id, blank);
        }
        bySubject.delete(subject);
        snapshots = snapshots.filter((s) => s.subject !== subject);
        for (const [ticket, object] of sealed) if (object?.subject === subject) sealed.set(ticket, null);
        erased.set(subject, alias);
      }),
    seal: (subject, bytes, about) =>
      now(() => {
        known(subject);
        const ticket = `gemel:sealed|${++tickets}`;
        sealed.set(ticket, { subject, about, bytes: Uint8Array.from(bytes) });
        return new TextEncoder().encode(ticket);
      }),
    unseal: (ticket, about) =>
      now(() => {
        const object = sealed.get(new TextDecoder().decode(ticket));
        if (object === null) throw storeErrors.error('store-erased', 'The subject of an object was erased.');
        if (object === undefined || object.about !== about) {
          throw storeErrors.error('store-corrupt', 'A sealed object does not match its seal.', { element: about });
        }
        return Uint8Array.from(object.bytes);
      }),
    treeHead: (size = log.length) => now(() => prove(planHead(sha256, size, log.length))),
    inclusionProof: (seq, size = log.length) => now(() => prove(planInclusion(sha256, seq, size, log.length))),
    consistencyProof: (before, size = log.length) =>
      now(() => prove(planConsistency(sha256, before, size, log.length))),
    close: () =>
      new Promise((resolve) => {
        open = false;
        resolve();
      }),
  };
}

/** An entry as a table would hold it, but unsealed and by name. */
function rowOf(entry: Entry): LeafRow {
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    seq: entry.seq,
    id: entry.id,
    subject: entry.subject,
    kind: entry.kind,
    true_at: entry.trueAt,
    known_at: entry.knownAt,
    dedupe: entry.dedupeKey === undefined ? null : sha256(bytes(entry.dedupeKey)),
    supersedes: entry.supersedes ?? null,
    payload: bytes(JSON.stringify(entry.payload)),
  };
}

function dedupeKey(entry: NewEntry): string | null {
  return entry.dedupeKey === undefined ? null : JSON.stringify([entry.subject, entry.kind, entry.dedupeKey]);
}

function copy(entry: NewEntry): unknown {
  return JSON.parse(payloadText(entry));
}

/** The payload as JSON text. @throws store-payload */
export function payloadText(entry: NewEntry): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(entry.payload);
  } catch (error) {
    cause = error;
  }
  if (text === undefined) {
    throw storeErrors.error(
      'store-payload',
      `The payload of entry “${entry.id}” is not JSON.`,
      { element: entry.id },
      undefined,
      cause,
    );
  }
  return text;
}

function select(from: readonly Entry[], query: EntryQuery): readonly Entry[] {
  const { kinds, afterSeq, throughSeq, knownBy, trueFrom, trueTo, limit } = query;
  const within = (value: number, low: number | undefined, high: number | undefined) =>
    (low === undefined || value >= low) && (high === undefined || value <= high);
  const found = from
    .slice(firstAfter(from, afterSeq ?? 0))
    .filter(
      (e) =>
        (kinds === undefined || kinds.includes(e.kind)) &&
        within(e.seq, undefined, throughSeq) &&
        within(e.knownAt, undefined, knownBy) &&
        within(e.trueAt, trueFrom, trueTo),
    );
  if (query.order === 'seq-descending') found.reverse();
  if (query.order === 'trueAt') found.sort((a, b) => a.trueAt - b.trueAt || a.seq - b.seq);
  return limit === undefined ? found : found.slice(0, limit);
}

/** Index of the first entry after `seq`; entries ascend by seq. */
function firstAfter(entries: readonly Entry[], seq: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (entries[mid]!.seq > seq) high = mid;
    else low = mid + 1;
  }
  return low;
}

function newestFirst(a: { trueAt: Instant; seq: number }, b: { trueAt: Instant; seq: number }): number {
  return b.trueAt - a.trueAt || b.seq - a.seq;
}
