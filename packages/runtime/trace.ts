import {
  type Accuracy,
  type Advice,
  canonicalJson,
  type Forecast,
  HOUR,
  type Instant,
  isQuantity,
  MINUTE,
  type Trace,
  type TraceInput,
  type TraceOutcome,
  valueText,
} from '@gemel/core';
import { hashBelief } from './belief.ts';
import { abstention, decide, refusal } from './decide.ts';
import { AS_PLANNED, foretell } from './forecast.ts';
import { nothingLeft } from './govern/withhold.ts';
import { accuracy, standingScores } from './ledger.ts';
import type { PackHistory } from './lens.ts';
import { levelOf, type ReleaseNote } from './level.ts';
import { basisOf, type Context, type Moment, outlookOf, recordsOf, steadyView } from './moment.ts';
import { posterior } from './posterior.ts';
import { atLevel } from './score.ts';

export const BANNER = 'Research use. Not for clinical use.';

/** Control inputs this far back are named among the inputs of a recommendation. */
const INPUTS_BACK = 24 * HOUR;

/** Proposes or abstains at a moment, with all that is needed to see later why. A function of the moment alone. */
export async function traceOf(context: Context, moment: Moment, id: string, engine: string): Promise<Trace> {
  const { twin, now, history, belief } = moment;
  const { pack } = twin;
  const { sha256, seed } = context.options;
  const outlook = outlookOf(moment);
  const view = await steadyView(context, moment);
  const withheld = nothingLeft(moment, view);
  const refused =
    withheld.length > 0
      ? { code: withheld[0]!.code, reasons: withheld }
      : refusal(outlook, pack.readiness('decide', history, now));
  let forecast: Forecast | null = null;
  let advice: Advice;
  // Where nothing may be used, nothing is said from it either.
  if (withheld.length > 0) advice = abstention(refused!, []);
  else if (belief === null) advice = abstention(refused!, pack.advisories(outlook, null));
  else {
    const basis = await basisOf(context, moment, belief);
    const speaks = outlook.applicability.applies !== 'no' && pack.readiness('forecast', history, now).ready;
    forecast = speaks ? foretell(basis, AS_PLANNED).forecast : null;
    advice =
      refused !== null || forecast === null
        ? abstention(refused ?? notForecast(moment), pack.advisories(outlook, forecast))
        : decide(basis, { ...outlook, belief }, forecast);
  }
  const records = await recordsOf(context, moment, ['release', 'score']);
  const releases = records.filter((entry) => entry.kind === 'release').map((entry) => entry.payload as ReleaseNote);
  const scores = standingScores(
    records.filter((entry) => entry.kind === 'score'),
    view,
    pack.id,
  );
  const content: Omit<Trace, 'hash' | 'action' | 'outcome'> = {
    kind: 'trace',
    id,
    subject: history.subject,
    pack: { id: pack.id, version: pack.version },
    at: now,
    knownAt: history.knownAt,
    seq: moment.seq,
    inputs: inputsOf(history, now),
    modelHash: twin.modelHash,
    parameterHash: twin.parameterHash,
    belief: belief === null ? '' : hashBelief(belief, pack.dynamics, sha256),
    posterior: belief === null ? [] : posterior(pack, belief),
    seed,
    applicability: outlook.applicability,
    advice,
    level: levelOf(view, twin, releases, now),
    pastAccuracy: accuracy(scores, twin),
    words: wordsOf(advice),
    engine,
    ...(moment.ruling === null ? {} : { governance: moment.ruling }),
  };
  return { ...content, action: null, outcome: null, hash: traceHash(content, sha256) };
}

/** Each plan's forecast stands in by its own hash, which is over every number in it. */
export function traceHash(trace: Omit<Trace, 'hash' | 'action' | 'outcome'>, sha256: (text: string) => string): string {
  const plans = trace.advice.plans.map((plan) => ({ ...plan, forecast: plan.forecast.hash }));
  return sha256(canonicalJson(JSON.parse(JSON.stringify({ ...trace, advice: { ...trace.advice, plans } }))));
}

function notForecast(moment: Moment) {
  const { missing } = moment.twin.pack.readiness('forecast', moment.history, moment.now);
  return { code: missing[0]?.code ?? 'not-ready', reasons: missing };
}

function wordsOf(advice: Advice): readonly string[] {
  return [
    advice.statement,
    ...advice.reasons.map((reason) => reason.statement),
    ...advice.advisories.map((advisory) => advisory.statement),
    BANNER,
  ];
}

/** The latest value of every signal, the control inputs of the last day and what is planned, and every fact used. */
export function inputsOf(history: PackHistory, now: Instant): readonly TraceInput[] {
  const age = (at: Instant) => (now - at) / MINUTE;
  const latest = new Map<string, TraceInput>();
  for (const o of history.observations) {
    const { id, value: v, trueAt, knownAt, grade, provenance } = o;
    const value = valueText(v);
    const name = o.signal ?? '';
    latest.set(name, { id, name, value, trueAt, knownAt, ageMinutes: age(trueAt), grade, source: provenance.source });
  }
  const controls = history.controls
    .filter((c) => (c.to ?? c.from) >= now - INPUTS_BACK)
    .map((c): TraceInput => {
      const { id, control: name, from: trueAt, knownAt, grade, provenance } = c;
      const value = `${c.value.value} ${c.value.unit}`;
      return { id, name, value, trueAt, knownAt, ageMinutes: age(trueAt), grade, source: provenance.source };
    });
  const facts = history.facts.map((f): TraceInput => {
    const { id, fact: name, trueAt, knownAt, provenance } = f;
    const value = valueText(f.value);
    return { id, name, value, trueAt, knownAt, ageMinutes: age(trueAt), grade: 'good', source: provenance.source };
  });
  return [...latest.values(), ...controls, ...facts];
}

/** What was observed after the advice, against the forecast of its first plan; null before anything was. */
export function outcomeOf(
  trace: Trace,
  history: PackHistory,
  spec: { readonly quantity: string; readonly signal: string } | undefined,
): TraceOutcome | null {
  const forecast = trace.advice.plans[0]?.forecast;
  const quantity = spec === undefined ? undefined : forecast?.quantities[spec.quantity];
  if (forecast === undefined || quantity?.kind !== 'trajectory') return null;
  const { times, levels, quantiles } = quantity;
  const observed: { at: Instant; value: number }[] = [];
  let inside = 0;
  let bias = 0;
  for (const { signal, value, trueAt } of history.observations) {
    if (signal !== spec!.signal || !isQuantity(value) || trueAt <= trace.at || trueAt > times.at(-1)!) continue;
    const next = times.findIndex((time) => time >= trueAt);
    const previous = Math.max(0, next - 1);
    const share = next === previous ? 0 : (trueAt - times[previous]!) / (times[next]! - times[previous]!);
    const row = quantiles.map((q) => q[previous]! + (q[next]! - q[previous]!) * share);
    if (value.value >= atLevel(levels, row, 0.05) && value.value <= atLevel(levels, row, 0.95)) inside++;
    bias += atLevel(levels, row, 0.5) - value.value;
    observed.push({ at: trueAt, value: value.value });
  }
  const last = observed.at(-1);
  if (last === undefined) return null;
  return { at: last.at, observed, coverage90: inside / observed.length, bias: bias / observed.length };
}

/** The level and the ledger of a moment. */
export async function standingOf(
  context: Context,
  moment: Pick<Moment, 'view' | 'twin' | 'now'>,
): Promise<{ level: ReturnType<typeof levelOf>; accuracy: Accuracy | null }> {
  const { view, twin, now } = moment;
  const records = await context.log.records(view.subject, ['release', 'score']);
  const releases = records.filter((entry) => entry.kind === 'release').map((entry) => entry.payload as ReleaseNote);
  const scores = standingScores(
    records.filter((entry) => entry.kind === 'score'),
    view,
    twin.pack.id,
  );
  return { level: levelOf(view, twin, releases, now), accuracy: accuracy(scores, twin) };
}
