import { type Coding, type Concept, coding } from './concept.ts';
import type { Fact } from './observation.ts';
import type { RawFact } from './raw.ts';
import type { Instant } from './time.ts';

/** A point of care (a ward, a unit, a clinic) and a bed in it, each by its path: `HOSP/W`, `HOSP/W/12/1`. */
export const WARD = 'https://gemel.example.org/place/ward';
export const BED = 'https://gemel.example.org/place/bed';
/** Visits that have no number but their place in a source. */
export const VISIT = 'https://gemel.example.org/visit';
/** Class of a visit (HL7 v3 ActCode): `IMP`, `EMER`, `AMB`. */
export const VISIT_CLASS = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** What happens in a stay. `renumbered`: `prior` goes on as `visit`. `reassigned`: the visit was another patient's by mistake. */
export const MOVEMENT_KINDS = [
  'expected',
  'admitted',
  'transferred',
  'transfer-expected',
  'departed',
  'arrived',
  'on-leave',
  'returned',
  'discharge-expected',
  'discharged',
  'renumbered',
  'reassigned',
] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** One movement of a patient as a source tells it; in the log it is a fact `visit.<kind>`, or `visit.<kind>.cancelled`. */
export interface Movement {
  readonly kind: MovementKind;
  /** Takes back the last movement of that kind. */
  readonly cancels: boolean;
  /** Number of the visit; null where the source gives none. */
  readonly visit: Coding | null;
  /** Number it had before. */
  readonly prior: Coding | null;
  readonly class: string | null;
  readonly ward: string | null;
  readonly bed: string | null;
  readonly at: Instant;
  /** When what is expected is expected. */
  readonly expected: Instant | null;
}

const FACT = new RegExp(`^visit\\.(${MOVEMENT_KINDS.join('|')})(\\.cancelled)?$`);
const PRIOR = 'prior';

/** Name and value of the fact that says the movement; `words` as the source names the place. */
export function movementFact(
  { kind, cancels, visit, prior, class: visitClass, ward, bed }: Omit<Movement, 'at' | 'expected'>,
  words: string,
): Pick<RawFact, 'fact' | 'value'> {
  const codings = [
    ...(visit === null ? [] : [visit]),
    ...(prior === null ? [] : [{ ...prior, display: PRIOR }]),
    ...(ward === null ? [] : [coding(WARD, ward)]),
    ...(bed === null ? [] : [coding(BED, bed)]),
    ...(visitClass === null ? [] : [coding(VISIT_CLASS, visitClass)]),
  ];
  const value = { kind: 'coded', codings, ...(words === '' ? {} : { text: words }) } as const;
  return { fact: `visit.${kind}${cancels ? '.cancelled' : ''}`, value };
}

/** Whether a fact of that name is a movement. */
export const isMovement = (fact: string): boolean => FACT.test(fact);

/** The movement that a fact says; null for other facts. */
export function movementOf(fact: Fact): Movement | null {
  const named = FACT.exec(fact.fact);
  if (named === null || typeof fact.value !== 'object' || !('codings' in fact.value)) return null;
  const { codings }: Concept = fact.value;
  const own = (system: string) => codings.find((each) => each.system === system)?.code ?? null;
  const numbers = codings.filter(({ system }) => system !== WARD && system !== BED && system !== VISIT_CLASS);
  const prior = numbers.find(({ display }) => display === PRIOR);
  const visit = numbers.find((each) => each !== prior);
  return {
    kind: named[1] as MovementKind,
    cancels: named[2] !== undefined,
    visit: visit === undefined ? null : coding(visit.system, visit.code),
    prior: prior === undefined ? null : coding(prior.system, prior.code),
    class: own(VISIT_CLASS),
    ward: own(WARD),
    bed: own(BED),
    at: fact.trueAt,
    expected: fact.until ?? null,
  };
}
