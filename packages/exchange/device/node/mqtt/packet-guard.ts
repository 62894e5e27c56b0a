import type { Duplex } from 'node:stream';

/**
 * Follows the lengths that MQTT packets announce (3.1.1, 2.2) and says when one is longer than allowed: before any of it has
 * been gathered.
 */
export class PacketGuard {
  readonly #longest: number;
  /** Bytes of the packet still to come; −1 while its header is read. */
  #left = -1;
  #length = 0;
  #shift = -1;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Whether the bytes hold the beginning of a packet that is too long, or of none. */
  refuses(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; ) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        at += step;
      } else if (this.#left === 0) this.#left = -1;
      else if (this.#shift < 0) {
        at++;
        this.#shift = 0;
        this.#length = 0;
      } else {
        const byte = bytes[at++]!;
        this.#length += (byte & 0x7f) * 2 ** this.#shift;
        this.#shift += 7;
        if (this.#length > this.#longest || (byte >= 0x80 && this.#shift > 21)) return true;
        if (byte < 0x80) {
          this.#left = this.#length;
          this.#shift = -1;
        }
      }
    }
    return false;
  }
}

/** Ends the connection at the header of a packet that is too long. */
export function guardPackets(stream: Duplex, longest: number): void {
  const guard = new PacketGuard(longest);
  const read = stream.read.bind(stream);
  stream.read = (size) => {
    const bytes: Uint8Array | null = read(size);
    if (bytes === null || !guard.refuses(bytes)) return bytes;
    stream.destroy();
    return null;
  };
}
