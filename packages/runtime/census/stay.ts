import {
  codingKey,
  type Instant,
  isoInstant,
  MINUTE,
  type Movement,
  type MovementKind,
  type Problem,
} from '@gemel/core';
import { runtimeErrors } from '../errors.data.ts';

/** A movement in the log, of the person its subject is now known to be. */
export interface LoggedMovement extends Movement {
  readonly subject: string;
  /** Place in the log, which settles the order of what happened at one instant. */
  readonly seq: number;
}

/** Where somebody was, from when. */
export interface Placing {
  readonly ward: string | null;
  readonly bed: string | null;
  readonly since: Instant;
}

/** What is expected, where and when as far as that was told. */
export interface Expected {
  readonly ward: string | null;
  readonly bed: string | null;
  readonly at: Instant | null;
}

/** One visit of one person up to a moment. */
export interface Stay {
  /** `system|number`; null where no source numbers it. */
  readonly visit: string | null;
  readonly subject: string;
  /** HL7 v3 ActCode: `IMP`, `EMER`, `AMB`. */
  readonly class: string | null;
  readonly state: 'expected' | 'present' | 'in-transit' | 'on-leave' | 'discharged';
  /** Null where nothing says that it began. */
  readonly admitted: Instant | null;
  readonly discharged: Instant | null;
  /** Minutes from admission to the moment, or to the discharge; null where nothing says that it began. */
  readonly elapsedMinutes: number | null;
  /** In order; the last is where the person is, or the bed that is held for the absent. Empty where no place was told. */
  readonly placings: readonly Placing[];
  readonly expects: { readonly admission?: Expected; readonly transfer?: Expected; readonly discharge?: Expected };
  /** What cannot have been so; the stay stands as it was told. */
  readonly problems: readonly Problem[];
}

/** In the order in which things happened. */
export const inOrder = (a: LoggedMovement, b: LoggedMovement): number => a.at - b.at || a.seq - b.seq;

/** The movements that were not taken back, and cancellations that found nothing. Each takes the latest of its kind before it. */
export function withoutCancelled(own: readonly LoggedMovement[]): {
  readonly held: readonly LoggedMovement[];
  readonly problems: readonly Problem[];
} {
  const gone = new Set<LoggedMovement>();
  const problems: Problem[] = [];
  for (const cancel of own) {
    if (!cancel.cancels) continue;
    const target = own.findLast(
      (each) => each.kind === cancel.kind && !each.cancels && each.at <= cancel.at && !gone.has(each),
    );
    if (target !== undefined) gone.add(target);
    else problems.push(problemOf('census-cancel-unmatched', cancel, `cancels ${cancel.kind}, which was not told`));
  }
  return { held: own.filter((each) => !each.cancels && !gone.has(each)), problems };
}

type Draft = { -readonly [K in keyof Stay]: Stay[K] } & { placings: Placing[]; problems: Problem[] };

/**
 * The stays that movements of one visit, in order, make up to a moment: one, or one after the other where a person's visits
 * have no numbers and an admission follows a discharge.
 */
export function foldVisit(held: readonly LoggedMovement[], at: Instant): readonly Stay[] {
  const stays: Draft[] = [];
  for (const movement of held) {
    let stay = stays.at(-1);
    const anew = movement.visit === null && stay?.state === 'discharged' && BEGINS.has(movement.kind);
    if (stay === undefined || anew) {
      stay = begun(movement);
      stays.push(stay);
    }
    step(stay, movement);
  }
  for (const stay of stays) {
    const { admitted, discharged } = stay;
    stay.elapsedMinutes = admitted === null ? null : Math.max(0, (discharged ?? at) - admitted) / MINUTE;
  }
  return stays;
}

const BEGINS: ReadonlySet<MovementKind> = new Set(['expected', 'admitted']);
/** What tells nothing of where the person is. */
const ABOUT: ReadonlySet<MovementKind> = new Set([
  'expected',
  'transfer-expected',
  'discharge-expected',
  'renumbered',
  'reassigned',
]);

function begun({ visit, subject }: LoggedMovement): Draft {
  return {
    visit: visit === null ? null : codingKey(visit),
    subject,
    class: null,
    state: 'expected',
    admitted: null,
    discharged: null,
    elapsedMinutes: null,
    placings: [],
    expects: {},
    problems: [],
  };
}

/** One movement more. What cannot be is said; where it tells of a place the person is there all the same. */
function step(stay: Draft, movement: LoggedMovement): void {
  const { kind, at, ward, bed, expected } = movement;
  const say = (code: Parameters<typeof problemOf>[0], message: string) =>
    stay.problems.push(problemOf(code, movement, message));
  if (movement.subject !== stay.subject && kind !== 'reassigned') {
    say('census-visit-of-two', `is told of ${movement.subject} and of ${stay.subject}`);
  }
  if (movement.visit !== null) stay.visit = codingKey(movement.visit);
  stay.class = movement.class ?? stay.class;
  const there = { ward, bed, at: expected };
  const { admission: _, transfer, discharge } = stay.expects;
  if (stay.state === 'discharged' && !ABOUT.has(kind)) {
    const again = kind === 'admitted';
    say('census-after-discharge', `${kind} after the discharge at ${isoInstant(stay.discharged!)}`);
    if (!again) return;
    stay.discharged = null;
  }
  const inside = stay.state !== 'expected' && stay.state !== 'discharged';
  if (!inside && !ABOUT.has(kind) && kind !== 'admitted') say('census-not-admitted', `${kind} before any admission`);
  switch (kind) {
    case 'expected':
      if (stay.state === 'expected') stay.expects = { admission: there };
      return;
    case 'transfer-expected':
      stay.expects = { ...stay.expects, transfer: there };
      return;
    case 'discharge-expected':
      stay.expects = { ...stay.expects, discharge: there };
      return;
    case 'renumbered':
      return;
    case 'reassigned':
      stay.subject = movement.subject;
      return;
    case 'admitted':
      if (inside) say('census-admitted-twice', `was admitted at ${isoInstant(stay.admitted ?? at)} already`);
      stay.admitted ??= at;
      stay.state = 'present';
      stay.expects = { ...(transfer && { transfer }), ...(discharge && { discharge }) };
      break;
    case 'transferred':
      stay.state = 'present';
      stay.expects = discharge === undefined ? {} : { discharge };
      break;
    case 'departed':
      stay.state = 'in-transit';
      return;
    case 'on-leave':
      stay.state = 'on-leave';
      return;
    case 'arrived':
    case 'returned':
      stay.state = 'present';
      break;
    case 'discharged':
      stay.state = 'discharged';
      stay.discharged = at;
      stay.expects = {};
      return;
  }
  const now = stay.placings.at(-1);
  if ((ward === null && bed === null) || (now?.ward === ward && now.bed === bed)) return;
  stay.placings.push({ ward, bed, since: at });
}

/** A problem of a visit, with the person and the time it was told for. */
export function problemOf(
  code: Extract<keyof typeof runtimeErrors.table, `census-${string}`>,
  { visit, subject, at }: Pick<LoggedMovement, 'visit' | 'subject' | 'at'>,
  message: string,
): Problem {
  const what = visit === null ? 'A visit' : `Visit ${visit.code}`;
  return runtimeErrors.problem(code, `${what} of ${subject} at ${isoInstant(at)}: ${message}.`, { element: subject });
}
