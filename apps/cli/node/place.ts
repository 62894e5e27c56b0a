import type { Instant } from '@gemel/core';
import { instant } from '@gemel/core';
import type { Hub } from '@gemel/runtime';
import { logOfEnvironment, openWorld, type World, wallClock } from '@gemel/server/node/world';
import { cliErrors } from '../errors.data.ts';
import type { Shell } from './shell.ts';

/** A world whose clock stands where the command says. */
export interface Place {
  readonly world: World;
  readonly hub: Hub;
  readonly now: Instant;
}

/**
 * Opens the data folder with the clock at `--at`: the wall clock without it, a fixed instant with one, and with `last` the
 * end of the records (those given to the command, else those in the log).
 */
export async function openPlace(
  shell: Shell,
  last: number | null = null,
  folder = shell.options.data,
  at = shell.options.at,
): Promise<Place> {
  let now: Instant | null = null;
  // A folder of the command's own holds its log, whatever the environment says of the one that lasts.
  const log = folder === shell.options.data ? logOfEnvironment() : {};
  const world = await openWorld({ folder, ...log, seed: shell.options.seed, clock: () => now ?? wallClock() });
  try {
    if (at === 'last') {
      const ends = last === null ? (await world.store.subjects()).map((subject) => subject.lastTrueAt) : [last];
      if (ends.length > 0) now = instant(Math.max(...ends));
    } else if (at !== undefined) {
      const parsed = /T.*(Z|[+-]\d{2}:?\d{2})$/.test(at) ? Date.parse(at) : Number.NaN;
      if (Number.isNaN(parsed)) throw cliErrors.error('cli-at-unreadable', `"${at}" is no instant`, { field: '--at' });
      now = instant(parsed);
    }
  } catch (error) {
    await world.close();
    throw error;
  }
  return { world, hub: world.hub, now: now ?? wallClock() };
}

/** The subject asked for, or the only one there is. Throws `cli-subject-unknown`, `cli-subject-open`. */
export async function subjectOf(hub: Hub, asked: string | undefined): Promise<string> {
  const subjects = await hub.subjects();
  const listed = subjects.slice(0, 10).join(', ') + (subjects.length > 10 ? ', …' : '');
  if (asked !== undefined) {
    if (subjects.includes(asked)) return asked;
    throw cliErrors.error('cli-subject-unknown', `no subject "${asked}"; there are: ${listed || 'none'}`, {
      field: 'subject',
    });
  }
  if (subjects.length === 1) return subjects[0]!;
  if (subjects.length === 0)
    throw cliErrors.error('cli-subject-unknown', 'there are no subjects', { field: 'subject' });
  throw cliErrors.error('cli-subject-open', `there are: ${listed}`, { field: 'subject' });
}

/** The pack asked for, or the first that binds what the subject has. Throws `cli-pack-unknown`. */
export async function packOf(hub: Hub, subject: string, asked: string | undefined): Promise<Hub['packs'][number]> {
  const id = asked ?? (await hub.packsOf(subject))[0];
  const pack = hub.packs.find((candidate) => candidate.id === id);
  if (pack) return pack;
  const known = hub.packs.map((candidate) => candidate.id).join(', ');
  const message =
    id === undefined ? `no pack uses what is known of "${subject}"` : `no pack "${id}"; there are: ${known}`;
  throw cliErrors.error('cli-pack-unknown', message, { field: 'pack' });
}
