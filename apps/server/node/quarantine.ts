import type { Problem } from '@gemel/core';
import type { Entry, Store } from '@gemel/store';
import { serverErrors } from '../errors.data.ts';
import { sha256 } from './world.ts';

/** Subject under which messages that could not be taken are kept: nobody's twin, so that no list of subjects names it. */
const QUARANTINE = 'gemel:source|quarantine';

/** The feeds whose messages may have to wait. */
export type Feed = 'hl7v2' | 'mqtt';

/** A message that could not be taken, or not wholly, as it came. */
export interface Waiting {
  readonly feed: Feed;
  /** Who sent it: an address, or a client. */
  readonly peer: string;
  /** Of MQTT, which says whose it is. */
  readonly topic?: string;
  readonly problems: readonly Problem[];
  readonly message: Uint8Array;
}

export interface Quarantined extends Waiting {
  readonly id: string;
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
}

/** How a message leaves: taken in again as it was or mended, or given up by a person who says why. */
export type Leaving =
  | { readonly how: 'replayed' }
  | { readonly how: 'mended'; readonly with: Uint8Array }
  | { readonly how: 'discarded'; readonly reason: string };

interface Payload extends Omit<Waiting, 'message'> {
  readonly type: 'quarantine';
  /** Base 64. */
  readonly message: string;
}

/** The quarantine of a store: what is in it, and what leaves it. Nothing is changed in place; leaving is a newer entry. */
export class Quarantine {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Durable when it returns; gives the id it is found under. */
  async put({ message, ...said }: Waiting, at: number): Promise<string> {
    const seq = await this.#store.lastSeq();
    const id = `quarantine-${sha256(`${seq}|${at}|${sha256(message)}`).slice(0, 12)}`;
    const payload: Payload = { type: 'quarantine', ...said, message: Buffer.from(message).toString('base64') };
    const when = at as Entry['trueAt'];
    await this.#store.append([{ id, subject: QUARANTINE, kind: 'kept', trueAt: when, knownAt: when, payload }]);
    return id;
  }

  /** What waits to be mended, oldest first. */
  async list(): Promise<readonly Quarantined[]> {
    const entries = await this.#store.read({ subject: QUARANTINE, kinds: ['kept', 'retraction'] });
    const left = new Set(entries.flatMap(({ supersedes }) => (supersedes === undefined ? [] : [supersedes])));
    return entries.filter(({ kind, id }) => kind === 'kept' && !left.has(id)).map(quarantined);
  }

  /** One that waits. @throws server-quarantine-unknown */
  async get(id: string): Promise<Quarantined> {
    const found = (await this.list()).find((each) => each.id === id || each.id === `quarantine-${id}`);
    if (found === undefined) {
      throw serverErrors.error('server-quarantine-unknown', `nothing waits in quarantine as "${id}"`, { field: 'id' });
    }
    return found;
  }

  /** Takes a message out; the message itself stays in the log. */
  async release(id: string, at: number, leaving: Leaving): Promise<void> {
    const when = at as Entry['trueAt'];
    const { how } = leaving;
    const payload = {
      target: id,
      how,
      ...(how === 'mended' && { sha256: sha256(leaving.with) }),
      ...(how === 'discarded' && { reason: leaving.reason }),
    };
    const entry = { id: `${id}-left`, subject: QUARANTINE, kind: 'retraction', supersedes: id } as const;
    await this.#store.append([{ ...entry, trueAt: when, knownAt: when, dedupeKey: id, payload }]);
  }
}

function quarantined({ id, trueAt, payload }: Entry): Quarantined {
  const { type: _, message, ...said } = payload as Payload;
  return { id, at: trueAt, ...said, message: new Uint8Array(Buffer.from(message, 'base64')) };
}
