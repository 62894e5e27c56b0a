import { clean, concept, stampPart } from './datatypes.ts';
import { organization, person } from './parties.ts';
import { base64, number, primitive } from './primitives.ts';
import { codeSystem, type Made, type Piece, type Setting } from './values.ts';

/** NM, CQ, SN, CWE (a unit), MO, CP → Quantity, or Money for an amount of money. */
export function quantity(piece: Piece, source: string, setting: Setting): Made | undefined {
  if (source === 'CWE' || source === 'CE') return unit(piece, 1, setting);
  if (source === 'SN') return structured(piece, setting);
  if (source === 'CP' || source === 'MO') {
    const [amount = '', currency = ''] =
      source === 'CP' ? piece.parts(1).map((part) => part ?? '') : [piece.text(1), piece.text(2)];
    const value = amount === '' ? undefined : number('decimal', amount, setting);
    return value === undefined ? undefined : { value, ...(/^[A-Z]{3}$/.test(currency) ? { currency } : {}) };
  }
  const comparator = /^\s*(<=|>=|<|>)\s*/.exec(piece.text(1));
  const text = piece.text(1).slice(comparator?.[0].length ?? 0);
  const value = text === '' ? undefined : number('decimal', text, setting);
  if (value === undefined) return undefined;
  const [code = '', words = '', system = ''] = source === 'CQ' ? piece.parts(2).map((part) => part ?? '') : [];
  return { value, ...(comparator ? { comparator: comparator[1] } : {}), ...unitFrom(code, words, system, setting) };
}

/** The unit a CWE names, without a value: unit, system, code. */
export function unit(piece: Piece, at: number, setting: Setting): Made | undefined {
  const made = unitFrom(piece.text(at), piece.text(at + 1), piece.text(at + 2), setting);
  if (Object.keys(made).length > 0) return made;
  const words = piece.text(9);
  return words === '' ? undefined : { unit: words };
}

export const UCUM = 'http://unitsofmeasure.org';

/** A unit is coded only where the message names the code system; else it is the text it is. */
function unitFrom(code: string, words: string, system: string, setting: Setting): Made {
  if (code === '' && words === '') return {};
  const uri =
    /^(UCUM|ISO\+)$/i.test(system) || system === ''
      ? /^UCUM$/i.test(system)
        ? UCUM
        : undefined
      : codeSystem(system, '', setting);
  if (code === '' || uri === undefined || /\s/.test(code)) return { unit: words || code };
  return { unit: words || code, system: uri, code };
}

/** SN: comparator, number, separator, number. */
function structured(piece: Piece, setting: Setting): Made | undefined {
  const [comparator, first] = [piece.text(1), piece.text(2)];
  const value = first === '' ? undefined : number('decimal', first, setting);
  if (value === undefined) return undefined;
  return /^(<=|>=|<|>)$/.test(comparator) ? { value, comparator } : { value };
}

/** NR, SN → Range. */
export function range(piece: Piece, source: string, setting: Setting): Made | undefined {
  const [from, to] = source === 'SN' ? [2, 4] : [1, 2];
  const bound = (n: number) => {
    const text = piece.text(n);
    const value = text === '' ? undefined : number('decimal', text, setting);
    return value === undefined ? undefined : { value };
  };
  if (source === 'SN') piece.text(3);
  return clean({ low: bound(from), high: bound(to) });
}

/** SN → Ratio. */
export function ratio(piece: Piece, setting: Setting): Made | undefined {
  const numerator = structured(piece, setting);
  const text = piece.text(4);
  piece.text(3);
  const below = text === '' ? undefined : number('decimal', text, setting);
  return numerator === undefined || below === undefined ? undefined : { numerator, denominator: { value: below } };
}

/** DR → Period. */
export function period(piece: Piece, setting: Setting): Made | undefined {
  return clean({ start: stampPart(piece, 1, setting), end: stampPart(piece, 2, setting) });
}

/** NM (days of stay), CQ → Duration. */
export function duration(piece: Piece, source: string, setting: Setting): Made | undefined {
  const made = quantity(piece, source, setting);
  if (made === undefined || source === 'CQ') return made;
  return { ...made, unit: 'days', system: UCUM, code: 'd' };
}

const HOUR_CODES = /^(AC|ACD|ACM|ACV|C|CD|CM|CV|HS|PC|PCD|PCM|PCV|WAKE|MORN|AFT|EVE|NIGHT|PHS)$/;
const EVERY = /^Q(\d+)(S|M|H|D|W|L)$/;
const PERIODS: Readonly<Record<string, string>> = { S: 's', M: 'min', H: 'h', D: 'd', W: 'wk', L: 'mo' };
const TIMES: Readonly<Record<string, number>> = { QD: 1, BID: 2, TID: 3, QID: 4 };
/** Codes of table 0335 that FHIR's timing abbreviations have. */
const ABBREVIATIONS = new Set(['BID', 'TID', 'QID', 'QD', 'QOD', 'AM', 'PM', 'Q4H', 'Q6H']);

/** RPT → Timing: what the pattern code says, and the pattern in words. */
export function timing(piece: Piece, setting: Setting): Made | undefined {
  const code = piece.text(1).toUpperCase();
  const every = EVERY.exec(code);
  const [, count = '', letter = ''] = every ?? [];
  const times = TIMES[code];
  const repeat = every
    ? { frequency: 1, period: Number(count), periodUnit: PERIODS[letter] }
    : times === undefined
      ? HOUR_CODES.test(code)
        ? { when: [code] }
        : undefined
      : { frequency: times, period: 1, periodUnit: 'd' };
  const [pattern = '', meaning = '', system = ''] = piece.parts(1).map((part) => part ?? '');
  const uri = codeSystem(system, '', setting);
  const words =
    pattern === '' && meaning === ''
      ? undefined
      : clean({
          coding:
            pattern === ''
              ? []
              : [{ ...(uri === undefined ? {} : { system: uri }), code: pattern.replace(/\s+/g, ' ') }],
          text: meaning || pattern,
        });
  const standard = ABBREVIATIONS.has(code)
    ? { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation', code }] }
    : words;
  return clean({ repeat, code: standard });
}

/** ED, RP → Attachment. */
export function attachment(piece: Piece, source: string, setting: Setting): Made | undefined {
  const title = piece.text(1);
  const kind = source === 'RP' ? piece.text(3) : piece.text(2);
  const part = source === 'RP' ? piece.text(4) : piece.text(3);
  const contentType = mediaType(kind, part);
  if (source === 'RP') {
    return /^\S+$/.test(title) && title !== '' ? { ...(contentType ? { contentType } : {}), url: title } : undefined;
  }
  const encoding = piece.text(4).toLowerCase();
  const data = piece.text(5);
  if (data === '') return undefined;
  if (encoding === 'base64') {
    const packed = data.replace(/\s/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) {
      setting.note('hl7v2-value-unreadable', 'the data are not Base64, which ED-4 says they are');
      return undefined;
    }
    return { ...(contentType ? { contentType } : {}), data: packed };
  }
  if (encoding === 'hex') {
    setting.note('hl7v2-value-unreadable', 'data in hexadecimal are kept, not read');
    return undefined;
  }
  return { ...(contentType ? { contentType } : {}), data: base64(data) };
}

/** Main types of table 0191 with a subtype of 0291 as a media type. */
function mediaType(kind: string, subtype: string): string | undefined {
  const main = kind.toLowerCase();
  const sub = subtype.toLowerCase();
  if (/^[a-z]+\/[\w.+-]+$/.test(sub)) return sub;
  if (sub === 'pdf' || main === 'pdf') return 'application/pdf';
  if (sub === '' || sub === 'octet-stream')
    return main === 'text' ? 'text/plain' : sub === '' ? undefined : 'application/octet-stream';
  if (/^(text|image|audio|video|application|multipart)$/.test(main)) return `${main}/${sub}`;
  if (main === 'im') return `image/${sub}`;
  return main === 'ap' ? `application/${sub}` : main === 'tx' || main === 'ft' ? `text/${sub}` : undefined;
}

/** XCN, NDL, CWE → PractitionerRole. */
export function participants(piece: Piece, source: string, setting: Setting): Made | undefined {
  if (source === 'CWE') {
    const code = concept(piece, '', setting);
    return code === undefined ? undefined : { code: [code] };
  }
  if (source === 'NDL') {
    const [value = '', family = '', given = ''] = piece.parts(1).map((part) => part ?? '');
    const who = clean({
      identifier: value === '' ? [] : [{ value }],
      name:
        family === '' && given === ''
          ? []
          : [clean({ family: family || undefined, given: given === '' ? [] : [given] })],
    });
    const start = piece.has(2) ? primitive('dateTime', piece, '', [], setting, 2) : undefined;
    const end = piece.has(3) ? primitive('dateTime', piece, '', [], setting, 3) : undefined;
    return clean({
      practitioner: who === undefined ? undefined : setting.resource('Practitioner', who),
      period: clean({ start, end }),
    });
  }
  if (source === 'XON') {
    const group = organization(piece, 'XON', setting);
    return group === undefined ? undefined : { organization: setting.resource('Organization', group) };
  }
  const who = person(piece, 'XCN', 'Practitioner', setting);
  return who === undefined ? undefined : { practitioner: setting.resource('Practitioner', who) };
}
