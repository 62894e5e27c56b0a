import type { Fact, Forecast, Instant, LossAccount, Trace } from '@gemel/core';
import { HOUR, instant, isWill } from '@gemel/core';
import { encodePatient, encodeProposal, encodeRelease } from '@gemel/exchange/fhir/encode';
import { identifierOf } from '@gemel/exchange/fhir/encode/elements';
import { calibrationWords, type Hub, viewOf } from '@gemel/runtime';
import type * as fhir from '@medplum/fhirtypes';
import { newestOf } from './twin.ts';
import { type TwinReport, twinReport } from './twin-report.ts';

type Sha256 = TwinReport['sha256'];

/** The report of a subject as it stands, without calibrating or advising anew: one page, and the numbers on it. */
export async function standingReport(
  hub: Hub,
  subject: string,
  packId: string,
  at: {
    readonly now: Instant;
    readonly unit: string;
    readonly sha256: Sha256;
    readonly accounts?: readonly LossAccount[];
  },
): Promise<ReturnType<typeof twinReport>> {
  const pack = hub.packs.find(({ id }) => id === packId)!;
  const view = viewOf(pack);
  const [history, facts, level, forecast, belief, traces, models] = await Promise.all([
    hub.history(subject, packId),
    hub.facts(subject),
    hub.level(subject, packId),
    hub.forecast(subject, packId),
    hub.belief(subject, packId),
    hub.traces(subject),
    hub.models(subject, packId),
  ]);
  const past = await hub.retraced(subject, packId, instant(at.now - view.windows[0].past * HOUR), at.now);
  const zoneOffset = history.observations.findLast(({ offset }) => offset !== null)?.offset ?? 0;
  const posterior = belief === null ? [] : hub.posterior(packId, belief);
  const trace = newestOf(traces, packId) ?? null;
  return twinReport({
    pack,
    subject,
    history,
    facts: facts.filter(({ fact }) => !isWill(fact)),
    level,
    forecast,
    posterior,
    calibration: belief === null ? [] : calibrationWords(posterior, belief.diagnostics),
    trace,
    past,
    models,
    zoneOffset,
    accounts: [],
    ...at,
  });
}

/** The twin's word before a person has acted, with the patient in it: a collection of drafts. */
export function proposalBundle(
  trace: Trace,
  forecast: Forecast | null,
  facts: readonly Fact[],
  at: Instant,
  sha256: Sha256,
): fhir.Bundle {
  const patient = encodePatient(sha256(trace.subject).slice(0, 32), facts);
  return encodeProposal({
    trace,
    forecast,
    at,
    patient: { ...patient, identifier: [identifierOf('subject', trace.subject)] },
  });
}

/** What left when a person acted on the trace; null while nobody has. The same each time it is asked for. */
export async function releaseBundle(hub: Hub, traceId: string): Promise<fhir.Bundle | null> {
  const released = await hub.released(traceId);
  return released === null ? null : encodeRelease({ ...released, at: released.trace.action!.at });
}
