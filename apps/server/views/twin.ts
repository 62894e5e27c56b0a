import type { Fact, Forecast, Instant, Observation, Trace } from '@gemel/core';
import { DAY, isoInstant, MINUTE, valueText } from '@gemel/core';
import { calibrationWords, type Hub } from '@gemel/runtime';
import type { ObservationPoint, ProposalView, TwinDetail, TwinSummary } from '../api.ts';
import { observationPoint } from './points.ts';

/** Leads at which the cockpit shows what was predicted then. */
const PAST_LEAD_MINUTES = 30;

/** A subject's twin of one pack with the standing forecast, made once per state of the log. */
export interface Standing {
  readonly subject: string;
  readonly pack: string;
  readonly forecast: Forecast | null;
  readonly missing: readonly { readonly code: string; readonly statement: string }[];
}

/** The standing forecast, or why there is none. */
export async function standing(hub: Hub, subject: string, pack: string): Promise<Standing> {
  const forecast = await hub.forecast(subject, pack);
  return forecast.kind === 'forecast'
    ? { subject, pack, forecast, missing: [] }
    : { subject, pack, forecast: null, missing: forecast.missing };
}

function numbers(observations: readonly Observation[]): ObservationPoint[] {
  return observations.map(observationPoint).filter((point) => point !== null);
}

/** A fact in words; what merely happened, by when it did. */
function factValue({ value, trueAt }: Fact): string {
  return value === true ? `${isoInstant(trueAt).slice(0, 16).replace('T', ' ')} UTC` : valueText(value);
}

/** Where a proposal stands: what was done with it, else whether it still may be. */
export function proposalStatus(trace: Trace, newest: Trace | undefined, now: Instant): ProposalView['status'] {
  if (trace.action !== null)
    return trace.action.kind === 'agree' ? 'agreed' : trace.action.kind === 'change' ? 'changed' : 'rejected';
  if (trace.advice.kind === 'abstain') return 'abstained';
  if (trace.advice.expires <= now) return 'expired';
  return newest !== undefined && newest.id !== trace.id ? 'superseded' : 'open';
}

export function proposalView(trace: Trace, newest: Trace | undefined, now: Instant): ProposalView {
  return {
    id: trace.id,
    subject: trace.subject,
    madeAt: trace.at,
    expires: trace.advice.kind === 'advise' ? trace.advice.expires : null,
    status: proposalStatus(trace, newest, now),
    advice: trace.advice,
    trace,
  };
}

export function newestOf(traces: readonly Trace[]): Trace | undefined {
  return traces.reduce<Trace | undefined>(
    (best, trace) => (best === undefined || trace.at >= best.at ? trace : best),
    undefined,
  );
}

/** One line of the list of twins. */
export async function twinSummary(hub: Hub, place: Standing, now: Instant): Promise<TwinSummary> {
  const pack = hub.packs.find((candidate) => candidate.id === place.pack)!;
  const [history, facts, level, traces, calibrated] = await Promise.all([
    hub.history(place.subject, place.pack),
    hub.facts(place.subject),
    hub.level(place.subject, place.pack),
    hub.traces(place.subject),
    hub.calibrated(place.subject, place.pack),
  ]);
  const points = numbers(history.observations);
  const last = points.at(-1);
  const headline = pack.headline(history, place.forecast, now);
  const newest = newestOf(traces);
  const open = traces.filter((trace) => proposalStatus(trace, newest, now) === 'open');
  const name = facts.find((fact) => fact.fact === 'name');
  return {
    subject: place.subject,
    name: name === undefined ? place.subject : factValue(name),
    pack: place.pack,
    level,
    risk: headline.risk,
    headline: { value: headline.value, unit: headline.unit, at: headline.at, statement: headline.statement },
    dataAgeMinutes: last === undefined ? null : (now - last.at) / MINUTE,
    calibrated,
    openProposals: open.length,
    sparkline: points.filter((point) => point.at > now - DAY / 2).map(({ at, value }) => ({ at, value })),
  };
}

/** Everything the cockpit draws over [from, to]. */
export async function twinDetail(
  hub: Hub,
  place: Standing,
  now: Instant,
  from: Instant,
  to: Instant,
): Promise<TwinDetail> {
  const { subject, pack: packId } = place;
  const pack = hub.packs.find((candidate) => candidate.id === packId)!;
  const [summary, history, facts, outlook, accuracy, past, traces] = await Promise.all([
    twinSummary(hub, place, now),
    hub.history(subject, packId),
    hub.facts(subject),
    hub.outlook(subject, packId),
    hub.ledger(subject, packId),
    hub.pastForecasts(subject, packId, PAST_LEAD_MINUTES, from, to),
    hub.traces(subject),
  ]);
  const planned = pack.planned?.(history, now, to) ?? [];
  const { belief } = outlook;
  const posterior = belief === null ? [] : hub.posterior(packId, belief);
  return {
    summary,
    now,
    applicability: outlook.applicability,
    observations: numbers(history.observations).filter((point) => point.at >= from && point.at <= to),
    controls: [...history.controls, ...planned].filter(
      (control) => (control.to ?? control.from) >= from && control.from <= to,
    ),
    facts: facts.map((fact) => ({ fact: fact.fact, value: factValue(fact) })),
    forecast: place.forecast,
    forecastMissing: place.missing,
    advisories: pack.advisories(outlook, place.forecast),
    posterior,
    calibration: belief === null ? [] : calibrationWords(posterior, belief.diagnostics),
    accuracy,
    past,
    trace: newestOf(traces) ?? null,
  };
}
