import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { storeErrors } from '../errors.data.ts';
import { sealText, sha256, unsealText } from './envelope.ts';
import type { KeptSubject } from './key-ring.ts';

/** A payload, and what its seal is bound to. */
export interface Sealable {
  /** The position of the entry. */
  readonly seq: number;
  readonly about: string;
  /** JSON: without line breaks of its own. */
  readonly text: string;
}

/**
 * What stands for a payload in its row when it lies in a block: the block's number (6 bytes), the payload's place in it (2) and
 * the head of the block's SHA-256 (21), so that a leaf of the tree holds for the block. Shorter than anything sealed.
 */
const NUMBER = 6;
const PLACE = 2;
const DIGEST = 21;
const REFERENCE = NUMBER + PLACE + DIGEST;

/** A block that fits into a page of the file is written faster than it is compressed. */
const COMPRESS_FROM = 4000;

/** Blocks opened last that are kept: entries are mostly read in order. */
const KEPT = 16;

/** Whether a payload lies in a block. */
export function isReference(payload: Uint8Array): boolean {
  return payload.length === REFERENCE;
}

/**
 * Small payloads of one subject that are written together, sealed and compressed together: a seal costs as much for one as for
 * twenty. Each stands with what it is bound to, so that none opens for another row or for a row that was changed.
 */
export class SealedBlocks {
  readonly #file: string;
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #opened = new Map<number, readonly string[]>();

  constructor(database: DatabaseSync, file: string) {
    this.#file = file;
    this.#insert = database.prepare('insert into block (n, bytes) values (?, ?)');
    this.#find = database.prepare('select bytes from block where n = ?');
  }

  /** Forgets what was opened. */
  forget(): void {
    this.#opened.clear();
  }

  /** Writes a block and gives what stands for each payload; inside a transaction. */
  write(subject: KeptSubject, payloads: readonly Sealable[]): readonly Uint8Array[] {
    const n = payloads[0]!.seq;
    const text = payloads.map(({ about, text }) => `${JSON.stringify(about)}\n${text}`).join('\n');
    const bytes = sealText(subject.key, text, blockBinding(n), COMPRESS_FROM);
    this.#insert.run(n, bytes);
    const digest = sha256(bytes).subarray(0, DIGEST);
    return payloads.map((_, place) => {
      const reference = Buffer.allocUnsafe(REFERENCE);
      reference.writeUIntBE(n, 0, NUMBER);
      reference.writeUIntBE(place, NUMBER, PLACE);
      reference.set(digest, NUMBER + PLACE);
      return reference;
    });
  }

  /** The payload that a reference stands for. @throws store-corrupt */
  text(reference: Uint8Array, about: string, subject: KeptSubject): string {
    const { n, place } = parts(reference);
    const lines = this.#opened.get(n) ?? this.#open(n, subject);
    if (lines[2 * place] !== JSON.stringify(about)) {
      throw storeErrors.error('store-corrupt', 'An entry is not the one its seal is of.', {
        file: this.#file,
        element: about,
      });
    }
    return lines[2 * place + 1]!;
  }

  /** Whether the block that a reference names is there as it was written. */
  holds(reference: Uint8Array): boolean {
    const { n, digest } = parts(reference);
    const row = this.#find.get(n) as { bytes: Uint8Array } | undefined;
    return row !== undefined && Buffer.compare(sha256(row.bytes).subarray(0, DIGEST), digest) === 0;
  }

  #open(n: number, subject: KeptSubject): readonly string[] {
    const row = this.#find.get(n) as { bytes: Uint8Array } | undefined;
    if (row === undefined) {
      throw storeErrors.error('store-corrupt', `The block ${n} of sealed payloads is missing.`, { file: this.#file });
    }
    const lines = unsealText(subject.key, row.bytes, blockBinding(n)).split('\n');
    if (this.#opened.size >= KEPT) this.#opened.delete(this.#opened.keys().next().value!);
    this.#opened.set(n, lines);
    return lines;
  }
}

function blockBinding(n: number): string {
  return `block|${n}`;
}

function parts(reference: Uint8Array): { readonly n: number; readonly place: number; readonly digest: Uint8Array } {
  const bytes = Buffer.from(reference.buffer, reference.byteOffset, reference.length);
  return {
    n: bytes.readUIntBE(0, NUMBER),
    place: bytes.readUIntBE(NUMBER, PLACE),
    digest: bytes.subarray(NUMBER + PLACE),
  };
}
