import type { Consent, ConsentPeriod, ConsentProvision, Instant } from '@gemel/core';
import { isFor, type Purpose } from './purpose.ts';

const RESOURCE_TYPE = 'http://hl7.org/fhir/resource-types';
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality|';
/** v3 Confidentiality from the least to the most confidential. */
const MARKS = ['U', 'L', 'M', 'N', 'R', 'V'];
/** Data without a mark of their own are confidential as usual. */
const NORMAL = MARKS.indexOf('N');

/** What a consent is asked about. */
export interface ConsentRequest {
  readonly purpose: Purpose;
  /** All by which a consent may name who asks: references, identifiers, ids. */
  readonly actors: readonly string[];
  readonly roles: readonly string[];
  /** `collect`, `access`, `use`, `disclose` or `correct`. */
  readonly action: string;
  /** FHIR resource type of the data. */
  readonly type: string;
  /** Security labels, categories and codes of the data, `system|code`; what is not known of them matches no rule that asks for it. */
  readonly labels: readonly string[];
  /** When the data were true. */
  readonly dataAt?: Instant;
  /** Reference of the very data. */
  readonly reference?: string;
  /** When it is asked. */
  readonly at: Instant;
}

export type ConsentCode =
  | 'consent-permits'
  | 'consent-refused'
  | 'consent-revoked'
  | 'consent-declined'
  | 'consent-silent';

/** What the person has said about a request. */
export interface ConsentVerdict {
  readonly effect: 'permit' | 'deny' | 'silent';
  readonly code: ConsentCode;
  /** The consent that decided; null where none speaks. */
  readonly consent: string | null;
  /** Until when this holds at the longest: the next instant at which a period begins or ends; null: for good. */
  readonly until: Instant | null;
}

/**
 * What consents say of a request: of those that speak of it, the latest. A permission that was withdrawn (inactive) or declined
 * (rejected) refuses what it would have permitted; a refusal that was withdrawn says nothing any more. Drafts and proposals, and
 * consents to a treatment or about one's end, say nothing of the use of data.
 */
export function permits(consents: readonly Consent[], request: ConsentRequest): ConsentVerdict {
  let until: Instant | null = null;
  const latest = consents.toSorted((a, b) => b.dateTime - a.dateTime || (a.reference < b.reference ? 1 : -1));
  for (const consent of latest) {
    const horizon = nextEdge(consent.root, request.at);
    if (horizon !== null && (until === null || horizon < until)) until = horizon;
    const verdict = verdictOf(consent, request);
    if (verdict !== null) return { ...verdict, consent: consent.reference, until };
  }
  return { effect: 'silent', code: 'consent-silent', consent: null, until };
}

function verdictOf(consent: Consent, request: ConsentRequest): Pick<ConsentVerdict, 'effect' | 'code'> | null {
  const { status, scope, root } = consent;
  if (status === 'draft' || status === 'proposed' || scope === 'treatment' || scope === 'adr') return null;
  if (scope === 'research' && !request.purpose.hl7.includes('HRESCH')) return null;
  const effect = effectOf(root, request, root.type ?? undefined);
  if (effect === null) return null;
  if (status === 'active') return { effect, code: effect === 'permit' ? 'consent-permits' : 'consent-refused' };
  if (effect === 'deny') return null;
  return { effect: 'deny', code: status === 'inactive' ? 'consent-revoked' : 'consent-declined' };
}

/** What a provision comes to; null where it does not hold. Exceptions go before the rule; among exceptions, a refusal. */
function effectOf(
  provision: ConsentProvision,
  request: ConsentRequest,
  type: 'permit' | 'deny' | undefined,
): 'permit' | 'deny' | null {
  if (!matches(provision, request, type ?? 'permit')) return null;
  let inner: 'permit' | 'deny' | null = null;
  for (const nested of provision.provisions) {
    const effect = effectOf(nested, request, nested.type ?? 'deny');
    if (effect === 'deny') return 'deny';
    inner ??= effect;
  }
  return inner ?? type ?? null;
}

function matches(provision: ConsentProvision, request: ConsentRequest, type: 'permit' | 'deny'): boolean {
  if (provision.unread !== undefined && type === 'permit') return false;
  const { period, dataPeriod, actors, actions, labels, purposes, classes, codes, data } = provision;
  return (
    within(period, request.at) &&
    (purposes === undefined || purposes.some((asked) => isFor(request.purpose, asked))) &&
    (actions === undefined || actions.includes(request.action)) &&
    (actors === undefined || actors.some((actor) => isActor(actor, request))) &&
    (classes === undefined || classes.some((key) => key === `${RESOURCE_TYPE}|${request.type}` || has(request, key))) &&
    (codes === undefined || codes.some((key) => has(request, key))) &&
    (labels === undefined || labels.some((key) => isLabelled(key, request, type))) &&
    (data === undefined || (request.reference !== undefined && data.includes(request.reference))) &&
    (dataPeriod === undefined || (request.dataAt !== undefined && within(dataPeriod, request.dataAt)))
  );
}

function has(request: ConsentRequest, key: string): boolean {
  return request.labels.includes(key);
}

function isActor(actor: NonNullable<ConsentProvision['actors']>[number], request: ConsentRequest): boolean {
  if (actor.reference !== null) return request.actors.includes(actor.reference);
  return actor.role !== null && request.roles.includes(actor.role);
}

/**
 * A mark of confidentiality is a high-water mark (FHIR R4, Consent.provision.securityLabel): a permission reaches up to it. A refusal
 * begins at it: read the other way it would refuse what is public and let through what is most confidential.
 */
function isLabelled(key: string, request: ConsentRequest, type: 'permit' | 'deny'): boolean {
  const mark = key.startsWith(CONFIDENTIALITY) ? MARKS.indexOf(key.slice(CONFIDENTIALITY.length)) : -1;
  if (mark < 0) return has(request, key);
  const own = request.labels
    .filter((label) => label.startsWith(CONFIDENTIALITY))
    .map((label) => MARKS.indexOf(label.slice(CONFIDENTIALITY.length)))
    .filter((level) => level >= 0);
  const level = own.length === 0 ? NORMAL : Math.max(...own);
  return type === 'permit' ? level <= mark : level >= mark;
}

function within(period: ConsentPeriod | undefined, at: Instant): boolean {
  if (period === undefined) return true;
  return (period.from === null || at >= period.from) && (period.to === null || at <= period.to);
}

/** The next instant after `at` at which a period of the provision begins, or is over. */
function nextEdge(provision: ConsentProvision, at: Instant): Instant | null {
  let next: Instant | null = null;
  const { period, provisions } = provision;
  const edges = [period?.from ?? null, period?.to == null ? null : ((period.to + 1) as Instant)];
  for (const edge of [...edges, ...provisions.map((nested) => nextEdge(nested, at))]) {
    if (edge !== null && edge > at && (next === null || edge < next)) next = edge;
  }
  return next;
}
