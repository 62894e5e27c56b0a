import type { Zone } from '../device/zone.ts';
import type { DoorOptions } from '../door.ts';
import { structureFaults } from '../fhir/structure.ts';
import { hasUndecidedPeriod } from './as-fhir.ts';
import { composition, section } from './composition.ts';
import { concept } from './datatype.ts';
import { Conversion, Draft, type Made, type Reference } from './draft.ts';
import { encompassing, headerParticipants, patient } from './header.ts';
import type { Draftable } from './json.ts';
import { provenances } from './provenance.ts';
import { headerCareTeam } from './statement/care-team.ts';
import { encounter } from './statement/encounter.ts';
import { unstructured } from './statement/note.ts';
import { STATEMENTS } from './statement/shared.ts';
import { statement } from './statement/statement.ts';
import { all, at, one, type XmlDocument, type XmlElement } from './xml.ts';

const NOWHERE = { code: undefined, element: undefined };

/** Elements that a source may begin with: the document, or a part of one. */
const ROOTS = new Set([
  'ClinicalDocument',
  'component',
  'structuredBody',
  'section',
  'entry',
  'entryRelationship',
  'recordTarget',
  'patientRole',
  'documentationOf',
  'componentOf',
  'encompassingEncounter',
  'author',
  'custodian',
  'participant',
  'relatedDocument',
  ...STATEMENTS,
]);

/** Whether any root of a source is a clinical document or a part of one. */
export function isClinical(xml: XmlDocument): boolean {
  return xml.roots.some(({ name }) => ROOTS.has(name));
}

/** Converts a document, or fragments of one. */
export function convert(xml: XmlDocument, options: DoorOptions, zone: Zone | null): Conversion {
  const conversion = new Conversion(xml, options, zone);
  for (const root of xml.roots) indexNarrative(conversion, root);
  const targets = xml.roots.flatMap((root) => (root.name === 'recordTarget' ? [root] : all(root, 'recordTarget')));
  const wrapped = xml.roots.find(({ name }) => name === 'patientRole');
  if (targets.length === 1 || sameTargets(targets))
    conversion.patient = patient(conversion, targets[0]!) ?? conversion.patient;
  else if (targets.length > 1) {
    const draft = new Draft(conversion, 'Composition', targets[1]!);
    draft.refuse(targets[1]!, 'ccda-patients-several', `${targets.length} patients are named`);
    conversion.refusal = draft;
    return conversion;
  } else if (wrapped !== undefined) conversion.patient = patientOfRole(conversion, wrapped) ?? conversion.patient;
  else conversion.patient = givenPatient(options);
  conversion.named = conversion.made.some(({ type }) => type === 'Patient');
  for (const root of xml.roots) convertRoot(conversion, root);
  conversion.finish();
  provenances(conversion);
  for (const made of conversion.made) check(made);
  return conversion;
}

/** Several record targets that carry one id are one person. */
function sameTargets(targets: readonly XmlElement[]): boolean {
  const ids = targets.map((target) => {
    const { root, extension } = at(target, 'patientRole', 'id')?.attributes ?? {};
    return root === undefined ? undefined : `${root}|${extension ?? ''}`;
  });
  return targets.length > 1 && ids[0] !== undefined && ids.every((id) => id === ids[0]);
}

function patientOfRole(conversion: Conversion, role: XmlElement): Reference | undefined {
  const target: XmlElement = { ...role, name: 'recordTarget', children: [role], content: [role] };
  return patient(conversion, target);
}

/** The subject given by hand: an identifier `system|value`, or a reference. */
function givenPatient(options: DoorOptions): Reference {
  const { subject } = options;
  if (subject === undefined) return { display: 'patient not named in the source' };
  const bar = subject.indexOf('|');
  if (bar > 0) return { identifier: { system: subject.slice(0, bar), value: subject.slice(bar + 1) } };
  return /^Patient\/[A-Za-z0-9\-.]{1,64}$/.test(subject) ? { reference: subject } : { identifier: { value: subject } };
}

function convertRoot(conversion: Conversion, root: XmlElement): void {
  const event = root.name === 'ClinicalDocument' ? encompassing(root) : findEncounter(root);
  if (event !== undefined) {
    conversion.encounter = encounter(conversion, event, NOWHERE);
    const draft = conversion.made.find(({ draft }) => draft.element === event)?.draft;
    if (event.parent?.name === 'componentOf') draft?.use(event.parent);
  }
  headerParticipants(conversion, root);
  const performed = root.name === 'documentationOf' ? root : one(root, 'documentationOf');
  const service = one(performed, 'serviceEvent');
  const team = service === undefined ? undefined : headerCareTeam(conversion, service);
  if (team !== undefined && performed !== undefined) performed.use ??= service!.use;
  const body = bodyOf(root);
  const sections: Draftable[] = [];
  for (const element of body.sections) {
    const made = section(conversion, element);
    if (made !== undefined) sections.push(made);
  }
  for (const each of body.statements) statement(conversion, each, NOWHERE);
  for (const each of body.statements) if (each.parent !== null) each.parent.use ??= each.use;
  if (body.plain !== undefined) {
    const draft = new Draft(conversion, 'DocumentReference', root);
    unstructured(conversion, body.plain, concept(draft, one(root, 'code')));
    root.use = null;
  }
  if (root.name === 'ClinicalDocument' || sections.length > 0) composition(conversion, root, sections, team);
}

function findEncounter(root: XmlElement): XmlElement | undefined {
  if (root.name === 'encompassingEncounter') return root;
  return root.name === 'componentOf' ? one(root, 'encompassingEncounter') : undefined;
}

interface Body {
  readonly sections: readonly XmlElement[];
  readonly statements: readonly XmlElement[];
  readonly plain: XmlElement | undefined;
}

/** Where the sections of a document, or of a fragment of one, are. */
function bodyOf(root: XmlElement): Body {
  const sections: XmlElement[] = [];
  const statements: XmlElement[] = [];
  let plain: XmlElement | undefined;
  const look = (element: XmlElement): void => {
    if (element.name === 'section') sections.push(element);
    else if (STATEMENTS.has(element.name)) statements.push(element);
    else if (element.name === 'nonXMLBody') plain ??= element;
    else if (AROUND.has(element.name)) for (const child of element.children) look(child);
  };
  look(root);
  return { sections, statements, plain };
}

const AROUND = new Set(['ClinicalDocument', 'component', 'structuredBody', 'entry', 'entryRelationship']);

/** Narrative by ID, wherever it stands. */
function indexNarrative(conversion: Conversion, element: XmlElement): void {
  const id = element.attributes.ID;
  if (id !== undefined) {
    const list = conversion.narrative.get(id);
    if (list === undefined) conversion.narrative.set(id, [element]);
    else list.push(element);
  }
  for (const child of element.children) indexNarrative(conversion, child);
}

/** No resource leaves that R4 would not take: its element is kept instead. */
function check(made: Made): void {
  const resource = made.resource as { resourceType?: string };
  if (hasUndecidedPeriod(made.resource)) {
    const text = 'start and end differ in precision; the resource has both to that of the less precise';
    made.draft.note('ccda-period-undecided', text, made.draft.element);
  }
  const faults = structureFaults({ ...resource, id: made.id });
  if (faults.length === 0) return;
  made.faults = faults;
  made.draft.keep(made.draft.element, 'ccda-resource-invalid', faults.slice(0, 3).join('; '));
}
