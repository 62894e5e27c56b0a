import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvRows, parseNumber, sniffDelimiter } from './csv.ts';
import { jsonRows } from './json-rows.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('quotes, doubled quotes, line ends inside cells, CR and CRLF', () => {
  const rows = [...csvRows(bytes('a,"b ""c"", d"\r\n"line\r\ntwo",x\rlast,row'), ',')];
  expect(rows.map((row) => row.cells)).toEqual([
    ['a', 'b "c", d'],
    ['line\r\ntwo', 'x'],
    ['last', 'row'],
  ]);
  expect(rows.map((row) => row.line)).toEqual([1, 2, 4]);
  expect(rows.map((row) => row.closed)).toEqual([true, true, false]);
});

test('byte offsets point at the row, byte order mark and multi-byte text included', () => {
  const data = bytes('\ufeffzeit;wert\nü;5,6\n');
  for (const row of csvRows(data, ';')) {
    const text = new TextDecoder().decode(data.subarray(row.byteStart, row.byteEnd));
    expect(text.split(';')).toEqual(row.cells);
  }
});

test('UTF-16 and Windows-1252 are read', () => {
  const utf16 = new Uint8Array([0xff, 0xfe, ...[...'a;ü\n'].flatMap((c) => [c.charCodeAt(0), 0])]);
  expect([...csvRows(utf16, ';')][0]!.cells).toEqual(['a', 'ü']);
  expect([...csvRows(new Uint8Array([0x61, 0x3b, 0xfc]), ';')][0]!.cells).toEqual(['a', 'ü']);
});

test('a quote that never closes says so', () => {
  expect([...csvRows(bytes('a,b\nc,"d\ne,f\n'), ',')].map((row) => row.openQuote)).toEqual([false, true]);
});

test('what a table says is read back', () => {
  const cell = fc
    .string({ minLength: 1 })
    .map((text) => text.trim())
    .filter((text) => text !== '');
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), (table) => {
      const text = table.map((row) => `${row.map((c) => `"${c.replaceAll('"', '""')}"`).join(',')}\n`).join('');
      expect([...csvRows(bytes(text), ',')].map((row) => row.cells)).toEqual(table);
    }),
  );
});

test.each([
  ['5.6', 5.6],
  ['5,6', 5.6],
  ['1,234.5', 1234.5],
  ['1.234,5', 1234.5],
  [' 120 ', 120],
  ['-3', -3],
  ['', null],
  ['12 mg', null],
  ['1e', null],
])('number %s', (text, value) => expect(parseNumber(text)).toBe(value));

test('the delimiter that splits is found', () => {
  expect(sniffDelimiter(bytes('a;b;c\n1,5;2;3\n'))).toBe(';');
  expect(sniffDelimiter(bytes('a\tb\n'))).toBe('\t');
  expect(sniffDelimiter(bytes('just text\n'))).toBeNull();
});

test('JSON elements are walked one by one, wherever they stand', () => {
  const paths = (text: string) => [...jsonRows(bytes(text))].map((row) => [row.path, row.fault, row.value]);
  expect(paths('[{"a":1},\n {"b":"}]"}]')).toEqual([
    ['[0]', null, { a: 1 }],
    ['[1]', null, { b: '}]' }],
  ]);
  expect(paths('{"n":3,"entries":[{"a":1}],"treatments":[{"b":2}]}')).toEqual([
    ['entries[0]', null, { a: 1 }],
    ['treatments[0]', null, { b: 2 }],
  ]);
  expect(paths('{"a":1}\n{"b":2}\n')).toEqual([
    ['line 1', null, { a: 1 }],
    ['line 2', null, { b: 2 }],
  ]);
  expect(paths('{"a":1}')).toEqual([['', null, { a: 1 }]]);
});

test('a broken element spoils itself alone; a cut-off file says so', () => {
  const faults = (text: string) => [...jsonRows(bytes(text))].map((row) => row.fault);
  expect(faults('[{"a":1},{"b":},{"c":3}]')).toEqual([null, 'invalid', null]);
  expect(faults('[{"a":1},{"b":2')).toEqual([null, 'truncated']);
  expect(faults('[{"a":1},')).toEqual([null, 'truncated']);
  expect(faults('{"entries":[{"a":1}')).toEqual([null, 'truncated']);
  expect(faults('{"entries":[{"a":1},{"b":')).toEqual([null, 'truncated']);
});

test('byte ranges of JSON elements hold the element', () => {
  const text = '[ {"é":"ü"} , {"b":[1,{"c":2}]} ]';
  const data = bytes(text);
  for (const row of jsonRows(data)) {
    expect(JSON.parse(new TextDecoder().decode(data.subarray(row.byteStart, row.byteEnd)))).toEqual(row.value);
  }
});

test('no bytes make the walkers throw or loop', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytes), fc.string().map(bytes)), (data) => {
      expect([...jsonRows(data)].length).toBeLessThanOrEqual(data.length + 1);
      expect([...csvRows(data, ',')].length).toBeLessThanOrEqual(data.length);
    }),
    { numRuns: 500 },
  );
});
