import { concat } from '../bytes.ts';
import { hl7v2Errors } from './errors.data.ts';

const START = 0x0b;
const END = 0x1c;
const RETURN = 0x0d;

/** A message framed for the wire: 0x0B, the message, 0x1C 0x0D (Minimal Lower Layer Protocol, release 1). */
export function frame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(message.length + 3);
  framed[0] = START;
  framed.set(message, 1);
  framed[message.length + 1] = END;
  framed[message.length + 2] = RETURN;
  return framed;
}

/**
 * Takes bytes as they come and gives the messages whose frames are complete. What stands between frames is skipped and
 * counted. At most `most` bytes are held.
 */
export class Unframer {
  readonly #most: number;
  #held: Uint8Array[] = [];
  #size = 0;
  #within = false;
  /** Bytes so far that stood in no frame. */
  stray = 0;

  constructor(most = 16 * 1024 * 1024) {
    this.#most = most;
  }

  /** Whether a message has begun that has not ended. */
  get open(): boolean {
    return this.#within;
  }

  /** @throws exchange `hl7v2-too-long` for a message longer than `most` bytes; nothing after it is read */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    const messages: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (!this.#within) {
        const start = chunk.indexOf(START, at);
        const skipped = (start < 0 ? chunk.length : start) - at;
        // The carriage return that ends a frame may come with the next chunk.
        this.stray += skipped - (skipped > 0 && chunk[at] === RETURN ? 1 : 0);
        if (start < 0) break;
        this.#within = true;
        at = start + 1;
      }
      const end = chunk.indexOf(END, at);
      const part = chunk.subarray(at, end < 0 ? chunk.length : end);
      this.#size += part.length;
      if (this.#size > this.#most) {
        const message = `a message is longer than ${this.#most} bytes`;
        throw hl7v2Errors.error('hl7v2-too-long', message, { element: 'MSH' });
      }
      this.#held.push(end < 0 ? part.slice() : part);
      if (end < 0) break;
      messages.push(concat(this.#held));
      this.#held = [];
      this.#size = 0;
      this.#within = false;
      at = end + 1;
    }
    return messages;
  }
}
