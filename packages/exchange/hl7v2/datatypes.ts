import { LANGUAGE, language } from './language.ts';
import { attachment, duration, participants, period, quantity, range, ratio, timing } from './measures.ts';
import { address, contactPoint, device, humanName, location, organization, person } from './parties.ts';
import { clip, primitive } from './primitives.ts';
import {
  authoritySystem,
  codeSystem,
  type Made,
  type Piece,
  type Setting,
  tableSystem,
  translated,
  vocabularySystem,
} from './values.ts';

/** What a field is turned into: the R4 type, the data type map (`CX[Identifier]`), vocabulary and codes allowed. */
export interface Wanted {
  readonly type: string;
  readonly conversion: string;
  readonly vocabulary: string;
  readonly codes: readonly string[];
  readonly primitive: boolean;
  /** Whether it is of an organization, which R4 lets have nothing of use `home` (org-2, org-3). */
  readonly organization?: boolean;
}

/** The FHIR value of one repetition of a field by the data type maps; undefined where it has none. */
export function converted(piece: Piece, wanted: Wanted, setting: Setting): unknown {
  const { type, conversion, vocabulary } = wanted;
  const source = conversion.slice(0, conversion.indexOf('['));
  if (wanted.primitive) return primitiveOf(piece, wanted, source, setting);
  switch (type) {
    case 'Identifier':
      return identifier(piece, source, conversion, setting);
    case 'CodeableConcept':
      if (source === 'SPS') return specimenSource(piece, setting);
      if (vocabulary === LANGUAGE) return language(piece, setting);
      return ofCodes(source === 'ST' ? textConcept(piece) : concept(piece, vocabulary, setting), wanted.codes, setting);
    case 'Coding':
      return coding(piece, source, vocabulary, setting);
    case 'HumanName':
      return humanName(piece, setting);
    case 'Address':
      return wanted.organization === true ? notAtHome(address(piece), piece, 7) : address(piece);
    case 'ContactPoint':
      return wanted.organization === true
        ? notAtHome(contactPoint(piece, setting), piece, 2)
        : contactPoint(piece, setting);
    case 'Quantity':
    case 'SimpleQuantity':
    case 'Money':
      return quantity(piece, source, setting);
    case 'Duration':
    case 'Age':
      return duration(piece, source, setting);
    case 'Range':
      return range(piece, source, setting);
    case 'Ratio':
      return ratio(piece, setting);
    case 'Period':
      return period(piece, setting);
    case 'Timing':
      return timing(piece, setting);
    case 'Attachment':
      return attachment(piece, source, setting);
    case 'Annotation':
      return source === 'FT' || source === '' ? { text: piece.whole() } : undefined;
    case 'Organization':
      return organization(piece, source, setting);
    case 'Practitioner':
    case 'RelatedPerson':
    case 'Patient':
      return person(piece, source, type, setting);
    case 'PractitionerRole':
      return participants(piece, source, setting);
    case 'Location':
      return location(piece, source, setting);
    case 'Device':
      return device(piece, source, setting);
    case 'Condition':
    case 'Procedure':
    case 'ServiceRequest':
    case 'Medication':
    case 'EpisodeOfCare': {
      const made = identifier(piece, 'EI', conversion, setting);
      return made === undefined ? undefined : { identifier: [made] };
    }
    default:
      return undefined;
  }
}

/** Types that say nothing is wrong, whatever they are made of. */
const UNNOTED = new Set([
  'Address',
  'Annotation',
  'CodeableConcept',
  'Coding',
  'Condition',
  'Device',
  'EpisodeOfCare',
  'Location',
  'Medication',
  'Organization',
  'Procedure',
  'ServiceRequest',
  'markdown',
  'string',
  'uri',
  'url',
]);
/** By data type the first component that is a time, where only these may be wrong. */
const FIRST_TIME: Readonly<Record<string, number>> = { CX: 7, DLN: 3, XPN: 12, XTN: 13, XCN: 19, NDL: 2 };

/** The first component that a note may be made of when a field is converted; Infinity where none may, 0 where any. */
export function notedFrom({ type, conversion, vocabulary, codes }: Wanted): number {
  if (vocabulary === LANGUAGE || (type === 'CodeableConcept' && codes.length > 0)) return 0;
  if (UNNOTED.has(type)) return Number.POSITIVE_INFINITY;
  const source = conversion.slice(0, conversion.indexOf('['));
  switch (type) {
    case 'Identifier':
    case 'Practitioner':
    case 'RelatedPerson':
    case 'Patient':
    case 'PractitionerRole':
      return /^(EI|EIP|CWE|XON)$/.test(source) ? Number.POSITIVE_INFINITY : (FIRST_TIME[source] ?? 0);
    case 'HumanName':
      return FIRST_TIME.XPN!;
    case 'ContactPoint':
      return FIRST_TIME.XTN!;
    default:
      return 0;
  }
}

function primitiveOf(piece: Piece, wanted: Wanted, source: string, setting: Setting): unknown {
  const { type, vocabulary, codes, conversion } = wanted;
  if (source === 'DR') return primitive(type, piece, vocabulary, codes, setting);
  if (conversion === 'XON[string]') return piece.text(1) || piece.text(10) || undefined;
  if (source === 'XPN') {
    const [family = ''] = piece.parts(1);
    return [piece.text(2), piece.text(3), family ?? ''].filter((part) => part !== '').join(' ') || undefined;
  }
  if (source === 'CWE' && (type === 'string' || type === 'markdown'))
    return piece.text(2) || piece.text(9) || piece.text(1) || undefined;
  if (source === 'CQ' && type === 'code') return piece.text(2) || undefined;
  if (type === 'string' || type === 'markdown') {
    // Free text may hold what would elsewhere divide components.
    const { components } = piece.repetition;
    const texts = components.map((_, i) => (i === 0 ? piece.whole() : piece.text(i + 1)));
    return texts.join(' ').trim() || undefined;
  }
  return primitive(type, piece, vocabulary, codes, setting);
}

/** CX, EI, EIP, CWE, ST, DLN, HD, PLN → Identifier. */
export function identifier(piece: Piece, source: string, conversion: string, setting: Setting): Made | undefined {
  if (source === 'EIP') {
    const n = conversion.includes('Placer') ? 1 : 2;
    const [value = '', namespace = '', id = '', type = ''] = piece.parts(n).map((part) => part ?? '');
    if (value === '') return undefined;
    return {
      ...named(value, authoritySystem(namespace, id, type, setting), namespace),
      type: v2Type(n === 1 ? 'PLAC' : 'FILL'),
    };
  }
  const value = piece.text(1);
  if (source === 'EI') {
    if (value === '') return undefined;
    const namespace = piece.text(2);
    return named(value, authoritySystem(namespace, piece.text(3), piece.text(4), setting), namespace);
  }
  if (value === '') return undefined;
  if (source === 'CWE') {
    const system = codeSystem(piece.text(3), '', setting);
    return { ...(system === undefined ? {} : { system }), value };
  }
  if (source === 'DLN') {
    const state = piece.text(2);
    const system = state === '' ? undefined : authoritySystem(`driver-licence-${state}`, '', '', setting);
    return clean({
      ...named(value, system, state),
      type: v2Type('DL'),
      period: clean({ end: stampPart(piece, 3, setting) }),
    });
  }
  if (source !== 'CX' && source !== '') return { value };
  const [namespace = '', id = '', type = ''] = piece.parts(4).map((part) => part ?? '');
  const kind = piece.text(5);
  const check = piece.text(2);
  return clean({
    ...named(value, authoritySystem(namespace, id, type, setting), namespace),
    ...(kind === '' ? {} : { type: v2Type(kind) }),
    period: clean({ start: stampPart(piece, 7, setting), end: stampPart(piece, 8, setting) }),
    // The scheme of the check digit (CX-3) is left: R4 has it of a naming system, not of an identifier.
    extension: check === '' ? [] : [{ url: `${STRUCTURE}/identifier-checkDigit`, valueString: check }],
  });
}

const STRUCTURE = 'http://hl7.org/fhir/StructureDefinition';

function named(value: string, system: string | undefined, assigner: string): Made {
  return {
    ...(system === undefined ? {} : { system }),
    value,
    ...(assigner === '' ? {} : { assigner: { display: assigner } }),
  };
}

export function v2Type(code: string): Made {
  return { coding: [{ system: tableSystem('0203'), code }] };
}

export function stampPart(piece: Piece, n: number, setting: Setting): unknown {
  return piece.has(n) ? primitive('dateTime', piece, '', [], setting, n) : undefined;
}

/** Leaves out what is undefined or empty. */
export function clean(made: Made): Made | undefined {
  let kept: Made | undefined;
  for (const key in made) {
    const value = made[key];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    kept ??= {};
    kept[key] = value;
  }
  return kept;
}

/** CWE, CE, CNE, CF, ID, IS → CodeableConcept: the translated code first, then the codes as sent. */
export function concept(piece: Piece, vocabulary: string, setting: Setting): Made | undefined {
  const codings: Made[] = [];
  const add = (system: string | undefined, code: string, display: string, version = '') => {
    if (code === '' && display === '') return;
    if (codings.some((each) => each.system === system && each.code === code)) return;
    codings.push({
      ...(system === undefined ? {} : { system }),
      ...(version === '' ? {} : { version }),
      ...(code === '' ? {} : { code: code.replace(/\s+/g, ' ') }),
      ...(display === '' ? {} : { display }),
    });
  };
  const first = piece.text(1);
  const words = piece.text(2);
  const said = vocabulary === '' || first === '' ? undefined : translated(vocabulary, first);
  if (said !== undefined && said.system !== '') add(said.system, said.code, said.code === first ? words : '');
  const own =
    codeSystem(piece.text(3), piece.text(14), setting) ?? (first === '' ? undefined : vocabularySystem(vocabulary));
  // A local code of a table that is fully translated adds nothing that could be understood.
  if ((first !== '' || piece.text(3) !== '') && (own !== undefined || said === undefined || said.system === ''))
    add(own, first, words, piece.text(7));
  if (piece.has(4))
    add(codeSystem(piece.text(6), piece.text(17), setting), piece.text(4), piece.text(5), piece.text(8));
  if (piece.has(10))
    add(codeSystem(piece.text(12), piece.text(20), setting), piece.text(10), piece.text(11), piece.text(13));
  const text = piece.text(9) || words || piece.text(5);
  const coded = codings.filter((each) => each.code !== undefined);
  return clean({ coding: coded, ...(text === '' ? {} : { text }) });
}

/** The concept where R4 takes only certain codes: with one of them, else none, which is noted. */
function ofCodes(made: Made | undefined, codes: readonly string[], setting: Setting): Made | undefined {
  const codings = (made?.coding ?? []) as readonly Made[];
  const [first] = codings;
  const fits = ({ system, code }: Made) => codes.includes(String(code)) && String(system).startsWith(TERMINOLOGY);
  if (codes.length === 0 || first === undefined || codings.some(fits)) return made;
  setting.note('hl7v2-code-unmapped', `"${clip(String(first.code))}" has no counterpart; FHIR has ${codes.join(', ')}`);
  return undefined;
}

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';

/** Without the use `home`; the component that says it is left. */
function notAtHome(made: Made | undefined, piece: Piece, component: number): Made | undefined {
  if (made?.use !== 'home') return made;
  piece.read &= ~(1 << component);
  const { use: _, ...rest } = made;
  return rest;
}

/** SPS: the specimen's type stands in the sub-components of its first component. */
function specimenSource(piece: Piece, setting: Setting): Made | undefined {
  const [code = '', words = '', name = ''] = piece.parts(1).map((part) => part ?? '');
  const said = translated('SpecimenType', code);
  const system = said?.system ?? codeSystem(name, '', setting) ?? tableSystem('0487');
  const text = words || code;
  return text === '' ? undefined : clean({ coding: code === '' ? [] : [{ system, code: said?.code ?? code }], text });
}

function textConcept(piece: Piece): Made | undefined {
  const text = piece.whole();
  return text === '' ? undefined : { text };
}

function coding(piece: Piece, source: string, vocabulary: string, setting: Setting): Made | undefined {
  if (source === 'MSG') return { system: tableSystem('0003'), code: piece.text(2) };
  const whole = concept(piece, vocabulary, setting);
  return Array.isArray(whole?.coding) ? (whole.coding[0] as Made) : undefined;
}
