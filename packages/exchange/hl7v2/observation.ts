import { vitalSigns } from '../fhir/validate/vital-signs.data.ts';
import { converted, type Wanted } from './datatypes.ts';
import type { Draft } from './draft.ts';
import { merge } from './draft.ts';
import { UCUM, unit } from './measures.ts';
import type { Segment } from './message.ts';
import { clip, primitive, stamp } from './primitives.ts';
import { type Application, applyMap, settingAt } from './segment-map.ts';
import { type Made, Piece, type Setting } from './values.ts';

const LOINC = 'http://loinc.org';
const OBSERVATION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
const EXTENSION = 'http://hl7.org/fhir/StructureDefinition';

const want = (type: string, conversion: string): Wanted => ({
  type,
  conversion,
  vocabulary: '',
  codes: [],
  primitive: false,
});

/** OBX → Observation (also where it carries what is no measurement: a text, a document). */
export function observe(draft: Draft, segment: Segment, use: Application): void {
  applyMap('OBX[Observation]', draft, segment, use);
  const { value } = draft;
  const repetitions = segment.field(5);
  const kind = segment.text(2).trim().toUpperCase();
  if (segment.has(2)) use.account.understood(segment, 2, 'Observation.value');
  if (use.purpose === 'resources' && segment.has(4)) subIdentifier(draft, segment, use);
  const pieces = repetitions.map((repetition) => new Piece(segment, 5, repetition));
  const text = /^(ST|TX|FT|)$/.test(kind);
  if (text) {
    // Lines of a report come as repetitions.
    const lines = pieces.map((piece) =>
      piece.repetition.components.map((_, i) => (i === 0 ? piece.whole() : piece.text(i + 1))).join(' '),
    );
    const whole = lines.join('\n').trim();
    if (whole !== '') {
      value.valueString = whole;
      for (const [i, piece] of pieces.entries()) use.account.mapped(piece, i, 'Observation.valueString');
    }
  } else if (pieces.length > 1) {
    const components: Made[] = [];
    for (const [i, piece] of pieces.entries()) {
      const part: Made = value.code === undefined ? {} : { code: value.code };
      if (!setValue(part, kind, piece, segment, use)) continue;
      components.push(part);
      use.account.mapped(piece, i, 'Observation.component.value');
    }
    if (components.length > 0) value.component = components;
  } else if (pieces[0] !== undefined && setValue(value, kind, pieces[0], segment, use)) {
    use.account.mapped(pieces[0], 0, 'Observation.value');
  }
  const hasValue = Object.keys(value).some((key) => /^value[A-Z]|^component$/.test(key));
  if (hasValue || segment.text(11) === 'X' || segment.text(11) === 'N') {
    // A value stands: nothing explains its absence.
    if (hasValue) delete value.dataAbsentReason;
  }
  if (isVitalSign(value)) asVitalSign(value);
}

const PER_MINUTE = /^(beats?|breaths?)\/min$|^bpm$/i;

function isVitalSign({ code }: Made): boolean {
  const codings = ((code as Made | undefined)?.coding ?? []) as readonly Made[];
  return codings.some((each) => each.system === LOINC && Object.hasOwn(vitalSigns, String(each.code)));
}

/** R4 has every observation with the LOINC code of a vital sign in that category, and rates by UCUM; the unit as sent stands beside. */
function asVitalSign(value: Made): void {
  value.category = [{ coding: [{ system: OBSERVATION_CATEGORY, code: 'vital-signs' }] }];
  const quantity = value.valueQuantity as Made | undefined;
  if (quantity === undefined || quantity.system === UCUM || !PER_MINUTE.test(String(quantity.code ?? quantity.unit)))
    return;
  const extension = [{ url: `${EXTENSION}/iso21090-PQ-translation`, valueQuantity: { ...quantity } }];
  Object.assign(quantity, { extension, system: UCUM, code: '/min' });
}

/** Puts the value of one repetition into a holder of `value[x]`; false where it has none. */
function setValue(holder: Made, kind: string, piece: Piece, segment: Segment, use: Application): boolean {
  const setting = settingAt(piece, use);
  const put = (name: string, value: unknown): boolean => {
    if (value === undefined) return false;
    holder[name] = value;
    return true;
  };
  switch (kind) {
    case 'NM':
      return numeric(holder, piece, segment, use, setting);
    case 'CE':
    case 'CWE':
    case 'CNE':
    case 'CF':
    case 'IS':
    case 'ID':
    case 'CK':
      return put('valueCodeableConcept', converted(piece, want('CodeableConcept', 'CWE[CodeableConcept]'), setting));
    case 'SN':
      return structured(holder, piece, segment, use, setting);
    case 'CQ':
      return put('valueQuantity', converted(piece, want('Quantity', 'CQ[Quantity]'), setting));
    case 'NR': {
      const range = converted(piece, want('Range', 'NR[Range]'), setting) as Made | undefined;
      if (range === undefined) return false;
      const measure = unitOf(segment, use, 'Observation.valueRange');
      for (const bound of [range.low, range.high])
        if (bound !== undefined && measure !== undefined) merge(bound as Made, measure);
      return put('valueRange', range);
    }
    case 'DR':
      return put('valuePeriod', converted(piece, want('Period', 'DR[Period]'), setting));
    case 'DT':
    case 'DTM':
    case 'TS':
      return put('valueDateTime', stamp('dateTime', piece.text(1), setting));
    case 'TM':
      return put('valueTime', primitive('time', piece, '', [], setting));
    case 'VR':
      return put('valueString', [piece.text(1), piece.text(2)].filter((part) => part !== '').join('-') || undefined);
    case 'ED':
    case 'RP': {
      const made = converted(piece, want('Attachment', `${kind}[Attachment]`), setting);
      if (made === undefined) return false;
      const url = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.value';
      holder.extension = [...((holder.extension as Made[] | undefined) ?? []), { url, valueAttachment: made }];
      return true;
    }
    case 'NA':
    case 'MA':
    case 'EI':
    case 'HD':
      setting.note('hl7v2-value-unreadable', `values of type ${kind} are kept, not read`);
      return false;
    default: {
      const words = piece.repetition.components.map((_, i) => (i === 0 ? piece.whole() : piece.text(i + 1)));
      return put('valueString', words.filter((part) => part !== '').join(' ') || undefined);
    }
  }
}

function numeric(holder: Made, piece: Piece, segment: Segment, use: Application, setting: Setting): boolean {
  const quantity = converted(piece, want('Quantity', 'NM[Quantity]'), { ...setting, note: () => {} }) as
    | Made
    | undefined;
  if (quantity === undefined) {
    const text = piece.whole();
    if (text === '') return false;
    setting.note('hl7v2-value-unreadable', `"${clip(text)}" is no number, which OBX-2 says it is; it is given as text`);
    holder.valueString = text;
    return true;
  }
  merge(quantity, unitOf(segment, use, 'Observation.valueQuantity') ?? {});
  holder.valueQuantity = quantity;
  return true;
}

/** SN: comparator, number, separator or suffix, number. */
function structured(holder: Made, piece: Piece, segment: Segment, use: Application, setting: Setting): boolean {
  const [comparator, , separator, last] = [1, 2, 3, 4].map((n) => piece.text(n)) as [string, string, string, string];
  const single = last === '' && (separator === '' || separator === '+');
  if (comparator !== '<>' && /^[:/]$/.test(separator) && last !== '') {
    const made = converted(piece, want('Ratio', 'SN[Ratio]'), setting);
    if (made !== undefined) {
      holder.valueRatio = made;
      return true;
    }
  } else if (comparator !== '<>' && separator === '-' && last !== '') {
    const made = converted(piece, want('Range', 'SN[Range]'), setting) as Made | undefined;
    const measure = unitOf(segment, use, 'Observation.valueRange');
    for (const bound of [made?.low, made?.high])
      if (bound !== undefined && measure !== undefined) merge(bound as Made, measure);
    if (made !== undefined) {
      holder.valueRange = made;
      return true;
    }
  } else if (single && separator === '' && /^(<=|>=|<|>|=|)$/.test(comparator)) {
    const made = converted(piece, want('Quantity', 'SN[Quantity]'), setting) as Made | undefined;
    if (made !== undefined) {
      merge(made, unitOf(segment, use, 'Observation.valueQuantity') ?? {});
      holder.valueQuantity = made;
      return true;
    }
  }
  const words = [1, 2, 3, 4].map((n) => piece.text(n)).filter((part) => part !== '');
  const measure = segment.has(6) ? segment.text(6) : '';
  if (words.length === 0) return false;
  if (measure !== '') use.account.understood(segment, 6, 'Observation.valueString');
  holder.valueString = [...words, measure].filter((part) => part !== '').join(' ');
  return true;
}

function unitOf(segment: Segment, use: Application, to: string): Made | undefined {
  const [repetition] = segment.field(6);
  if (repetition === undefined) return undefined;
  const piece = new Piece(segment, 6, repetition);
  const made = unit(piece, 1, settingAt(piece, use));
  if (made !== undefined) use.account.mapped(piece, 0, to);
  return made;
}

/** OBX-4 tells apart, or groups, what has the same code. */
function subIdentifier(draft: Draft, segment: Segment, use: Application): void {
  const [repetition] = segment.field(4);
  const piece = new Piece(segment, 4, repetition!);
  const text = piece.repetition.components.map((_, i) => piece.text(i + 1)).join('.');
  if (text === '') return;
  const url = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.subIdentifier';
  draft.value.extension = [...((draft.value.extension as Made[] | undefined) ?? []), { url, valueString: text }];
  use.account.mapped(piece, 0, 'Observation.extension');
}
