import { randomUUID } from 'node:crypto';
import {
  type Consent,
  consentFact,
  consentOf,
  type Fact,
  type Instant,
  instant,
  type RawFact,
  RESTRICTION,
} from '@gemel/core';
import type { Hub } from '@gemel/runtime';
import { purposeOf } from '@gemel/runtime/govern/purpose';
import type { ConsentRequest, SignedRequest, WillView } from '../../api.ts';
import { serverErrors } from '../../errors.data.ts';

/** What the person has said, as it stands. @throws runtime-subject-unknown */
export async function willView(hub: Hub, subject: string): Promise<WillView> {
  const { known, consents, restricted } = await hub.will(subject);
  if (!known)
    throw serverErrors.error('server-unknown-subject', `Nothing is known of "${subject}".`, { field: 'subject' });
  const latest = consents.toSorted((a, b) => b.dateTime - a.dateTime);
  return { subject, consents: latest, restricted, ruling: await hub.ruling(subject) };
}

/** Writes down what the person says. Returns the consent. @throws server-request-invalid, govern-purpose-unknown */
export async function giveConsent(hub: Hub, subject: string, asked: ConsentRequest, now: Instant): Promise<Consent> {
  const { type, purposes, types, labels, from, to } = asked;
  const period = { from: from === undefined ? null : instant(from), to: to === undefined ? null : instant(to) };
  if (period.from !== null && period.to !== null && period.to < period.from)
    throw serverErrors.error('server-request-invalid', 'The consent ends before it begins.', { field: 'to' });
  const consent: Consent = {
    reference: `Consent/${randomUUID()}`,
    status: 'active',
    scope: 'patient-privacy',
    dateTime: now,
    root: {
      type,
      ...(period.from === null && period.to === null ? {} : { period }),
      ...(purposes === undefined ? {} : { purposes: purposes.map((purpose) => purposeOf(purpose).key) }),
      ...(types === undefined ? {} : { classes: types.map((name) => `http://hl7.org/fhir/resource-types|${name}`) }),
      ...(labels === undefined ? {} : { labels }),
      provisions: [],
    },
  };
  await write(hub, subject, consent, asked);
  return consent;
}

/** The person takes a consent back. Returns it as it now stands. @throws server-consent-unknown */
export async function withdrawConsent(
  hub: Hub,
  subject: string,
  reference: string,
  by: SignedRequest,
): Promise<Consent> {
  const consent = (await hub.will(subject)).consents.find((each) => each.reference === reference);
  if (consent === undefined)
    throw serverErrors.error('server-consent-unknown', `"${subject}" has no consent "${reference}".`, {
      field: 'reference',
    });
  const withdrawn: Consent = { ...consent, status: 'inactive' };
  await write(hub, subject, withdrawn, by);
  return withdrawn;
}

/** The data are to be kept and not used from now on; nothing where they are already. Returns whether it is new. */
export async function restrict(hub: Hub, subject: string, by: SignedRequest, now: Instant): Promise<boolean> {
  if ((await hub.will(subject)).restricted) return false;
  const raw = restriction(subject, by, `restriction/${randomUUID()}`, now);
  await admitFact(hub, raw, by);
  return true;
}

/** The data may be used again. Returns how many restrictions end. */
export async function endRestriction(hub: Hub, subject: string, by: SignedRequest, now: Instant): Promise<number> {
  const facts = (await hub.facts(subject)).filter(
    ({ fact, trueAt, until }) => fact === RESTRICTION && trueAt <= now && (until === undefined || until > now),
  );
  for (const fact of facts) await admitFact(hub, ended(fact, by, now), by);
  return facts.length;
}

function restriction(subject: string, { person, reason }: SignedRequest, sourceId: string, start: Instant): RawFact {
  return {
    kind: 'fact',
    subject,
    fact: RESTRICTION,
    codings: [],
    value: { kind: 'text', text: reason },
    time: { start, offset: 0 },
    provenance: { source: `restriction by ${person}`, element: RESTRICTION, sourceId },
  };
}

function ended(fact: Fact, by: SignedRequest, now: Instant): RawFact {
  const raw = restriction(fact.subject, by, fact.provenance.sourceId ?? fact.id, fact.trueAt);
  return {
    ...raw,
    value: { kind: 'text', text: String(fact.value) },
    time: { start: fact.trueAt, end: now, offset: 0 },
  };
}

async function write(hub: Hub, subject: string, consent: Consent, by: SignedRequest): Promise<void> {
  const standing = (await hub.facts(subject)).find((fact) => consentOf(fact)?.reference === consent.reference);
  await admitFact(
    hub,
    {
      kind: 'fact',
      subject: standing?.subject ?? subject,
      ...consentFact(consent),
      ...(standing?.labels === undefined ? {} : { labels: standing.labels }),
      time: { start: consent.dateTime, offset: 0 },
      provenance: { source: `consent by ${by.person}: ${by.reason}`, element: 'Consent', sourceId: consent.reference },
    },
    by,
  );
}

async function admitFact(hub: Hub, raw: RawFact, { person, reason }: SignedRequest): Promise<void> {
  for (const [field, text] of [
    ['person', person],
    ['reason', reason],
  ] as const) {
    if (text.trim() === '') throw serverErrors.error('server-request-invalid', `The ${field} is missing.`, { field });
  }
  const { provenance, fact: type } = raw;
  const source = { name: provenance.source, sha256: '', format: 'person', bytes: 0 };
  const { account } = await hub.admit([{ type, fate: 'mapped', items: [raw], problems: [], provenance }], source);
  const [problem] = account.problems;
  if (account.refused > 0 && problem !== undefined)
    throw serverErrors.error('server-request-invalid', problem.message, problem.where);
}
