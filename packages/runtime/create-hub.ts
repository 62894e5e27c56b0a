import type { Accuracy, Fact, Forecast, Instant, LossAccount, PersonAction, Plan, Scenario, Trace } from '@gemel/core';
import { MINUTE } from '@gemel/core';
import type { Entry, NewEntry } from '@gemel/store';
import { admit } from './admit.ts';
import { calibrate } from './assimilate.ts';
import { catalog } from './catalog.ts';
import { CensusReader } from './census/read-census.ts';
import { ordered } from './compose.ts';
import { runtimeErrors } from './errors.data.ts';
import { calibrationOf, type Equipped, Folds, foldOnce } from './fold.ts';
import { AS_PLANNED, foretell } from './forecast.ts';
import type { Use } from './govern/decide.ts';
import { purposeOf } from './govern/purpose.ts';
import { Rulings, willOf } from './govern/ruling.ts';
import { nothingLeft } from './govern/withhold.ts';
import type { Hub, HubEvent, HubOptions, WhatIf, Withheld, WorkOptions } from './hub.ts';
import { forecastNotes, scoresOf } from './ledger.ts';
import { lensOf, packHistory } from './lens.ts';
import { Log, SOURCE_PREFIX } from './log.ts';
import { modelHash, parameterHash } from './model-hash.ts';
import {
  basisOf,
  type Context,
  hasBegun,
  historyOf,
  isConcerned,
  knownView,
  type Moment,
  outlookOf,
  present,
  ruled,
  situationOf,
  unfolded,
} from './moment.ts';
import type { Belief } from './pack.ts';
import { posterior } from './posterior.ts';
import { correct } from './quality/correct.ts';
import { subjectQuality } from './quality/subject-quality.ts';
import { type ActionNote, actionEntries, releasedPlan } from './release.ts';
import { replay } from './replay.ts';
import { retraced } from './retrace.ts';
import { atLevel, forecastNote, quantilesAt, type Score } from './score.ts';
import { outcomeOf, standingOf, traceOf } from './trace.ts';
import { WaveformReader } from './waveform/read-waveforms.ts';
import { compared, differences, weigh } from './weigh.ts';

/** Standing forecasts kept in memory over all twins. */
const STANDING_KEPT = 256;

/** The twins of all subjects over one log. @throws runtime-pack-cycle, runtime-pack-twice, runtime-name-ambiguous */
export function createHub(options: HubOptions): Hub {
  const { store, packs, clock, sha256, seed, breathe } = options;
  /** The standing forecast of each twin, while nothing it rests on changed. */
  const standing = new Map<string, { readonly key: string; readonly forecast: Forecast }>();
  const folds = new Folds(store, { seed, sha256, breathe });
  const known = catalog(packs);
  const forget = () => {
    folds.forget();
    standing.clear();
  };
  const log = new Log(store, forget, known.measure);
  const census = new CensusReader(log);
  const twins = ordered(
    packs.map(
      (pack): Equipped => ({
        pack,
        lens: lensOf(pack),
        modelHash: modelHash(pack, sha256),
        parameterHash: parameterHash(pack, sha256),
      }),
    ),
  );
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = turns.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => {});
    turns.set(key, settled);
    void settled.then(() => {
      if (turns.get(key) === settled) turns.delete(key);
    });
    return mine;
  };
  const { governs } = options;
  const rulings = governs === undefined ? null : new Rulings(governs.governor, sha256);
  const context: Context = { options, log, folds, catalog: known, twins, rulings, inTurn };
  const listeners = new Set<(event: HubEvent) => void>();
  const tell = (event: HubEvent) => {
    for (const listener of listeners) listener(event);
  };
  let made = 0;

  const twinOf = (id: string): Equipped => {
    const twin = twins.find(({ pack }) => pack.id === id);
    if (twin !== undefined) return twin;
    const known = packs.map((pack) => pack.id).join(', ');
    throw runtimeErrors.error('runtime-pack-unknown', `There is no pack “${id}”; there are: ${known}.`, {
      field: 'pack',
    });
  };
  const freshId = async (kind: string): Promise<string> =>
    `${kind}-${sha256(`${kind}|${await log.tip()}|${clock()}|${made++}`).slice(0, 24)}`;

  const withheld = (service: Withheld['service'], missing: Withheld['missing']): Withheld => ({
    kind: 'withheld',
    service,
    missing,
  });
  const uncalibrated = [
    { code: 'not-calibrated', statement: 'The twin was not calibrated, or its model has changed since.' },
  ];

  /** Why a service cannot be given at a moment; null when it can. */
  function lacking(service: Withheld['service'], moment: Moment): Withheld | null {
    const { pack } = moment.twin;
    const kept = nothingLeft(moment, moment.view);
    if (kept.length > 0) return withheld(service, kept);
    const { applicability } = outlookOf(moment);
    if (applicability.applies === 'no') return withheld(service, applicability.reasons);
    const readiness = pack.readiness(service, moment.history, moment.now);
    return readiness.ready ? null : withheld(service, readiness.missing);
  }

  async function scores(subject: string, ids: readonly string[], tip?: number): Promise<readonly NewEntry[]> {
    // Where nothing was foretold there is nothing to look through: a feed brings values of thousands of subjects.
    if ((await log.records(subject, ['forecast'], tip)).length === 0) return [];
    const view = await log.view(subject);
    const entries: NewEntry[] = [];
    for (const whole of twins) {
      const own = ruled(context, view, whole, governs?.use ?? null, clock());
      if (nothingLeft(own, view).length === 0) entries.push(...(await scoresOf(log, view, own.twin, ids, clock())));
    }
    return entries;
  }

  async function forecastNow(subject: string, whole: Equipped, use: Use | null): Promise<Forecast | Withheld> {
    const moment = await present(context, subject, whole, use);
    const { belief, history, now, twin } = moment;
    const refused = lacking('forecast', moment);
    if (refused !== null) return refused;
    if (belief === null) return withheld('forecast', uncalibrated);
    const name = JSON.stringify([subject, twin.pack.id, twin.withholding?.key]);
    const step = Math.floor((now - belief.at) / (twin.pack.forecast.stepMinutes * MINUTE));
    const coupled = (twin.pack.consumes ?? []).length > 0;
    const key = `${history.seq}|${belief.at}|${step}|${coupled ? moment.known : ''}`;
    const kept = standing.get(name);
    if (kept?.key === key) return kept.forecast;
    const { forecast } = foretell(await basisOf(context, moment, belief), AS_PLANNED);
    standing.delete(name);
    standing.set(name, { key, forecast });
    if (standing.size > STANDING_KEPT) standing.delete(standing.keys().next().value!);
    // Only the twin's own forecasts are scored: another purpose has other data to go by.
    if (use !== (governs?.use ?? null)) return forecast;
    const { id, hash, horizon } = forecast;
    const payload = forecastNote(forecast, twin.pack);
    const entry: NewEntry = {
      id,
      subject: history.subject,
      kind: 'forecast',
      trueAt: horizon.from,
      knownAt: now,
      dedupeKey: hash,
      payload,
    };
    // A forecast can be made again from what is on the disk already: it need not wait for the disk itself.
    const { entries } = await log.append([entry], 'process');
    if (entries.length > 0) tell({ kind: 'forecast', subject: history.subject, pack: twin.pack.id, id });
    return forecast;
  }

  /** The trace with what came after it: the person's action and what was observed. */
  async function completed(trace: Trace, actions: readonly Entry[], use: Use | null): Promise<Trace> {
    const note = actions.map((entry) => entry.payload as ActionNote).find((each) => each.trace === trace.id);
    const whole = twins.find(({ pack }) => pack.id === trace.pack.id);
    const history = whole === undefined ? null : (await seen(trace.subject, whole, use)).history;
    const outcome = history === null ? null : outcomeOf(trace, history, whole!.pack.scores[0]);
    return { ...trace, action: note?.action ?? null, outcome };
  }

  /** What the twin may see of the subject now; nothing of a subject that nothing is known of. */
  async function seen(subject: string, whole: Equipped, use: Use | null) {
    const view = await log.view(subject);
    const { twin, ruling } = ruled(context, view, whole, use, clock());
    return { view, twin, ruling, history: historyOf(view, twin) };
  }

  async function findTrace(id: string, use: Use | null): Promise<Trace | null> {
    const entry = await store.get(id);
    if (entry?.kind !== 'trace') return null;
    const trace = entry.payload as Trace;
    return completed(trace, await log.records(trace.subject, ['action']), use);
  }

  async function needTrace(id: string, use: Use | null): Promise<Trace> {
    const trace = await findTrace(id, use);
    if (trace === null)
      throw runtimeErrors.error('runtime-trace-unknown', `There is no trace “${id}”.`, { field: 'id' });
    return trace;
  }

  const under = (use: Use | null): Hub => ({
    packs,

    under(other) {
      purposeOf(other.purpose);
      return governs === undefined ? hub : under(other);
    },

    async paused(subject, pack) {
      const own = await seen(subject, twinOf(pack), use);
      return nothingLeft(own, own.view);
    },

    async ruling(subject) {
      return rulings === null || use === null ? null : rulings.of(await log.view(subject), use, clock());
    },

    members: (subject) => log.members(subject),

    async will(subject) {
      const view = await log.view(subject);
      return { ...willOf(view, clock()), known: view.items.size > 0 };
    },

    admit: (decoded, source, work) =>
      inTurn('admit', async () => {
        const now = clock();
        const { translate } = options;
        const shared = { log, catalog: context.catalog, now, sha256, breathe, translate };
        const { account, logged, refusals, imports } = await admit(shared, decoded, source, work);
        const concerned = new Map<string, string[]>();
        const tip = await log.tip();
        for (const [name, ids] of logged) {
          if (name.startsWith(SOURCE_PREFIX)) continue;
          const subject = await log.canonical(name, {}, tip);
          concerned.set(subject, [...(concerned.get(subject) ?? []), ...ids]);
        }
        const entries = [...imports];
        for (const [subject, ids] of concerned) entries.push(...(await scores(subject, ids, tip)));
        if (entries.length > 0) await log.append(entries);
        for (const [subject, ids] of concerned) tell({ kind: 'admitted', subject, ids });
        return { account, subjects: [...concerned.keys()], refusals };
      }),

    subjects: () => log.subjects(),

    async packsOf(subject) {
      const view = await log.view(subject);
      return twins
        .filter((twin) => isConcerned(view, twin) && hasBegun(twin, historyOf(view, twin)))
        .map(({ pack }) => pack.id);
    },

    async history(subject, pack, knownBy) {
      const { twin, history } = await seen(subject, twinOf(pack), use);
      return knownBy === undefined ? history : packHistory(await log.viewAt(subject, { knownBy }), twin.lens);
    },

    async facts(subject, knownBy): Promise<readonly Fact[]> {
      const view = knownBy === undefined ? await log.view(subject) : await log.viewAt(subject, { knownBy });
      return view.facts.map(({ item }) => item);
    },

    async record(subject) {
      const { observations, controls, facts } = await log.view(subject);
      const items = <T>(list: readonly { readonly item: T }[]) => list.map(({ item }) => item);
      return { observations: items(observations), controls: items(controls), facts: items(facts) };
    },

    waveforms: new WaveformReader(store, sha256, (subject) => log.members(subject)),

    census: (at, knownBy) => census.read(at ?? clock(), knownBy),

    async quality(subject) {
      const view = await knownView(context, subject);
      const imports = [];
      for (const member of await log.members(subject))
        imports.push(...(await store.read({ subject: member, kinds: ['import'] })));
      return subjectQuality(
        view,
        imports.map((entry) => entry.payload as LossAccount),
        clock(),
        known.measure,
      );
    },

    correct: (correction) =>
      inTurn('admit', async () => {
        const item = await correct(log, known, correction, clock(), await freshId('observation'));
        const subject = await log.canonical(item.subject);
        const entries = await scores(subject, [item.id]);
        if (entries.length > 0) await log.append(entries);
        tell({ kind: 'admitted', subject, ids: [item.id] });
        return item;
      }),

    async level(subject, pack) {
      const { view, twin } = await seen(subject, twinOf(pack), use);
      return (await standingOf(context, { view, twin, now: clock() })).level;
    },

    async calibrate(subject, pack, work: WorkOptions = {}): Promise<Belief<unknown> | Withheld> {
      // Nothing is folded here: a belief that can no longer be carried forward is what a calibration mends.
      const moment = unfolded(context, await knownView(context, subject), twinOf(pack), use);
      const refused = lacking('calibrate', moment);
      if (refused !== null) return refused;
      const id = await freshId('calibrated');
      const result = await calibrate(log, moment.twin, moment.history, moment.now, {
        ...work,
        seed,
        sha256,
        breathe,
        id: () => id,
      });
      await store.dropSnapshots(moment.history.subject, 0);
      tell({ kind: 'calibrated', subject: moment.history.subject, pack, id: result.id });
      return result.belief;
    },

    async belief(subject, pack, at) {
      if (at === undefined || at >= clock()) return (await present(context, subject, twinOf(pack), use)).belief;
      const { view, twin, history } = await seen(subject, twinOf(pack), use);
      return foldOnce(store, view, twin, history, at, { seed, sha256, breathe });
    },

    async calibrated(subject, pack) {
      const { view, twin } = await seen(subject, twinOf(pack), use);
      return calibrationOf(view, twin, clock()) !== null;
    },

    async situation(subject, pack) {
      return situationOf(await present(context, subject, twinOf(pack), use));
    },

    async outlook(subject, pack) {
      return outlookOf(await present(context, subject, twinOf(pack), use));
    },

    posterior: (pack, belief) => posterior(twinOf(pack).pack, belief),

    async retraced(subject, pack, from, to) {
      const { twin, belief, history, now } = await present(context, subject, twinOf(pack), use);
      return belief === null ? null : retraced(twin.pack, belief, history, from, Math.min(to, now));
    },

    async models(subject, pack) {
      const moment = await present(context, subject, twinOf(pack), use);
      return moment.twin.pack.models?.(outlookOf(moment)) ?? [];
    },

    async forecast(subject, pack, scenario?: Scenario) {
      const whole = twinOf(pack);
      if (scenario === undefined) return forecastNow(subject, whole, use);
      const moment = await present(context, subject, whole, use);
      const refused = lacking('forecast', moment);
      if (refused !== null) return refused;
      const situation = situationOf(moment);
      if (situation === null) return withheld('forecast', uncalibrated);
      return weigh(await basisOf(context, moment, situation.belief), situation, scenario).plan.forecast;
    },

    async whatIf(subject, pack, scenarios): Promise<WhatIf | Withheld> {
      const moment = await present(context, subject, twinOf(pack), use);
      const refused = lacking('forecast', moment);
      if (refused !== null) return refused;
      const situation = situationOf(moment);
      if (situation === null) return withheld('forecast', uncalibrated);
      const basis = await basisOf(context, moment, situation.belief);
      const arms = scenarios.map((scenario) => weigh(basis, situation, scenario));
      return { plans: compared(arms), differences: arms.map((arm) => differences(basis, arms[0]!, arm)) };
    },

    async advise(subject, pack) {
      const moment = await present(context, subject, twinOf(pack), use);
      const trace = await traceOf(context, moment, await freshId('trace'), options.engine);
      const { id, at } = trace;
      await log.append([{ id, subject: trace.subject, kind: 'trace', trueAt: at, knownAt: at, payload: trace }]);
      tell({ kind: 'trace', subject: trace.subject, pack, id });
      return trace;
    },

    async traces(subject) {
      const name = await log.canonical(subject);
      const actions = await log.records(name, ['action']);
      const traces = await log.records(name, ['trace']);
      return Promise.all(traces.map((entry) => completed(entry.payload as Trace, actions, use)));
    },

    trace: (id) => findTrace(id, use),

    async act(
      traceId: string,
      action: PersonAction,
      scenario?: string,
    ): Promise<{ readonly trace: Trace; readonly plan: Plan | null }> {
      const trace = await needTrace(traceId, use);
      const twin = twinOf(trace.pack.id);
      const moment = await present(context, trace.subject, twin, use);
      const plan = await releasedPlan(context, trace, action, scenario, moment);
      const { duplicates } = await log.append(actionEntries(trace, action, plan, moment.now));
      if (duplicates.length > 0) {
        throw runtimeErrors.error('release-already-acted', 'Somebody else was faster.', { element: traceId });
      }
      tell({ kind: 'action', subject: trace.subject, pack: trace.pack.id, id: traceId });
      return { trace: { ...trace, action }, plan };
    },

    async released(traceId) {
      const trace = await needTrace(traceId, use);
      if (trace.action === null) return null;
      const actions = await log.records(trace.subject, ['action']);
      const note = actions.map((entry) => entry.payload as ActionNote).find((each) => each.trace === traceId)!;
      return { trace, plan: note.plan };
    },

    async ledger(subject, pack): Promise<Accuracy | null> {
      const { view, twin, ruling } = await seen(subject, twinOf(pack), use);
      if (nothingLeft({ twin, ruling }, view).length > 0) return null;
      return (await standingOf(context, { view, twin, now: clock() })).accuracy;
    },

    async pastForecasts(subject, pack, leadMinutes: number, from: Instant, to: Instant) {
      const { twin, view, ruling } = await seen(subject, twinOf(pack), use);
      const spec = twin.pack.scores[0];
      if (spec === undefined || nothingLeft({ twin, ruling }, view).length > 0) return [];
      const lead = leadMinutes * MINUTE;
      const notes = await forecastNotes(
        log,
        await log.canonical(subject),
        pack,
        (from - lead) as Instant,
        (to - lead) as Instant,
      );
      const scores = (await log.records(subject, ['score'])).map((entry) => entry.payload as Score);
      return notes.flatMap((note) => {
        const at = (note.from + lead) as Instant;
        const own = note.leads.find((each) => each.quantity === spec.quantity && each.leadMinutes === leadMinutes);
        const quantiles = own === undefined ? null : quantilesAt(own, at);
        if (quantiles === null) return [];
        const level = (p: number) => atLevel(own!.levels, quantiles, p);
        const observed =
          scores.find((score) => score.forecast === note.id && score.leadMinutes === leadMinutes)?.observed ?? null;
        return [{ at, leadMinutes, low: level(0.05), median: level(0.5), high: level(0.95), observed }];
      });
    },

    replay: async (traceId) => replay(context, await needTrace(traceId, use)),

    async erase(subject) {
      for (const member of await log.members(subject)) await store.erase(member);
    },

    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const hub = under(governs?.use ?? null);
  return hub;
}
