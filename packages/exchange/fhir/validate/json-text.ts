/** A remark on the text itself, 1-based. */
export interface TextRemark {
  readonly rule: 'json-comment' | 'json-name-twice' | 'json-mark';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** A text that is not JSON, and where that shows. */
export class JsonFault extends Error {
  readonly rule: 'json-form' | 'json-depth';
  readonly line: number;
  readonly column: number;
  constructor(rule: JsonFault['rule'], message: string, line: number, column: number) {
    super(message);
    this.rule = rule;
    this.line = line;
    this.column = column;
  }
}

/** Deepest nesting that is read. */
export const DEEPEST = 200;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none of them in a text
const STRING_PIECE = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Reads JSON strictly and says of each fault where it is. Comments, a byte order mark and names given twice, which
 * `JSON.parse` either refuses without a place or lets pass, are told as remarks; of a name given twice the last value stays.
 * @throws JsonFault for everything else that is not JSON, and for nesting beyond DEEPEST
 */
export function readJson(text: string): { readonly value: unknown; readonly remarks: readonly TextRemark[] } {
  return new Reader(text).document();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  readonly #remarks: TextRemark[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  document(): { readonly value: unknown; readonly remarks: readonly TextRemark[] } {
    if (this.#text.startsWith('\uFEFF')) {
      this.#remark('json-mark', 'the text begins with a byte order mark', 0);
      this.#at = 1;
    }
    this.#blanks();
    if (this.#at >= this.#text.length) throw this.#fault('the text is empty');
    const value = this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) throw this.#fault(`${this.#seen()} after the end`);
    return { value, remarks: this.#remarks };
  }

  #value(): unknown {
    const text = this.#text;
    const first = text[this.#at];
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    if (first === '"') return this.#string();
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (text.startsWith(word, this.#at) && !/[\w$]/.test(text[this.#at + word.length] ?? '')) {
        this.#at += word.length;
        return value;
      }
    }
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(text);
    if (found === null || /[\w.]/.test(text[NUMBER.lastIndex] ?? ''))
      throw this.#fault(`${this.#seen()} where a value belongs`);
    this.#at = NUMBER.lastIndex;
    return Number(found[0]);
  }

  #object(): unknown {
    const out: Record<string, unknown> = {};
    this.#enter();
    this.#blanks();
    if (this.#text[this.#at] === '}') return this.#leave(out);
    for (;;) {
      this.#blanks();
      if (this.#text[this.#at] !== '"') throw this.#fault(`${this.#seen()} where a name in quotes belongs`);
      const at = this.#at;
      const name = this.#string();
      this.#blanks();
      if (this.#text[this.#at] !== ':') throw this.#fault(`${this.#seen()} where a colon belongs after "${name}"`);
      this.#at++;
      this.#blanks();
      if (Object.hasOwn(out, name)) this.#remark('json-name-twice', `"${name}" is given twice in one object`, at);
      const value = this.#value();
      // A name of Object's own is a name like any other.
      if (name === '__proto__')
        Object.defineProperty(out, name, { value, enumerable: true, configurable: true, writable: true });
      else out[name] = value;
      this.#blanks();
      if (this.#text[this.#at] === '}') return this.#leave(out);
      if (this.#text[this.#at] !== ',') throw this.#fault(`${this.#seen()} where a comma or } belongs`);
      this.#at++;
    }
  }

  #array(): unknown {
    const out: unknown[] = [];
    this.#enter();
    this.#blanks();
    if (this.#text[this.#at] === ']') return this.#leave(out);
    for (;;) {
      this.#blanks();
      out.push(this.#value());
      this.#blanks();
      if (this.#text[this.#at] === ']') return this.#leave(out);
      if (this.#text[this.#at] !== ',') throw this.#fault(`${this.#seen()} where a comma or ] belongs`);
      this.#at++;
    }
  }

  #enter(): void {
    if (++this.#depth > DEEPEST) throw this.#fault(`nested more than ${DEEPEST} deep`, 'json-depth');
    this.#at++;
  }

  #leave<T>(value: T): T {
    this.#depth--;
    this.#at++;
    return value;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at++;
    let out = '';
    for (;;) {
      STRING_PIECE.lastIndex = this.#at;
      out += STRING_PIECE.exec(text)![0];
      this.#at = STRING_PIECE.lastIndex;
      const next = text[this.#at];
      if (next === '"') {
        this.#at++;
        return out;
      }
      if (next === undefined) {
        this.#at = start;
        throw this.#fault('a text that does not end');
      }
      if (next !== '\\') throw this.#fault('a control character in a text');
      const code = text[this.#at + 1] ?? '';
      if (code === 'u') {
        const digits = text.slice(this.#at + 2, this.#at + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#fault('\\u without four digits');
        out += String.fromCharCode(Number.parseInt(digits, 16));
        this.#at += 6;
      } else {
        const plain = Object.hasOwn(ESCAPES, code) ? ESCAPES[code] : undefined;
        if (plain === undefined) throw this.#fault(`\\${code} is no escape of JSON`);
        out += plain;
        this.#at += 2;
      }
    }
  }

  #blanks(): void {
    const text = this.#text;
    for (;;) {
      while (text[this.#at] === ' ' || text[this.#at] === '\n' || text[this.#at] === '\r' || text[this.#at] === '\t')
        this.#at++;
      if (text[this.#at] !== '/') return;
      const start = this.#at;
      const end =
        text[start + 1] === '/'
          ? text.indexOf('\n', start)
          : text[start + 1] === '*'
            ? text.indexOf('*/', start + 2)
            : -2;
      if (end === -2) return;
      if (end === -1 && text[start + 1] === '*') throw this.#fault('a comment that does not end');
      this.#remark('json-comment', 'JSON has no comments', start);
      this.#at = end === -1 ? text.length : text[start + 1] === '*' ? end + 2 : end;
    }
  }

  #seen(): string {
    const next = this.#text[this.#at];
    if (next === undefined) return 'the end';
    const word = /^[\w$.-]{1,20}/.exec(this.#text.slice(this.#at, this.#at + 20))?.[0] ?? next;
    return `"${word}"`;
  }

  #place(at: number): { readonly line: number; readonly column: number } {
    const before = this.#text.slice(0, at);
    const start = before.lastIndexOf('\n') + 1;
    return { line: before.split('\n').length, column: at - start + 1 };
  }

  #remark(rule: TextRemark['rule'], text: string, at: number): void {
    if (this.#remarks.length < 100) this.#remarks.push({ rule, text, ...this.#place(at) });
  }

  #fault(message: string, rule: JsonFault['rule'] = 'json-form'): JsonFault {
    const { line, column } = this.#place(this.#at);
    return new JsonFault(rule, message, line, column);
  }
}
