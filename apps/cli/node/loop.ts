import type { Fact, Forecast, PosteriorSummary, Trace } from '@gemel/core';
import type { Belief, Hub, Withheld } from '@gemel/runtime';
import type { Shell } from './shell.ts';

/** All that one turn of the loop gives for one subject. */
export interface Turn {
  readonly facts: readonly Fact[];
  readonly calibration: Belief<unknown> | Withheld;
  readonly posterior: readonly PosteriorSummary[];
  readonly forecast: Forecast | Withheld;
  readonly trace: Trace;
}

/** Calibrates, forecasts and advises for one subject; what is withheld stands in its place with its reasons. */
export async function turn(hub: Hub, subject: string, pack: string, shell: Shell): Promise<Turn> {
  const calibration = await hub.calibrate(subject, pack, { signal: shell.signal, onProgress: shell.progress });
  shell.checkpoint();
  const posterior = 'kind' in calibration ? [] : hub.posterior(pack, calibration);
  const forecast = await hub.forecast(subject, pack);
  shell.checkpoint();
  const trace = await hub.advise(subject, pack);
  shell.checkpoint();
  return { facts: await hub.facts(subject), calibration, posterior, forecast, trace };
}
