import { readStamp } from './time.ts';
import { type Piece, type Setting, translated } from './values.ts';

/** The value of a primitive element from the first component of a field; undefined where there is none that fits. */
export function primitive(
  type: string,
  piece: Piece,
  vocabulary: string,
  codes: readonly string[],
  setting: Setting,
  component = 1,
): unknown {
  const text = piece.text(component);
  if (text === '') return undefined;
  switch (type) {
    case 'dateTime':
    case 'instant':
    case 'date':
      return stamp(type, text, setting);
    case 'time':
      return clockTime(text, setting);
    case 'decimal':
    case 'integer':
    case 'positiveInt':
    case 'unsignedInt':
      return number(type, text, setting);
    case 'boolean': {
      const said = translated(vocabulary || 'YesNoIndicator', text.toUpperCase())?.code ?? text.toLowerCase();
      if (said === 'true' || said === 'false') return said === 'true';
      setting.note('hl7v2-code-unmapped', `"${clip(text)}" is neither Y nor N`);
      return undefined;
    }
    case 'code':
      return code(text, vocabulary, codes, setting);
    case 'id':
      return /^[A-Za-z0-9\-.]{1,64}$/.test(text) ? text : undefined;
    case 'uri':
    case 'url':
    case 'canonical':
      return /\s/.test(text) ? undefined : text;
    case 'base64Binary':
      return base64(text);
    default:
      return component === 1 ? piece.whole() : text;
  }
}

/** Ends a time of day whose zone nobody stated, until it is either refused or reduced to its day. */
export const ZONELESS = '\uE000';

export function stamp(type: string, text: string, setting: Setting): string | undefined {
  const read = readStamp(text, setting.clock);
  if (read.kind === 'date') {
    if (type !== 'instant') return read.text;
    setting.note('hl7v2-value-unreadable', `"${clip(text)}" is known to the day, where an instant belongs`);
    return undefined;
  }
  if (read.kind === 'time') {
    if (type === 'date') return read.text.slice(0, 10);
    if (!read.local) return read.text;
    const message = `"${clip(text)}" has a time of day, and neither it, MSH-7 nor --zone states the zone`;
    setting.note('exchange-zone-missing', message);
    // FHIR knows no instant without a zone; a dateTime is given to the day, and whoever reads it is told.
    return type === 'instant' ? undefined : `${read.text}${ZONELESS}`;
  }
  if (read.kind === 'unreadable') setting.note('hl7v2-value-unreadable', `"${clip(text)}" is no date or time`);
  else if (read.kind === 'never')
    setting.note('exchange-local-time-never', `"${clip(text)}" does not exist in the zone`);
  else setting.note('exchange-local-time-twice', `"${clip(text)}" occurs twice in the zone`);
  return undefined;
}

function clockTime(text: string, setting: Setting): string | undefined {
  const part = /^(\d{2})(\d{2})(\d{2}(?:\.\d+)?)?(?:[+-]\d{4})?$/.exec(text);
  if (part !== null && Number(part[1]) < 24 && Number(part[2]) < 60 && Number(part[3] ?? 0) < 60) {
    return `${part[1]}:${part[2]}:${part[3] ?? '00'}`;
  }
  setting.note('hl7v2-value-unreadable', `"${clip(text)}" is no time of day`);
  return undefined;
}

export function number(type: string, text: string, setting: Setting): number | undefined {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  const whole = type !== 'decimal';
  const least = type === 'positiveInt' ? 1 : type === 'unsignedInt' ? 0 : Number.NEGATIVE_INFINITY;
  if (Number.isFinite(value) && (!whole || Number.isSafeInteger(value)) && value >= least) return value;
  setting.note('hl7v2-value-unreadable', `"${clip(text)}" is no ${type}`);
  return undefined;
}

function code(text: string, vocabulary: string, codes: readonly string[], setting: Setting): string | undefined {
  const mapped = vocabulary === '' ? undefined : translated(vocabulary, text)?.code;
  const said = mapped ?? (vocabulary === '' || codes.includes(text.toLowerCase()) ? text : undefined);
  if (said !== undefined) {
    if (codes.length === 0) return said.replace(/\s+/g, ' ');
    const fits = codes.find((each) => each === said || each === said.toLowerCase());
    if (fits !== undefined) return fits;
  }
  const wanted = codes.length > 0 && codes.length < 12 ? `; FHIR has ${codes.join(', ')}` : '';
  setting.note('hl7v2-code-unmapped', `"${clip(text)}" has no counterpart${wanted}`);
  return undefined;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const encoder = new TextEncoder();

/** Base 64 of the text's UTF-8 bytes. */
export function base64(text: string): string {
  const bytes = encoder.encode(text);
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    const left = bytes.length - i;
    out += ALPHABET[a >> 2]! + ALPHABET[((a & 3) << 4) | (b >> 4)]!;
    out += left > 1 ? ALPHABET[((b & 15) << 2) | (c >> 6)]! : '=';
    out += left > 2 ? ALPHABET[c & 63]! : '=';
  }
  return out;
}

export function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
