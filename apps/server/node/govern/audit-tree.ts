import { createHash } from 'node:crypto';
import { type Instant, isoInstant } from '@gemel/core';
import type { Store } from '@gemel/store';
import { STRIDE, verifyConsistency, verifyInclusion } from '@gemel/store/merkle';
import { serverErrors } from '../../errors.data.ts';

/** A head of the tree over the log, to be kept elsewhere: by it a later log shows that it begins with this one. */
export interface LogHead {
  readonly size: number;
  /** Hex. */
  readonly root: string;
  readonly at: string;
}

/** What a verification found. */
export interface LogVerdict {
  readonly head: LogHead;
  /** Entries whose stored bytes were read and lead to the root. */
  readonly verified: number;
  /** The earlier head the log was held against; null where none was given. */
  readonly since: LogHead | null;
  readonly faults: readonly string[];
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export async function logHead(store: Store, at: Instant): Promise<LogHead> {
  const { size, root } = await store.treeHead();
  return { size, root: hex(root), at: isoInstant(at) };
}

/** Reads a head as it was written. @throws server-head-unreadable */
export function readHead(text: string, file: string): LogHead {
  let read: Partial<Record<keyof LogHead, unknown>> | null = null;
  try {
    read = JSON.parse(text);
  } catch {
    // Told below, as of any other content that is no head.
  }
  const { size, root, at } = read ?? {};
  const whole = Number.isSafeInteger(size) && (size as number) >= 0 && /^[0-9a-f]{64}$/.test(String(root));
  if (!whole || typeof at !== 'string')
    throw serverErrors.error('server-head-unreadable', `${file} holds no head of a log.`, { file });
  return { size: size as number, root: String(root), at };
}

/**
 * Verifies the log by its tree (RFC 6962). Whole: the stored bytes of every entry lead to the root; the proof of one entry holds
 * the hashes of all entries of its block, made from what is stored, so that one in each block is enough. Since a head: the log
 * begins with what that head was of, and the blocks since then are read.
 */
export async function verifyLog(store: Store, at: Instant, since: LogHead | null = null): Promise<LogVerdict> {
  const { size, root } = await store.treeHead();
  const head: LogHead = { size, root: hex(root), at: isoInstant(at) };
  const faults: string[] = [];
  if (since !== null) {
    if (since.size > size) {
      faults.push(`The log has ${size} entries; the earlier head was of ${since.size}.`);
      return { head, verified: 0, since, faults };
    }
    const proof = await store.consistencyProof(since.size, size);
    if (!verifyConsistency(sha256, proof, Buffer.from(since.root, 'hex'), root))
      faults.push(`The first ${since.size} entries are not those of the earlier head.`);
  }
  const block = 2 ** STRIDE;
  const begin = since === null ? 0 : Math.floor(since.size / block) * block;
  for (let first = begin; first < size; first += block) {
    // A last block that is not full is no subtree of its own: its entries are shown one by one.
    const step = first + block <= size ? block : 1;
    for (let index = first; index < Math.min(first + block, size); index += step) {
      const proof = await store.inclusionProof(index + 1, size);
      if (verifyInclusion(sha256, proof, root)) continue;
      const last = Math.min(first + block, size);
      faults.push(`Entries ${first + 1} to ${last} are not those that the tree was made of.`);
      break;
    }
  }
  return { head, verified: size - begin, since, faults };
}

/** That an entry is in the log, for somebody who has the head. */
export async function proveEntry(store: Store, seq: number) {
  const { leaf, index, size, path } = await store.inclusionProof(seq);
  const { root } = await store.treeHead(size);
  const holds = verifyInclusion(sha256, { leaf, index, size, path }, root);
  return { seq, size, leaf: hex(leaf), path: path.map(hex), root: hex(root), holds };
}
