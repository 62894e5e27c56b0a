import type { Problem } from '@gemel/core';
import type { Entry, Store } from '@gemel/store';
import { serverErrors } from '../errors.data.ts';
import { sha256 } from './world.ts';

/** Subject under which messages that could not be taken are kept: nobody's twin, so that no list of subjects names it. */
const QUARANTINE = 'gemel:source|hl7v2-quarantine';

/** A message that could not be taken, as it came. */
export interface Quarantined {
  readonly id: string;
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  readonly peer: string;
  readonly problems: readonly Problem[];
  readonly message: Uint8Array;
}

interface Payload {
  readonly type: 'hl7v2-quarantine';
  readonly peer: string;
  readonly problems: readonly Problem[];
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
  async put(message: Uint8Array, problems: readonly Problem[], peer: string, at: number): Promise<string> {
    const seq = await this.#store.lastSeq();
    const id = `quarantine-${sha256(`${seq}|${at}|${sha256(message)}`).slice(0, 12)}`;
    const payload: Payload = {
      type: 'hl7v2-quarantine',
      peer,
      problems,
      message: Buffer.from(message).toString('base64'),
    };
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

  /** Takes a message out: it was taken after all, as it was or mended (then with its hash). */
  async release(id: string, at: number, mended: Uint8Array | null): Promise<void> {
    const when = at as Entry['trueAt'];
    const payload = {
      target: id,
      how: mended === null ? 'replayed' : 'mended',
      ...(mended === null ? {} : { sha256: sha256(mended) }),
    };
    const entry = { id: `${id}-left`, subject: QUARANTINE, kind: 'retraction', supersedes: id } as const;
    await this.#store.append([{ ...entry, trueAt: when, knownAt: when, dedupeKey: id, payload }]);
  }
}

function quarantined({ id, trueAt, payload }: Entry): Quarantined {
  const { peer, problems, message } = payload as Payload;
  return { id, at: trueAt, peer, problems, message: new Uint8Array(Buffer.from(message, 'base64')) };
}
