import { concept, fixed, text, V3 } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import { compact, type Draftable } from '../json.ts';
import { organization, participant } from '../participant.ts';
import { humanName, identifiers } from '../party.ts';
import { period } from '../time.ts';
import { all, one, type XmlElement } from '../xml.ts';
import { below, isTemplate, narrativeOf } from './shared.ts';

/** Coverage activity → a Coverage for each policy activity in it. */
export function coverage(conversion: Conversion, element: XmlElement): Reference[] {
  const policies = below(element).filter(({ statement }) => statement.name === 'act');
  return policies.map(({ link, statement }) => policy(conversion, statement, { activity: element, link }));
}

/** Policy activity → Coverage: payer, holder, covered party, authorizations and plans by their ids. */
export function policy(
  conversion: Conversion,
  element: XmlElement,
  around: { activity?: XmlElement; link?: XmlElement } = {},
): Reference {
  const draft = new Draft(conversion, 'Coverage', element);
  for (const each of [around.activity, around.link]) draft.use(each);
  for (const name of ['id', 'code', 'statusCode']) draft.useAll(one(around.activity, name));
  const covered = all(element, 'participant').find((each) => each.attributes.typeCode === 'COV');
  const holder = all(element, 'participant').find((each) => each.attributes.typeCode === 'HLD');
  const payers = all(element, 'performer').filter((each) => !isTemplate(each, '88') && kindOf(each) !== 'GUAR');
  const role = one(covered, 'participantRole');
  draft.use(covered);
  draft.use(role);
  const entity = draft.use(one(role, 'playingEntity'));
  const member = identifiers(draft, role);
  const relation = concept(draft, one(role, 'code'));
  const name = humanName(draft, one(entity, 'name'));
  draft.useAll(one(entity, 'sdtc:birthTime'));
  const payor = payers.flatMap((each) => {
    draft.use(each);
    const assigned = one(each, 'assignedEntity');
    draft.use(assigned);
    const found =
      organization(conversion, one(assigned, 'representedOrganization')) ??
      participant(conversion, assigned, ['Organization', 'Practitioner']);
    return found === undefined ? [] : [found];
  });
  const number = draft.use(one(around.link, 'sequenceNumber'))?.attributes.value;
  const sequence = number !== undefined && /^[1-9]\d*$/.test(number) ? Number(number) : undefined;
  const code = one(element, 'statusCode');
  draft.use(code);
  return draft.add({
    text: narrativeOf(draft, element),
    identifier: [...identifiers(draft, element), ...member],
    status: code?.attributes.code === 'cancelled' || code?.attributes.code === 'aborted' ? 'cancelled' : 'active',
    type: concept(draft, one(element, 'code')),
    subscriber: subscriberOf(draft, holder),
    subscriberId: (member[0]?.value as string | undefined) ?? undefined,
    beneficiary: beneficiary(conversion, name),
    relationship: relation,
    period: period(draft, one(covered, 'time')) ?? period(draft, one(element, 'effectiveTime')),
    payor: payor.length > 0 ? payor : [{ display: 'payer not named in the source' }],
    class: classes(draft, element),
    order: sequence,
  });
}

function kindOf(performer: XmlElement): string | undefined {
  return one(one(performer, 'assignedEntity'), 'code')?.attributes.code;
}

function beneficiary(conversion: Conversion, name: Draftable | undefined): Reference {
  const label = [name?.given, name?.family].flat().filter(Boolean).join(' ');
  return label === '' || conversion.patient.reference === undefined
    ? conversion.patient
    : { ...conversion.patient, display: label };
}

/** The holder of the policy, where it is another person. */
function subscriberOf(draft: Draft, element: XmlElement | undefined): Reference | undefined {
  const role = one(element, 'participantRole');
  const entity = one(role, 'playingEntity');
  draft.use(element);
  if (role === undefined) return undefined;
  const name = humanName(draft, one(entity, 'name'));
  if (draft.conversion.withIds(role).some(({ type }) => type === 'Patient')) {
    draft.use(role);
    return draft.conversion.patient;
  }
  const holder = new Draft(draft.conversion, 'RelatedPerson', role);
  holder.use(entity);
  const content = compact({ identifier: identifiers(holder, role), name: [name] });
  if (content === undefined) return undefined;
  return holder.add({
    ...content,
    patient: draft.conversion.patient,
    relationship: [fixed(`${V3}RoleCode`, 'SUBSCR')],
  });
}

/** Plans and groups that the policy names below. */
function classes(draft: Draft, element: XmlElement): Draftable[] {
  return below(element).flatMap(({ link, statement }) => {
    const words = text(draft, one(statement, 'text'));
    const id = all(statement, 'id').find(({ attributes }) => attributes.extension !== undefined)?.attributes.extension;
    if (statement.attributes.moodCode !== 'DEF' || (words === undefined && id === undefined)) return [];
    draft.use(link);
    draft.use(statement);
    for (const name of ['id', 'code']) draft.useAll(one(statement, name));
    return [
      {
        type: fixed('http://terminology.hl7.org/CodeSystem/coverage-class', 'plan', 'Plan'),
        value: id ?? words,
        name: id === undefined ? undefined : words,
      },
    ];
  });
}
