import type { Instant } from '@gemel/core';
import type { Hub, HubEvent } from '@gemel/runtime';
import type { LiveEvent, TwinSummary } from '../api.ts';
import { serverErrors } from '../errors.data.ts';
import { observationPoint } from '../views/points.ts';
import { type Standing, standing, twinSummary } from '../views/twin.ts';
import { Jobs } from './jobs.ts';
import type { World } from './world.ts';

/** Standing forecasts are renewed at most this often in demonstration time, ms: the horizon moves with the clock. */
const FORECAST_AGE = 60_000;

interface Kept {
  readonly standing: Promise<Standing>;
  readonly madeAt: Instant;
  /** Made when a list asks for it. */
  summary?: Promise<TwinSummary>;
}

/** What the routes share: the hub, the standing forecast of each twin, live listeners and jobs. */
export class Desk {
  readonly world: World;
  readonly hub: Hub;
  readonly now: () => Instant;
  readonly jobs: Jobs;
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Map<(event: LiveEvent) => void, () => void>();
  readonly #unwatch: () => void;

  /** @param trouble told of what failed in the background */
  constructor(world: World, trouble: (error: unknown) => void) {
    this.world = world;
    this.hub = world.hub;
    this.now = world.clock;
    this.jobs = new Jobs((job) => this.#tell({ kind: 'job', job }));
    this.#unwatch = world.hub.watch((event) => {
      this.#heard(event).catch(trouble);
    });
  }

  /** The pack asked for, else the first that binds what the subject has. Throws `server-unknown-*`. */
  async place(subject: string, asked?: string): Promise<{ subject: string; pack: string }> {
    const subjects = await this.hub.subjects();
    if (!subjects.includes(subject))
      throw serverErrors.error('server-unknown-subject', `There is no twin of "${subject}".`, { field: 'subject' });
    const packs = await this.hub.packsOf(subject);
    const pack = asked ?? packs[0];
    if (pack === undefined || !packs.includes(pack))
      throw serverErrors.error('server-unknown-pack', `No pack "${asked ?? ''}" for "${subject}".`, { field: 'pack' });
    return { subject, pack };
  }

  /** The standing forecast, made once per state of the log and minute of the clock. */
  standing(subject: string, pack: string): Promise<Standing> {
    return this.#keep(subject, pack).standing;
  }

  #keep(subject: string, pack: string): Kept {
    const key = JSON.stringify([subject, pack]);
    const kept = this.#kept.get(key);
    const now = this.now();
    if (kept !== undefined && now - kept.madeAt < FORECAST_AGE) return kept;
    const fresh: Kept = { standing: standing(this.hub, subject, pack), madeAt: now };
    this.#kept.set(key, fresh);
    fresh.standing.catch(() => this.#kept.delete(key));
    return fresh;
  }

  /** The twins of these subjects, riskiest first, then the one with the oldest data. */
  async summaries(subjects: readonly string[]): Promise<TwinSummary[]> {
    const rank = { high: 0, medium: 1, unknown: 2, low: 3 } as const;
    const summaries: TwinSummary[] = [];
    for (const subject of subjects)
      for (const pack of await this.hub.packsOf(subject)) summaries.push(await this.#summary(subject, pack));
    return summaries.sort(
      (a, b) => rank[a.risk] - rank[b.risk] || (b.dataAgeMinutes ?? 1e9) - (a.dataAgeMinutes ?? 1e9),
    );
  }

  #summary(subject: string, pack: string): Promise<TwinSummary> {
    const kept = this.#keep(subject, pack);
    kept.summary ??= kept.standing.then((place) => twinSummary(this.hub, place, kept.madeAt));
    return kept.summary;
  }

  /** Tells every event; `end` is called when the desk closes. */
  listen(listener: (event: LiveEvent) => void, end: () => void): () => void {
    this.#listeners.set(listener, end);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#unwatch();
    this.jobs.cancelAll();
    for (const end of this.#listeners.values()) end();
    this.#listeners.clear();
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners.keys()) listener(event);
  }

  async #heard(event: HubEvent): Promise<void> {
    const { subject } = event;
    // A forecast is made from here; it changes nothing that is kept.
    if (event.kind !== 'forecast') this.#forget(subject);
    if (event.kind === 'trace' || event.kind === 'action')
      return this.#tell({ kind: 'proposal', subject, id: event.id });
    if (event.kind === 'admitted') {
      for (const pack of await this.hub.packsOf(subject)) {
        await this.#tellObservations(subject, pack, new Set(event.ids));
        // Made now, whether or not anyone looks: a forecast can only be scored if it was made before its observation.
        await this.standing(subject, pack);
      }
    }
    this.#tell({ kind: 'forecast', subject });
  }

  #forget(subject: string): void {
    for (const key of this.#kept.keys()) if (JSON.parse(key)[0] === subject) this.#kept.delete(key);
  }

  async #tellObservations(subject: string, pack: string, ids: ReadonlySet<string>): Promise<void> {
    const { observations } = await this.hub.history(subject, pack);
    for (const observation of observations.slice(-ids.size)) {
      const point = ids.has(observation.id) ? observationPoint(observation) : null;
      if (point !== null) this.#tell({ kind: 'observation', subject, point });
    }
  }
}
