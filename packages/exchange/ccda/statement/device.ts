import { concept, quantity, text } from '../datatype.ts';
import { Draft, type Reference } from '../draft.ts';
import type { Draftable } from '../json.ts';
import { identifiers } from '../party.ts';
import { dateTime, interval } from '../time.ts';
import { all, one, type XmlElement } from '../xml.ts';
import { below, isTemplate, narrativeOf, negated, notes, status, take } from './shared.ts';

/** A participant that is a product instance → Device, of the patient unless it is only planned. */
export function device(from: Draft, participant: XmlElement, has = true): Reference[] {
  const role = one(participant, 'participantRole');
  const instance = one(role, 'playingDevice');
  if (role === undefined || (instance === undefined && !isTemplate(role, '37'))) return [];
  const draft = new Draft(from.conversion, 'Device', role);
  from.use(participant);
  draft.use(instance);
  const maker = one(role, 'scopingEntity');
  draft.use(maker);
  const model = text(draft, one(instance, 'manufacturerModelName'));
  const program = text(draft, one(instance, 'softwareName'));
  const makerName = text(draft, one(maker, 'desc'));
  for (const id of all(maker, 'id')) draft.use(id);
  const ids = identifiers(draft, role);
  const carrier = all(role, 'id')
    .find(({ attributes }) => attributes.root === UDI)
    ?.attributes.extension?.trim();
  const reference = draft.add({
    identifier: ids,
    udiCarrier: carrier === undefined || carrier === '' ? [] : [{ carrierHRF: carrier, ...parsedUdi(carrier) }],
    manufacturer: makerName,
    deviceName: [
      model === undefined ? undefined : { name: model, type: 'model-name' },
      program === undefined ? undefined : { name: program, type: 'other' },
    ],
    ...productionOf(carrier),
    type: concept(draft, one(instance, 'code')),
    patient: has ? from.conversion.patient : undefined,
  });
  return [reference];
}

/** FDA's UDI as root of an id. */
const UDI = '2.16.840.1.113883.3.3719';

/** Device identifier (01) of a GS1 UDI. */
function parsedUdi(text: string): Draftable {
  const found = /\(01\)(\d{14})/.exec(text)?.[1];
  return found === undefined ? {} : { deviceIdentifier: found, issuer: 'http://hl7.org/fhir/NamingSystem/gs1-di' };
}

/** Lot (10), serial (21), made (11), expires (17) of a GS1 UDI in its human-readable form. */
function productionOf(carrier: string | undefined): Draftable {
  if (carrier === undefined) return {};
  const field = (code: string) => new RegExp(`\\(${code}\\)([^()]+)`).exec(carrier)?.[1]?.trim();
  const day = (code: string) => {
    const found = /^(\d{2})(\d{2})(\d{2})$/.exec(field(code) ?? '');
    if (found === null || Number(found[2]) < 1 || Number(found[2]) > 12) return undefined;
    // A day of 00 means the month as a whole; years of two digits are of this century by the UDI rule.
    return found[3] === '00'
      ? `20${found[1]}-${found[2]}`
      : Number(found[3]) <= 31
        ? `20${found[1]}-${found[2]}-${found[3]}`
        : undefined;
  };
  return { lotNumber: field('10'), serialNumber: field('21'), manufactureDate: day('11'), expirationDate: day('17') };
}

/** Supply that is no medicine: a device that the person uses, else what was delivered or is asked for. */
export function supply(from: Draft['conversion'], element: XmlElement): Reference[] {
  const planned = element.attributes.moodCode !== undefined && element.attributes.moodCode !== 'EVN';
  const holder = new Draft(from, planned ? 'SupplyRequest' : 'DeviceUseStatement', element);
  const has = !planned && !negated(element);
  const devices = all(element, 'participant').flatMap((each) => device(holder, each, has));
  const product = one(one(one(element, 'product'), 'manufacturedProduct'), 'manufacturedMaterial');
  const item = product === undefined ? undefined : concept(holder, one(product, 'code'));
  const words = product === undefined ? undefined : text(holder, one(product, 'name'));
  if (product !== undefined) {
    holder.use(one(element, 'product'));
    holder.use(one(one(element, 'product'), 'manufacturedProduct'));
    holder.use(product);
  }
  const when = interval(holder, one(element, 'effectiveTime'));
  const number = quantity(holder, one(element, 'quantity'));
  const shared = { text: narrativeOf(holder, element), identifier: identifiers(holder, element) };
  if (planned) {
    const states = {
      active: 'active',
      completed: 'completed',
      cancelled: 'cancelled',
      aborted: 'cancelled',
      new: 'draft',
      suspended: 'suspended',
      held: 'suspended',
    };
    return [
      holder.add({
        ...shared,
        status: status(holder, element, states, 'unknown'),
        ...(devices[0] === undefined
          ? { itemCodeableConcept: item ?? { text: words ?? 'unknown' } }
          : { itemReference: devices[0] }),
        quantity: number ?? { value: 1 },
        ...(when.point === undefined
          ? { occurrencePeriod: { start: when.start, end: when.end } }
          : { occurrenceDateTime: when.point }),
        deliverTo: from.patient,
      }),
    ];
  }
  const used = devices[0] ?? madeDevice(holder, item, words, element, has);
  const states = {
    completed: 'completed',
    active: 'active',
    aborted: 'stopped',
    held: 'on-hold',
    suspended: 'on-hold',
  };
  return [
    holder.add({
      ...shared,
      status: negated(element) ? 'entered-in-error' : status(holder, element, states, 'active'),
      subject: from.patient,
      ...(when.point === undefined
        ? { timingPeriod: { start: when.start, end: when.end } }
        : { timingDateTime: when.point }),
      recordedOn: dateTime(holder, one(one(element, 'author'), 'time')),
      device: used,
      note: [
        ...notes(holder, element),
        ...(number?.value === undefined
          ? []
          : [{ text: `Quantity: ${number.value}${number.unit === undefined ? '' : ` ${number.unit}`}` }]),
      ],
    }),
  ];
}

function madeDevice(
  holder: Draft,
  item: Draftable | undefined,
  words: string | undefined,
  element: XmlElement,
  has: boolean,
): Reference {
  const draft = new Draft(holder.conversion, 'Device', one(element, 'product') ?? element, [
    `${JSON.stringify([item, words])} device|`,
  ]);
  return draft.add({
    type: item ?? { text: words ?? 'unknown' },
    patient: has ? holder.conversion.patient : undefined,
  });
}

/** UDI organizer and its observations: words of a device, joined to the one that the procedure or supply names. */
export function deviceOrganizer(from: Draft['conversion'], element: XmlElement): Reference[] {
  const draft = new Draft(from, 'Device', element);
  const devices = all(element, 'participant').flatMap((each) => device(draft, each));
  const properties = below(element).flatMap((each) => {
    const code = concept(draft, one(each.statement, 'code'));
    const value = one(each.statement, 'value');
    if (code === undefined) return [];
    take(draft, each);
    const coded = concept(draft, value);
    const said = coded === undefined ? (text(draft, value) ?? dateTime(draft, value)) : undefined;
    const words = coded ?? (said === undefined ? undefined : { text: said });
    return [{ type: code, valueCode: words === undefined ? [] : [words] }];
  });
  if (devices.length === 0 && properties.length === 0) return [];
  return [
    ...devices,
    draft.add({
      identifier: identifiers(draft, element),
      type: concept(draft, one(element, 'code')),
      property: properties,
      patient: from.patient,
    }),
  ];
}
