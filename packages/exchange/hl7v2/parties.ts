import { clean, identifier, stampPart, v2Type } from './datatypes.ts';
import { authoritySystem, type Made, type Piece, type Setting, translated } from './values.ts';

/** XPN, PPN → HumanName. */
export function humanName(piece: Piece, setting: Setting): Made | undefined {
  return clean(nameFrom(piece, 1, setting));
}

/** The name that begins at component `at`: family, given, further, suffix, prefix, degree. */
function nameFrom(piece: Piece, at: number, setting: Setting): Made {
  const [family] = piece.parts(at);
  const own = (piece.parts(at)[1] ?? '') as string;
  const given = [piece.text(at + 1), piece.text(at + 2)].filter((part) => part !== '');
  const suffix = [piece.text(at + 3), piece.text(at + 5)];
  const prefix = piece.text(at + 4);
  if (at === 1) suffix.push(piece.text(14));
  const kind = piece.text(at === 1 ? 7 : 10);
  const use = kind === '' ? undefined : translated('NameType', kind.toUpperCase())?.code;
  const [from, to] = at === 1 ? [12, 13] : [19, 20];
  const suffixes = suffix.filter((part) => part !== '');
  const whole = (family ?? '').trim() || own.trim();
  const made: Made = {};
  if (use !== undefined) made.use = use;
  if (whole !== '') made.family = whole;
  if (given.length > 0) made.given = given;
  if (prefix !== '') made.prefix = [prefix];
  if (suffixes.length > 0) made.suffix = suffixes;
  if (piece.has(from) || piece.has(to)) {
    made.period = clean({ start: stampPart(piece, from, setting), end: stampPart(piece, to, setting) });
  }
  // A name with nothing but its use names nobody.
  return Object.keys(made).every((key) => key === 'use' || key === 'period') ? {} : made;
}

/** XAD, SAD, AD → Address. */
export function address(piece: Piece): Made | undefined {
  const street = (piece.parts(1)[0] ?? '').trim();
  const other = piece.text(2);
  const kind = piece.text(7);
  const country = piece.text(6);
  const census = piece.text(10);
  const made = clean({
    use: kind === '' ? undefined : translated('AddressType[Use]', kind)?.code,
    type: kind === '' ? undefined : translated('AddressType[Type]', kind)?.code,
    line: [street, other, piece.text(19)].filter((part) => part !== ''),
    city: piece.text(3) || undefined,
    district: piece.text(9) || undefined,
    state: piece.text(4) || undefined,
    postalCode: piece.text(5) || undefined,
    country: country || undefined,
    extension:
      census === ''
        ? []
        : [{ url: 'http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-censusTract', valueString: census }],
  });
  return made === undefined || Object.keys(made).every((key) => key === 'use' || key === 'type') ? undefined : made;
}

/** XTN, TN → ContactPoint. */
export function contactPoint(piece: Piece, setting: Setting): Made | undefined {
  const equipment = piece.text(3);
  const mail = piece.text(4);
  const usage = piece.text(2);
  const [country, area, local, extension] = [5, 6, 7, 8].map((n) => piece.text(n)) as [string, string, string, string];
  const said = equipment === '' ? undefined : translated('TelecommunicationEquipmentType', equipment)?.code;
  const net = equipment === 'Internet' || equipment === 'X.400' || usage === 'NET';
  const spoken = [country === '' ? '' : `+${country.replace(/^\+/, '')}`, area, local]
    .filter((part) => part !== '')
    .join(' ');
  const dialled = local === '' ? '' : `${spoken}${extension === '' ? '' : ` X${extension}`}`;
  const number = piece.text(12) || dialled || piece.text(1);
  const value = (net ? mail || number : number) || mail;
  if (value === '') return undefined;
  const mobile = said === 'mobile';
  const use = usage === '' ? undefined : translated('TelecommunicationUseCode', usage)?.code;
  const system = mobile
    ? 'phone'
    : (said ?? (net || (number === '' && mail !== '') ? 'email' : equipment === '' ? 'phone' : 'other'));
  const rank = piece.text(18);
  const from = stampPart(piece, 13, setting);
  const to = stampPart(piece, 14, setting);
  return clean({
    system,
    value,
    use: mobile ? 'mobile' : use,
    rank: /^[1-9]\d*$/.test(rank) ? Number(rank) : undefined,
    period: clean({ start: from, end: to }),
  });
}

/** XON, HD, CWE → Organization. */
export function organization(piece: Piece, source: string, setting: Setting): Made | undefined {
  if (source === 'HD') {
    const [name, id, type] = [piece.text(1), piece.text(2), piece.text(3)];
    const system = id === '' ? undefined : authoritySystem('', id, type, setting);
    return clean({
      identifier: system === undefined ? [] : [{ system: 'urn:ietf:rfc:3986', value: system }],
      name: name || id || undefined,
    });
  }
  if (source === 'CWE') {
    const [code, words] = [piece.text(1), piece.text(2)];
    const system = authoritySystem(piece.text(3), '', '', setting);
    return clean({
      identifier: code === '' ? [] : [{ ...(system === undefined ? {} : { system }), value: code }],
      name: words || piece.text(9) || undefined,
    });
  }
  const name = piece.text(1);
  const value = piece.text(10) || piece.text(3);
  const [namespace = '', id = '', type = ''] = piece.parts(6).map((part) => part ?? '');
  const system = authoritySystem(namespace, id, type, setting);
  const kind = piece.text(7);
  return clean({
    identifier:
      value === ''
        ? []
        : [{ ...(kind === '' ? {} : { type: v2Type(kind) }), ...(system === undefined ? {} : { system }), value }],
    name: name || undefined,
  });
}

/** XCN, CNN, XPN, EI → Practitioner, RelatedPerson, Patient. */
export function person(piece: Piece, source: string, type: string, setting: Setting): Made | undefined {
  if (source === 'EI' || source === 'CX' || source === 'CWE') {
    const made = identifier(piece, source, '', setting);
    return made === undefined ? undefined : { identifier: [made] };
  }
  if (source === 'XPN') {
    const name = humanName(piece, setting);
    return name === undefined ? undefined : { name: [name] };
  }
  const value = piece.text(1);
  const name = clean(nameFrom(piece, 2, setting));
  const [namespace = '', id = '', kind = ''] = piece.parts(9).map((part) => part ?? '');
  const system = authoritySystem(namespace, id, kind, setting);
  const code = piece.text(13);
  const degree = piece.text(7);
  if (name !== undefined && type === 'Practitioner') name.suffix = without(name.suffix, degree);
  return clean({
    identifier:
      value === ''
        ? []
        : [
            {
              ...(code === '' ? {} : { type: v2Type(code) }),
              ...(system === undefined ? {} : { system }),
              value,
              ...(namespace === '' ? {} : { assigner: { display: namespace } }),
            },
          ],
    name: name === undefined ? [] : [clean(name) ?? {}].filter((each) => Object.keys(each).length > 0),
    qualification:
      degree === '' || type !== 'Practitioner'
        ? []
        : [
            {
              code: {
                coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0360', code: degree }],
                text: degree,
              },
            },
          ],
  });
}

function without(list: unknown, word: string): unknown {
  const kept = Array.isArray(list) ? list.filter((each) => each !== word) : [];
  return kept.length === 0 ? undefined : kept;
}

const LEVELS = [
  [7, 'bu', 'Building'],
  [8, 'lvl', 'Level'],
  [1, 'wa', 'Ward'],
  [2, 'ro', 'Room'],
  [3, 'bd', 'Bed'],
] as const;

/** PL, HD, XON, XAD, DLD, CWE → Location: the narrowest place named, with the wider ones in its name. */
export function location(piece: Piece, source: string, setting: Setting): Made | undefined {
  if (source === 'XON') {
    const made = organization(piece, 'XON', setting);
    return made === undefined ? undefined : made;
  }
  if (source === 'XAD') {
    const made = address(piece);
    return made === undefined ? undefined : { address: made };
  }
  if (source === 'DLD') {
    const place = piece.parts(1).map((part) => part ?? '');
    const name = place[1] || place[0];
    return name === undefined || name === '' ? undefined : { name };
  }
  if (source === 'HD' || source === 'CWE') {
    const name = piece.text(1) || piece.text(2);
    return name === '' ? undefined : { name };
  }
  const parts = LEVELS.map(([n]) => piece.text(n));
  const facility = piece.parts(4)[0] ?? '';
  const words = piece.text(9);
  const named = [facility, ...parts].filter((part) => part !== '');
  const whole = words || named.join(' ');
  if (whole === '') return undefined;
  const narrowest = LEVELS.findLastIndex((_, i) => parts[i] !== '');
  const level = narrowest < 0 ? undefined : LEVELS[narrowest];
  const identity = piece.parts(11).map((part) => part ?? '');
  return clean({
    identifier: identity[0] === undefined || identity[0] === '' ? [] : [{ value: identity[0] }],
    name: named.length > 0 ? named.join(' ') : whole,
    description: words || undefined,
    mode: 'instance',
    physicalType:
      level === undefined
        ? undefined
        : {
            coding: [
              {
                system: 'http://terminology.hl7.org/CodeSystem/location-physical-type',
                code: level[1],
                display: level[2],
              },
            ],
          },
  });
}

/** HD, EI, CWE → Device. */
export function device(piece: Piece, source: string, setting: Setting): Made | undefined {
  if (source === 'EI') {
    const made = identifier(piece, 'EI', '', setting);
    return made === undefined ? undefined : { identifier: [made] };
  }
  const name = source === 'CWE' ? piece.text(2) || piece.text(1) : piece.text(1) || piece.text(2);
  return name === '' ? undefined : { deviceName: [{ name, type: 'user-friendly-name' }] };
}
