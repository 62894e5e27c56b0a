import type { KeyObject } from 'node:crypto';
import { instant } from '@gemel/core';
import type { Entry, EntryKind, NewEntry, StoredSnapshot } from '../contract.ts';
import { seal, sealText, unseal, unsealText } from './envelope.ts';
import type { KeptSubject } from './key-ring.ts';

/** An entry as its table holds it, but for the dedupe key. */
export interface EntryRow {
  readonly seq: number;
  readonly id: string;
  /** The number of the subject. */
  readonly subject: number;
  readonly kind: string;
  readonly true_at: number;
  readonly known_at: number;
  readonly supersedes: string | null;
  readonly payload: Uint8Array;
}

/** A snapshot as its table holds it, but for subject and pack. */
export interface SnapshotRow {
  readonly seq: number;
  readonly true_at: number;
  readonly model_hash: string;
  readonly bytes: Uint8Array;
}

/** The payload, given as JSON text, sealed for its place in the log. */
export function sealPayload(seq: number, entry: NewEntry, subject: KeptSubject, text: string): Uint8Array {
  return sealText(subject.key, text, payloadBinding(seq, entry, subject.n));
}

/** What the seal of a payload is bound to. */
export function payloadBinding(seq: number, entry: NewEntry, n: number): string {
  const { id, kind, trueAt, knownAt, supersedes } = entry;
  return binding(seq, id, n, kind, trueAt, knownAt, supersedes ?? null);
}

/** Opens a row's payload, given what its seal is bound to. @throws store-corrupt */
export type OpenPayload = (payload: Uint8Array, about: string, subject: KeptSubject) => string;

const openPayload: OpenPayload = (payload, about, subject) => unsealText(subject.key, payload, about);

/** The entry of a row; without its subject where that was erased. @throws store-corrupt */
export function openEntry(row: EntryRow, subject: KeptSubject | null, open: OpenPayload = openPayload): Entry {
  const base = {
    id: row.id,
    kind: row.kind as EntryKind,
    trueAt: instant(row.true_at),
    knownAt: instant(row.known_at),
    ...(row.supersedes === null ? {} : { supersedes: row.supersedes }),
    seq: row.seq,
  };
  if (subject === null) return { ...base, subject: `erased:${row.subject}`, payload: null, erased: true };
  const about = binding(row.seq, row.id, row.subject, row.kind, row.true_at, row.known_at, row.supersedes);
  return { ...base, subject: subject.name, payload: JSON.parse(open(row.payload, about, subject)) };
}

export function sealSnapshot(snapshot: StoredSnapshot, n: number, key: KeyObject): Uint8Array {
  const { pack, seq, trueAt, modelHash, bytes } = snapshot;
  return seal(key, bytes, snapshotBinding(n, pack, seq, trueAt, modelHash));
}

/** @throws store-corrupt */
export function openSnapshot(row: SnapshotRow, pack: string, subject: KeptSubject): StoredSnapshot {
  const about = snapshotBinding(subject.n, pack, row.seq, row.true_at, row.model_hash);
  return {
    subject: subject.name,
    pack,
    seq: row.seq,
    trueAt: instant(row.true_at),
    modelHash: row.model_hash,
    bytes: new Uint8Array(unseal(subject.key, row.bytes, about)),
  };
}

/** What a payload's seal is bound to: a payload moved to another row, or a row with changed times, does not open. */
function binding(
  seq: number,
  id: string,
  subject: number,
  kind: string,
  trueAt: number,
  knownAt: number,
  supersedes: string | null,
): string {
  return `${seq}|${id}|${subject}|${kind}|${trueAt}|${knownAt}|${supersedes ?? ''}`;
}

function snapshotBinding(n: number, pack: string, seq: number, trueAt: number, modelHash: string): string {
  return `${n}|${pack}|${seq}|${trueAt}|${modelHash}`;
}
