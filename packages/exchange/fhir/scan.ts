const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Beyond this nesting the scanner gives up instead of growing its stack for ever. */
const DEEPEST_SCANNED = 10_000;

/** Why a walk ended before the structure did. `cut`: the bytes ended; `depth`: nested beyond any sense. */
export interface Break {
  readonly reason: 'cut' | 'structure' | 'string' | 'depth';
  /** 0-based byte at which it showed. */
  readonly at: number;
}

/**
 * Walks JSON by its bytes, without building values: brackets, strings and commas only. Whether a stretch is valid JSON is
 * left to `JSON.parse` on its slice. Every method leaves `at` behind what it read, or sets `broken` and returns false.
 * No recursion, so nesting cannot exhaust the stack.
 */
export class Scanner {
  readonly bytes: Uint8Array;
  at: number;
  broken: Break | null = null;
  /** Names of members passed so far: colons outside strings. */
  names = 0;
  /** Deepest nesting passed so far. */
  deepest = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Steps over blanks; the byte that follows, or −1 at the end. */
  next(): number {
    const bytes = this.bytes;
    let at = this.at;
    while (
      at < bytes.length &&
      (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09)
    ) {
      at++;
    }
    this.at = at;
    return at < bytes.length ? bytes[at]! : -1;
  }

  /** Steps over one value of any kind. */
  skip(): boolean {
    const first = this.next();
    if (first === QUOTE) return this.string();
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) return this.nest();
    return this.scalar();
  }

  /**
   * Steps over an object member by member. `visit` sees each name with `at` on the first byte of its value; it either
   * steps over the value itself (returning true) or leaves it to be skipped.
   */
  members(visit: (name: string) => boolean): boolean {
    this.at++;
    if (this.next() === CLOSE_OBJECT) {
      this.at++;
      return true;
    }
    for (;;) {
      if (this.next() !== QUOTE) return this.fail('structure');
      const start = this.at;
      if (!this.string()) return false;
      const name = this.name(start, this.at);
      if (this.next() !== COLON) return this.fail('structure');
      this.at++;
      this.names++;
      if (this.next() === -1) return this.fail('cut');
      const stepped = visit(name);
      if (this.broken !== null || (!stepped && !this.skip())) return false;
      const after = this.next();
      if (after === COMMA) {
        this.at++;
        continue;
      }
      if (after !== CLOSE_OBJECT) return this.fail('structure');
      this.at++;
      return true;
    }
  }

  /** Text of the string value at `at`, or null where the value is no string; does not move. */
  peekString(): string | null {
    if (this.next() !== QUOTE) return null;
    const ahead = new Scanner(this.bytes, this.at);
    return ahead.string() ? ahead.name(this.at, ahead.at) : null;
  }

  fail(reason: Break['reason']): false {
    this.broken ??= { reason: this.at >= this.bytes.length ? 'cut' : reason, at: Math.min(this.at, this.bytes.length) };
    return false;
  }

  private string(): boolean {
    const bytes = this.bytes;
    let at = this.at + 1;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.at = at + 1;
        return true;
      }
      if (byte === BACKSLASH) at++;
      else if (byte < 0x20) {
        this.at = at;
        return this.fail('string');
      }
    }
    this.at = bytes.length;
    return this.fail('cut');
  }

  private nest(): boolean {
    const bytes = this.bytes;
    const open: number[] = [];
    let at = this.at;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.at = at;
        if (!this.string()) return false;
        at = this.at - 1;
      } else if (byte === COLON) this.names++;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        open.push(byte + 2);
        if (open.length > this.deepest) {
          this.deepest = open.length;
          if (open.length > DEEPEST_SCANNED) {
            this.at = at;
            return this.fail('depth');
          }
        }
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (open.pop() !== byte) {
          this.at = at;
          return this.fail('structure');
        }
        if (open.length === 0) {
          this.at = at + 1;
          return true;
        }
      }
    }
    this.at = at;
    return this.fail('cut');
  }

  private scalar(): boolean {
    const bytes = this.bytes;
    const start = this.at;
    let at = start;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte <= 0x20 || byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || byte === QUOTE) break;
    }
    this.at = at;
    return at > start || this.fail('structure');
  }

  private name(start: number, end: number): string {
    let text = '';
    for (let at = start + 1; at < end - 1; at++) {
      const byte = this.bytes[at]!;
      if (byte === BACKSLASH || byte >= 0x80) return this.decoded(start, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  private decoded(start: number, end: number): string {
    const quoted = new TextDecoder().decode(this.bytes.subarray(start, end));
    try {
      return String(JSON.parse(quoted));
    } catch {
      return quoted;
    }
  }
}
