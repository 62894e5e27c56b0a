import { type Accuracy, type Instant, isQuantity, MINUTE, type Observation } from '@gemel/core';
import type { Entry, NewEntry } from '@gemel/store';
import type { Equipped } from './fold.ts';
import { type Log, NEWEST_KEPT } from './log.ts';
import { atLevel, crpsOfQuantiles, type ForecastNote, type LeadNote, quantilesAt, type Score } from './score.ts';
import type { SubjectLog } from './subject-log.ts';

/**
 * Scores of observations that just arrived: for each lead time the standing forecast that was made closest to that lead before
 * the log knew the observation. A forecast is never held against what it was made from.
 */
export async function scoresOf(
  log: Log,
  view: SubjectLog,
  twin: Equipped,
  ids: readonly string[],
  now: Instant,
): Promise<readonly NewEntry[]> {
  const { pack, lens } = twin;
  const longest = Math.max(0, ...pack.scores.flatMap((spec) => spec.leadsMinutes));
  if (longest === 0) return [];
  const fresh = ids.flatMap((id) => {
    const entry = view.items.get(id);
    if (entry?.item?.kind !== 'observation' || !view.holds(id) || !view.counts(entry.item)) return [];
    const seen = lens.observation(entry.item);
    return seen === null || seen.grade === 'poor' ? [] : [{ entry, seen }];
  });
  if (fresh.length === 0) return [];
  const earliest = Math.min(...fresh.map(({ seen }) => seen.trueAt)) - 2 * longest * MINUTE;
  const notes = await forecastNotes(log, view.subject, pack.id, earliest as Instant, now);
  const scores: NewEntry[] = [];
  for (const { entry, seen } of fresh) {
    for (const spec of pack.scores) {
      if (seen.signal !== spec.signal) continue;
      for (const leadMinutes of spec.leadsMinutes) {
        const score = scoreOf(notes, seen, entry.seq, spec.quantity, leadMinutes, pack);
        if (score === null) continue;
        const key = `${pack.id}|${spec.quantity}|${leadMinutes}|${seen.id}`;
        const id = `score-${seen.id}-${pack.id}-${spec.quantity}-${leadMinutes}`;
        scores.push({
          id,
          subject: view.subject,
          kind: 'score',
          trueAt: seen.trueAt,
          knownAt: now,
          dedupeKey: key,
          payload: score,
        });
      }
    }
  }
  return scores;
}

/** Notes of the pack's standing forecasts that begin within [from, to], oldest first. */
export async function forecastNotes(
  log: Log,
  subject: string,
  pack: string,
  from: Instant,
  to: Instant,
): Promise<readonly ForecastNote[]> {
  const kept = await log.records(subject, ['forecast']);
  const reaches = kept.length < NEWEST_KEPT.forecast! || kept[0]!.trueAt < from;
  const entries = [...(reaches ? kept : [])];
  if (!reaches) {
    for (const member of await log.members(subject)) {
      entries.push(...(await log.store.read({ subject: member, kinds: ['forecast'], trueFrom: from, trueTo: to })));
    }
  }
  return entries
    .map((entry) => entry.payload as ForecastNote)
    .filter((note) => note.pack === pack && note.from >= from && note.from <= to);
}

function scoreOf(
  notes: readonly ForecastNote[],
  observation: Observation,
  seq: number,
  quantity: string,
  leadMinutes: number,
  pack: Equipped['pack'],
): Score | null {
  if (!isQuantity(observation.value)) return null;
  const reach = (pack.forecast.stepMinutes * MINUTE) / 2;
  let best: { readonly note: ForecastNote; readonly lead: LeadNote; readonly distance: number } | null = null;
  for (const note of notes) {
    if (note.seq >= seq) continue;
    const distance = Math.abs(observation.trueAt - (note.from + leadMinutes * MINUTE));
    if (distance > reach || (best !== null && distance > best.distance)) continue;
    const lead = note.leads.find((each) => each.quantity === quantity && each.leadMinutes === leadMinutes);
    if (lead !== undefined) best = { note, lead, distance };
  }
  const quantiles = best === null ? null : quantilesAt(best.lead, observation.trueAt);
  if (best === null || quantiles === null) return null;
  const { levels, unit } = best.lead;
  const level = (p: number) => atLevel(levels, quantiles, p);
  const observed = observation.value.value;
  return {
    pack: pack.id,
    quantity,
    unit,
    leadMinutes,
    forecast: best.note.id,
    observation: observation.id,
    at: observation.trueAt,
    observed,
    median: level(0.5),
    low50: level(0.25),
    high50: level(0.75),
    low90: level(0.05),
    high90: level(0.95),
    crps: crpsOfQuantiles(levels, quantiles, observed),
  };
}

/** The pack's scores whose observation still holds. */
export function standingScores(entries: readonly Entry[], view: SubjectLog, pack: string): readonly Score[] {
  return entries
    .map((entry) => entry.payload as Score)
    .filter((score) => score.pack === pack && view.holds(score.observation));
}

/** How past forecasts of the pack's first scored quantity did; null before the first score. Bias is median − observed. */
export function accuracy(scores: readonly Score[], twin: Equipped): Accuracy | null {
  const spec = twin.pack.scores[0];
  const own = scores.filter((score) => score.quantity === spec?.quantity);
  if (spec === undefined || own.length === 0) return null;
  const byLead = spec.leadsMinutes.flatMap((leadMinutes) => {
    const at = own.filter((score) => score.leadMinutes === leadMinutes);
    if (at.length === 0) return [];
    const mean = (value: (score: Score) => number) => at.reduce((sum, score) => sum + value(score), 0) / at.length;
    return [
      {
        leadMinutes,
        count: at.length,
        coverage50: mean((s) => (s.observed >= s.low50 && s.observed <= s.high50 ? 1 : 0)),
        coverage90: mean((s) => (s.observed >= s.low90 && s.observed <= s.high90 ? 1 : 0)),
        crps: mean((s) => s.crps),
        bias: mean((s) => s.median - s.observed),
        rmse: Math.sqrt(mean((s) => (s.median - s.observed) ** 2)),
      },
    ];
  });
  return { quantity: spec.quantity, unit: own[0]!.unit, byLead };
}
