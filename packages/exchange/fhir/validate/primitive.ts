import { isBase64 } from './base64.ts';

/** What is wrong with a primitive value, or null; the value is what JSON holds. */
export type PrimitiveCheck = (value: unknown) => string | null;

const ID = /^[A-Za-z0-9\-.]{1,64}$/;
const OID = /^urn:oid:[0-2](\.(0|[1-9]\d*))+$/;
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?$/;
const DATE_TIME =
  /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?:T([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)(\.\d+)?)?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?)?)?)?$/;
/** Characters that neither JSON text nor XML of FHIR may carry. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
const LONGEST = 1_048_576;
const LARGEST = 2_147_483_647;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : String(JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function textual(check: (text: string) => string | null): PrimitiveCheck {
  return (value) => {
    if (typeof value !== 'string') return `${named(value)} where a text belongs`;
    if (value === '') return 'an empty text';
    return check(value);
  };
}

/** What a value is, in words. */
export function named(value: unknown): string {
  if (value == null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${shown(value)}`;
}

function whole(least: number): PrimitiveCheck {
  return (value) => {
    if (typeof value !== 'number') return `${named(value)} where a whole number belongs`;
    if (!Number.isInteger(value)) return `${value} is not a whole number`;
    return value < least || value > LARGEST ? `${value} is not within ${least} to ${LARGEST}` : null;
  };
}

const anyText = textual((text) => {
  if (text.length > LONGEST) return `a text of ${text.length} characters, where ${LONGEST} are the most`;
  if (CONTROL.test(text)) return 'a control character';
  return text.trim() === '' ? 'a text of blanks only' : null;
});

const uri = textual((text) => {
  if (/\s/.test(text)) return `the blank in "${shown(text)}"`;
  if (text.length > LONGEST) return `a text of ${text.length} characters`;
  if (text.startsWith('oid:')) return `"${shown(text)}": an OID is written urn:oid:…`;
  if (text.startsWith('uuid:')) return `"${shown(text)}": a UUID is written urn:uuid:…`;
  if (text.startsWith('urn:oid:') && !OID.test(text)) return `"${shown(text)}" is not a valid OID`;
  // A fragment or version may follow.
  if (text.startsWith('urn:uuid:') && !UUID.test(text.replace(/[|#].*$/s, '')))
    return `"${shown(text)}" is not a valid UUID in lower case`;
  return null;
});

function dateTime(withTime: 'never' | 'may' | 'must'): PrimitiveCheck {
  return textual((text) => {
    const part = DATE_TIME.exec(text);
    if (part === null)
      return `"${shown(text)}" is not a date${withTime === 'never' ? '' : ' and time'} as FHIR writes it`;
    const [, year, month, day, hour, seconds, , , zone] = part;
    if (year === '0000') return `"${text}" has no year`;
    if (day !== undefined && Number(day) > daysIn(Number(year), Number(month)))
      return `"${text}" names a day that the month lacks`;
    if (hour === undefined) return withTime === 'must' ? `"${text}" has no time of day` : null;
    if (withTime === 'never') return `"${text}" has a time of day, where a date belongs`;
    if (seconds === undefined) return `"${text}" has no seconds`;
    return zone === undefined ? `"${text}" has a time of day without a zone` : null;
  });
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const form = (what: string, pattern: RegExp): PrimitiveCheck =>
  textual((text) => (pattern.test(text) ? null : `"${shown(text)}" is not ${what}`));

/** The primitive types of R4 by name; `string` also stands for FHIRPath's own String of ids and URLs. */
export const primitives: Readonly<Record<string, PrimitiveCheck>> = {
  boolean: (value) => (typeof value === 'boolean' ? null : `${named(value)} where true or false belongs`),
  decimal: (value) =>
    typeof value !== 'number'
      ? `${named(value)} where a number belongs`
      : Number.isFinite(value)
        ? null
        : 'a number beyond what can be held',
  integer: whole(-LARGEST - 1),
  positiveInt: whole(1),
  unsignedInt: whole(0),
  instant: dateTime('must'),
  dateTime: dateTime('may'),
  date: dateTime('never'),
  time: form('a time as hh:mm:ss', TIME),
  code: textual((text) => (/^[^\s]+( [^\s]+)*$/.test(text) ? null : `the blanks in "${shown(text)}"`)),
  id: textual((text) =>
    text.length > 64
      ? `an id of ${text.length} characters, where 64 are the most`
      : ID.test(text)
        ? null
        : `"${shown(text)}" has characters other than letters, digits, - and .`,
  ),
  oid: form('an OID as urn:oid:…', OID),
  uuid: form('a UUID as urn:uuid:… in lower case', UUID),
  uri,
  url: uri,
  canonical: uri,
  string: anyText,
  markdown: anyText,
  xhtml: textual(() => null),
  base64Binary: textual((text) => (isBase64(text) ? null : `"${shown(text)}" is not base64`)),
};
