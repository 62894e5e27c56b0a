import type { Fact, Forecast, Instant, LossAccount, PosteriorSummary, Trace } from '@gemel/core';
import type { Belief, Hub, Withheld } from '@gemel/runtime';
import { sha256 } from '@gemel/server/node/world';
import { twinReport } from '../twin-report.ts';
import type { Shell } from './shell.ts';

/** Where the twin of one subject stands. */
export interface Standing {
  readonly subject: string;
  readonly pack: Hub['packs'][number];
  readonly now: Instant;
  readonly facts: readonly Fact[];
  readonly level: string;
  readonly posterior: readonly PosteriorSummary[];
  readonly forecast: Forecast | Withheld;
  readonly trace: Trace | null;
}

/** All that one turn of the loop gives for one subject. */
export interface Turn extends Standing {
  readonly calibration: Belief<unknown> | Withheld;
  readonly trace: Trace;
}

/** Calibrates, forecasts and advises for one subject; what is withheld stands in its place with its reasons. */
export async function turn(
  hub: Hub,
  subject: string,
  pack: Hub['packs'][number],
  now: Instant,
  shell: Shell,
): Promise<Turn> {
  const calibration = await hub.calibrate(subject, pack.id, { signal: shell.signal, onProgress: shell.progress });
  shell.checkpoint();
  const posterior = 'kind' in calibration ? [] : hub.posterior(pack.id, calibration);
  const forecast = await hub.forecast(subject, pack.id);
  shell.checkpoint();
  const trace = await hub.advise(subject, pack.id);
  shell.checkpoint();
  const [facts, level] = await Promise.all([hub.facts(subject), hub.level(subject, pack.id)]);
  return { subject, pack, now, facts, level, calibration, posterior, forecast, trace };
}

/** Where a twin stands, without calibrating or advising anew. */
export async function standing(hub: Hub, subject: string, pack: Hub['packs'][number], now: Instant): Promise<Standing> {
  const [facts, level, forecast, belief, traces] = await Promise.all([
    hub.facts(subject),
    hub.level(subject, pack.id),
    hub.forecast(subject, pack.id),
    hub.belief(subject, pack.id),
    hub.traces(subject),
  ]);
  const posterior = belief === null ? [] : hub.posterior(pack.id, belief);
  const trace = traces.reduce<Trace | null>(
    (newest, one) => (newest === null || one.at >= newest.at ? one : newest),
    null,
  );
  return { subject, pack, now, facts, level, posterior, forecast, trace };
}

/** The report of where a twin stands; glucose and its like in `unit`. */
export async function reportOf(
  hub: Hub,
  at: Standing,
  accounts: readonly LossAccount[],
  unit: string,
): Promise<ReturnType<typeof twinReport>> {
  const history = await hub.history(at.subject, at.pack.id);
  const offset = history.observations.findLast((observation) => observation.offset !== null)?.offset ?? 0;
  return twinReport({ ...at, history, accounts, zoneOffset: offset, unit, sha256 });
}
