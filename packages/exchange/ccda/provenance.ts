import { absent, fixed } from './datatype.ts';
import { type Conversion, Draft, type Made } from './draft.ts';
import { type ParticipantKind, participant } from './participant.ts';
import { STATEMENTS } from './statement/shared.ts';
import { instantOf } from './time.ts';
import { all, one, type XmlElement } from './xml.ts';

const AGENTS: readonly ParticipantKind[] = [
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Device',
  'RelatedPerson',
  'Patient',
];
const TYPES = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';

/** The authors of every statement, or of the act around one that names none → Provenance. */
export function provenances(conversion: Conversion): void {
  for (const made of [...conversion.made]) {
    const { element, around } = made.draft;
    if (!STATEMENTS.has(element.name)) continue;
    const holder = all(element, 'author').length > 0 ? element : around;
    if (holder !== undefined && all(holder, 'author').length > 0) provenance(conversion, made, holder);
  }
}

function provenance(conversion: Conversion, made: Made, holder: XmlElement): void {
  const authors = all(holder, 'author');
  const draft = new Draft(conversion, 'Provenance', authors[0]!, [`${made.type}/${made.id} authors|`]);
  let recorded: string | undefined;
  const agent = authors.flatMap((each) => {
    draft.use(each);
    const who = participant(conversion, one(each, 'assignedAuthor'), AGENTS);
    const time = instantOf(draft, one(each, 'time'));
    if (time !== undefined && (recorded === undefined || Date.parse(time) > Date.parse(recorded))) recorded = time;
    return who === undefined ? [] : [{ type: fixed(TYPES, 'author', 'Author'), who }];
  });
  if (agent.length === 0) return;
  draft.add({
    target: [{ reference: `${made.type}/${made.id}` }],
    recorded,
    _recorded: recorded === undefined ? { extension: [absent(undefined)] } : undefined,
    agent,
  });
}
