import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { charsetNamed } from './charset.ts';
import { STANDARD } from './delimiters.ts';
import { layOut } from './layout.ts';
import { type Message, parseMessage } from './message.ts';
import { frame, Unframer } from './mllp.ts';
import { type SegmentText, segmentsOf, writeMessage } from './write.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const parsed = (source: string | Uint8Array): Message => {
  const bytes = typeof source === 'string' ? bytesOf(source) : source;
  const [span] = layOut(bytes);
  const message = parseMessage(bytes, span!.start, span!.end);
  if (!('segments' in message)) throw new Error(message.message);
  return message;
};
const fault = (source: string) => {
  const bytes = bytesOf(source);
  return parseMessage(bytes, 0, bytes.length);
};
const HEAD = 'MSH|^~\\&|A|B|C|D|20240131||ADT^A01|1|P|2.5';

const value = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
  fc.constantFrom(null, '', '""', '|^~\\&', '\\F\\', '\r', '\n', 'Ä', '\\.br\\', '\u0000'),
);
const field = fc.array(fc.array(fc.array(value, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 3,
});
const segment = fc.record({
  id: fc.constantFrom('PID', 'OBX', 'ZZ1', 'PV1'),
  fields: fc.array(field, { maxLength: 6 }),
});
const header: SegmentText = {
  id: 'MSH',
  fields: ['A', '', 'B', '', '20240131', '', [['ADT', 'A01']], '7', 'P', '2.5.1'],
};

/** Trailing parts that are empty say nothing: written or not, the message is the same. */
const trim = (list: readonly unknown[], empty: (one: unknown) => boolean) => {
  let count = list.length;
  while (count > 0 && empty(list[count - 1])) count--;
  return list.slice(0, count);
};
const normal = (segments: readonly SegmentText[]) =>
  segments.map(({ id, fields }) => {
    const whole = fields.map((each) => {
      const repetitions = typeof each === 'string' || each === null ? [[[each]]] : each;
      const read = repetitions.map((repetition) => {
        const components = typeof repetition === 'string' || repetition === null ? [[repetition]] : repetition;
        return trim(
          components.map((component) =>
            trim(typeof component === 'string' || component === null ? [component] : component, (part) => part === ''),
          ),
          (component) => (component as unknown[]).length === 0,
        );
      });
      return trim(read, (repetition) => (repetition as unknown[]).length === 0);
    });
    return { id, fields: trim(whole, (each) => (each as unknown[]).length === 0) };
  });

describe('messages', () => {
  test('decode(encode(x)) = x for any text, repetition, component and sub-component', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 5 }), (segments) => {
        const all = [header, ...segments];
        expect(normal(segmentsOf(parsed(writeMessage(all))))).toEqual(normal(all));
      }),
      { numRuns: 150 },
    );
  });

  test('decode(encode(x)) = x under other delimiters, and with a truncation character', () => {
    const other = {
      field: 0x23,
      component: 0x21,
      repetition: 0x2b,
      escape: 0x3f,
      subcomponent: 0x25,
      truncation: 0x24,
    };
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 3 }), (segments) => {
        const all = [header, ...segments];
        expect(normal(segmentsOf(parsed(writeMessage(all, other))))).toEqual(normal(all));
      }),
      { numRuns: 50 },
    );
  });

  test('every value stands where its bytes say', () => {
    const message = parsed(`${HEAD}\rPID|1||123^^^H&1.2&ISO~456||Müller^Änne`);
    const pid = message.segments[1]!;
    const [first, second] = pid.field(3);
    expect(new TextDecoder().decode(message.bytes.subarray(second!.start, second!.end))).toBe('456');
    expect(first!.components[3]!.parts).toEqual(['H', '1.2', 'ISO']);
    expect(pid.text(5, 2)).toBe('Änne');
    const [start, end] = [pid.fieldStart(5), pid.fieldEnd(5)];
    expect(new TextDecoder().decode(message.bytes.subarray(start, end))).toBe('Müller^Änne');
    expect([pid.has(2), pid.has(3), pid.has(40)]).toEqual([false, true, false]);
  });

  test.each([
    ['\\F\\\\S\\\\T\\\\R\\\\E\\', '|^&~\\'],
    ['a\\X0D\\b', 'a\rb'],
    ['\\Xc3a4\\', 'ä'],
    ['one\\.br\\two', 'one\ntwo'],
    ['one\\.sp2\\two', 'one\n\ntwo'],
    ['\\H\\high\\N\\', 'high'],
    ['\\Zlocal\\', '\\Zlocal\\'],
    ['\\C2842\\x', '\\C2842\\x'],
    ['\\Xzz\\', '\\Xzz\\'],
    ['open\\F', 'open\\F'],
  ])('the escape sequence %j reads as %j', (written, read) => {
    expect(parsed(`${HEAD}\rNTE|1||${written}`).segments[1]!.text(3)).toBe(read);
  });

  test('line ends: \\r, \\n, both, blanks, a mark at the begin; a line that is no segment belongs to the field before it', () => {
    for (const end of ['\r', '\n', '\r\n', '\n\r', '\r\r', '\r\n  ']) {
      const message = parsed(`\uFEFF${HEAD}${end}EVN|A01${end}PID|1||7${end}`);
      expect(message.segments.map(({ id }) => id)).toEqual(['MSH', 'EVN', 'PID']);
      expect(message.segments[2]!.text(3)).toBe('7');
    }
    const broken = parsed(`${HEAD}\rNTE|1||first\nsecond line\rPID|1||7`);
    expect(broken.segments.map(({ id }) => id)).toEqual(['MSH', 'NTE', 'PID']);
    expect(broken.segments[1]!.text(3)).toBe('first\nsecond line');
  });

  test('"" is the wish to delete, not text', () => {
    expect(parsed(`${HEAD}\rPID|1||""`).segments[1]!.field(3)[0]!.components[0]!.parts).toEqual([null]);
  });

  test.each([
    ['8859/1', 'Müller', 'ISO-8859-1'],
    ['8859/2', 'Łódź', 'ISO-8859-2'],
    ['8859/5', 'Иван', 'ISO-8859-5'],
    ['8859/7', 'Αθήνα', 'ISO-8859-7'],
    ['8859/9', 'Ğİş', 'ISO-8859-9'],
    ['8859/15', '€uro', 'ISO-8859-15'],
    ['UNICODE UTF-8', 'Łódź €', 'UTF-8'],
  ])('the character set %s is read and written', (name, text) => {
    const head = { ...header, fields: [...header.fields, '', '', '', '', '', name] };
    const bytes = writeMessage([head, { id: 'NTE', fields: ['1', '', text] }]);
    const message = parsed(bytes);
    expect(message.charset).toBe(charsetNamed(name));
    expect(message.guessed).toBeNull();
    expect(message.segments[1]!.text(3)).toBe(text);
  });

  test('bytes beyond ASCII under no character set are read as UTF-8, else as Windows-1252, and it is said', () => {
    expect(parsed(`${HEAD}\rNTE|1||é`).guessed).toBe('utf-8');
    const bytes = bytesOf(`${HEAD}\rNTE|1||?`);
    bytes[bytes.length - 1] = 0x80;
    expect(parsed(bytes).guessed).toBe('windows-1252');
    expect(parsed(bytes).segments[1]!.text(3)).toBe('€');
  });

  test.each([
    ['MSH|^~^&|A||||||ADT^A01|1|P|2.5', 'hl7v2-delimiters', 2],
    ['MSH|', 'hl7v2-delimiters', 2],
    ['MSH|abc|', 'hl7v2-delimiters', 2],
    ['MSH|^~\\&|A|B|C|D|2024|||1|P|2.5', 'hl7v2-header-missing', 9],
    ['MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|', 'hl7v2-header-missing', 12],
    ['MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|2.2', 'hl7v2-version', 12],
    ['MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|2.5||||||BIG-5', 'hl7v2-charset-unread', 18],
    ['MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|2.5||||||UNICODE UTF-16', 'hl7v2-charset-unread', 18],
  ])('%s is refused with segment and field', (source, code, at) => {
    expect(fault(source)).toMatchObject({ code, segment: 'MSH', field: at });
  });

  test('any bytes are divided without loss, in order, and parsed without throwing', () => {
    const piece = fc.constantFrom(
      'MSH|^~\\&|',
      'PID|',
      '\r',
      '\n',
      '|',
      '^',
      '\\',
      'ADT^A01',
      '2.5',
      '\v',
      '\x1c\r',
      'FHS|',
    );
    const source = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 60 }).map((parts) => bytesOf(parts.join(''))),
    );
    fc.assert(
      fc.property(source, (bytes) => {
        let at = 0;
        for (const span of layOut(bytes)) {
          expect(span.start).toBeGreaterThanOrEqual(at);
          expect(span.end).toBeGreaterThan(span.start);
          at = span.end;
          if (span.kind !== 'message') continue;
          const message = parseMessage(bytes, span.start, span.end);
          if ('segments' in message)
            for (const each of message.segments) for (let n = 1; n <= each.count; n++) each.field(n);
        }
        for (const byte of bytes.subarray(at)) expect(byte).toBeLessThanOrEqual(0x20);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('files', () => {
  const kinds = (text: string) =>
    [...layOut(bytesOf(text))].map((span) => (span.kind === 'envelope' ? span.id : span.kind));
  test('messages one after another, in batches, framed, with stray lines between', () => {
    expect(kinds(`${HEAD}\rPID|1\r\r${HEAD}\rPID|2`)).toEqual(['message', 'message']);
    expect(kinds(`FHS|^~\\&|A\rBHS|^~\\&|A\r${HEAD}\rPID|1\r${HEAD}\rBTS|2\rFTS|1\r`)).toEqual([
      'FHS',
      'BHS',
      'message',
      'message',
      'BTS',
      'FTS',
    ]);
    expect(kinds(`\v${HEAD}\rPID|1\r\x1c\r\v${HEAD}\r\x1c\r`)).toEqual(['message', 'message']);
    expect(kinds(`hello\r\n${HEAD}\rPID|1`)).toEqual(['stray', 'message']);
  });
});

describe('frames', () => {
  test('messages come out of any cut of the stream as they went in', () => {
    const message = fc
      .uint8Array({ maxLength: 40 })
      .map((bytes) => bytes.filter((byte) => byte !== 0x0b && byte !== 0x1c));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(60), { maxLength: 20 }), (messages, cuts) => {
        const stream = Uint8Array.from(messages.flatMap((each) => [...frame(each)]));
        const places = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort(
          (a, b) => a - b,
        );
        const unframer = new Unframer();
        const out = places
          .slice(1)
          .flatMap((to, i) => unframer.push(stream.subarray(places[i], to)).map((each) => [...each]));
        expect(out).toEqual(messages.map((each) => [...each]));
        expect(unframer.stray).toBe(0);
        expect(unframer.open).toBe(false);
      }),
    );
  });

  test('what stands between frames is counted; more than may be held is refused', () => {
    const unframer = new Unframer(10);
    expect(unframer.push(bytesOf('junk\vab\x1c\r'))).toHaveLength(1);
    expect(unframer.stray).toBe(4);
    unframer.push(bytesOf('\v12345'));
    expect(() => unframer.push(bytesOf('6789012345'))).toThrow(/longer than 10 bytes/);
  });

  test('the standard delimiters are those of chapter 2.5.4', () => {
    expect(String.fromCharCode(...Object.values(STANDARD).slice(0, 5))).toBe('|^~\\&');
  });
});
