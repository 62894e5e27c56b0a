import type { Fact, Forecast, Instant, Observation, Reason, Trace } from '@gemel/core';
import { HOUR, isoInstant, isWill, MINUTE, valueText } from '@gemel/core';
import { calibrationWords, type Hub, viewOf } from '@gemel/runtime';
import type { QuantitySpec } from '@gemel/runtime/pack';
import type { ObservationPoint, ProposalView, SummaryView, TwinDetail, TwinSummary, TwinView } from '../api.ts';
import { observationPoint } from './points.ts';

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

/** The newest proposal of one of a subject's twins. */
export function newestOf(traces: readonly Trace[], pack: string): Trace | undefined {
  return traces
    .filter((trace) => trace.pack.id === pack)
    .reduce<Trace | undefined>((best, trace) => (best === undefined || trace.at >= best.at ? trace : best), undefined);
}

/** One line of the list of twins. */
export async function twinSummary(hub: Hub, place: Standing, now: Instant): Promise<TwinSummary> {
  const pack = hub.packs.find((candidate) => candidate.id === place.pack)!;
  const [history, facts, level, traces, calibrated, paused] = await Promise.all([
    hub.history(place.subject, place.pack),
    hub.facts(place.subject),
    hub.level(place.subject, place.pack),
    hub.traces(place.subject),
    hub.calibrated(place.subject, place.pack),
    hub.paused(place.subject, place.pack),
  ]);
  const view = viewOf(pack);
  const points = numbers(history.observations.filter(({ signal }) => signal !== null && view.signals.includes(signal)));
  const last = points.at(-1);
  const headline = paused.length > 0 ? standingStill(paused) : pack.headline(history, place.forecast, now);
  const own = traces.filter((trace) => trace.pack.id === place.pack);
  const newest = newestOf(own, place.pack);
  const open = own.filter((trace) => paused.length === 0 && proposalStatus(trace, newest, now) === 'open');
  // Of a twin that is paused, nothing is told but that it is.
  const name = paused.length > 0 ? undefined : facts.find((fact) => fact.fact === 'name');
  return {
    subject: place.subject,
    name: name === undefined ? place.subject : factValue(name),
    pack: place.pack,
    level,
    risk: headline.risk,
    headline: { value: headline.value, unit: headline.unit, at: headline.at, statement: headline.statement },
    dataAgeMinutes: last === undefined ? null : (now - last.at) / MINUTE,
    calibrated,
    ...(paused.length === 0 ? {} : { paused }),
    openProposals: open.length,
    sparkline: points
      .filter((point) => point.at > now - view.trendHours * HOUR)
      .map(({ at, value }) => ({ at, value })),
    view: summaryView(view),
  };
}

function standingStill(paused: readonly Reason[]): Pick<TwinSummary, 'risk'> & TwinSummary['headline'] {
  return {
    risk: 'unknown',
    value: '–',
    unit: '',
    at: null,
    statement: paused.map(({ statement }) => statement).join(' '),
  };
}

function summaryView({ units, staleMinutes, band, joinedMinutes, trendHours }: TwinView): SummaryView {
  return { units, staleMinutes, ...(band === undefined ? {} : { band }), joinedMinutes, trendHours };
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
  const view = viewOf(pack);
  const [summary, history, facts, outlook, accuracy, past, retraced, models, traces] = await Promise.all([
    twinSummary(hub, place, now),
    hub.history(subject, packId),
    hub.facts(subject),
    hub.outlook(subject, packId),
    hub.ledger(subject, packId),
    hub.pastForecasts(subject, packId, view.thenMinutes, from, to),
    hub.retraced(subject, packId, from, to),
    hub.models(subject, packId),
    hub.traces(subject),
  ]);
  const paused = summary.paused !== undefined;
  const planned = pack.planned?.(history, now, to) ?? [];
  const { belief } = outlook;
  const posterior = belief === null ? [] : hub.posterior(packId, belief);
  return {
    summary,
    view,
    titles: Object.fromEntries([
      ...pack.observes.map(({ signal, title }: { signal: string; title: string }) => [signal, title]),
      ...pack.controls.map(({ control, title }: { control: string; title: string }) => [control, title]),
      ...view.controls.map(({ control, title }) => [control, title]),
    ]),
    events: Object.fromEntries(
      pack.quantities.map(({ name, events }: QuantitySpec) => [
        name,
        Object.fromEntries(Object.entries(events).map(([event, { title }]) => [event, title])),
      ]),
    ),
    now,
    applicability: outlook.applicability,
    observations: numbers(history.observations).filter((point) => point.at >= from && point.at <= to),
    controls: [...history.controls, ...planned].filter(
      (control) => (control.to ?? control.from) >= from && control.from <= to,
    ),
    facts: paused
      ? []
      : facts.filter(({ fact }) => !isWill(fact)).map((fact) => ({ fact: fact.fact, value: factValue(fact) })),
    forecast: place.forecast,
    retraced,
    models,
    forecastMissing: place.missing,
    advisories: paused ? [] : pack.advisories(outlook, place.forecast),
    posterior,
    calibration: belief === null ? [] : calibrationWords(posterior, belief.diagnostics),
    accuracy,
    past,
    trace: paused ? null : (newestOf(traces, packId) ?? null),
  };
}
