import { CodedError, type Problem } from '@gemel/core';
import { topicPattern } from '@gemel/exchange/device/topic';
import { patientsNamed } from '@gemel/exchange/hl7v2/named-patients';
import { SOURCE_PREFIX } from '@gemel/runtime/log';
import type { Entry, Store } from '@gemel/store';
import { serverErrors } from '../errors.data.ts';
import { sha256 } from './world.ts';

/** Subject under which stands what waits and what left: nobody's twin, so that no list of subjects names it. */
export const QUARANTINE = `${SOURCE_PREFIX}waiting`;
/** Where messages stood that were sealed under one name for all. */
const UNDER_ONE_NAME = `${SOURCE_PREFIX}quarantine`;
/** Subject of one message that names nobody. */
const ownName = (id: string) => `${QUARANTINE}|${id}`;

/** Topics that devices publish under where nothing else is said. */
export const TOPICS = 'twins/{subject}/{device}/#';

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

interface Payload {
  readonly type: 'quarantine';
  readonly feed: Feed;
  /** How many persons it is sealed for, one seal within the other, so that erasing any of them erases it; 0 where it names nobody. */
  readonly persons: number;
  /** What else is said of it, as a line of JSON, then the message; sealed, base 64. */
  readonly sealed: string;
}

/**
 * The quarantine of a store: what is in it, and what leaves it. Nothing is changed in place; leaving is a newer entry. A message is
 * sealed for everybody it names and erased with them; one that names nobody under a name of its own, and destroyed when it leaves,
 * since nobody could ask for it later.
 */
export class Quarantine {
  readonly #store: Store;
  /** Messages put in so far: one that came twice is two. */
  #count = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Durable when it returns; gives the id it is found under. `whose` are persons known to be concerned besides those whom the
   * message itself names. A message of an erased person is not kept: only that one came. What comes under the same `once` again
   * is left out.
   */
  async put(
    { message, feed, ...said }: Waiting,
    at: number,
    whose: readonly string[] = [],
    once?: string,
  ): Promise<string> {
    const seq = await this.#store.lastSeq();
    const id = `quarantine-${sha256(`${seq}|${at}|${this.#count++}|${sha256(message)}`).slice(0, 12)}`;
    const persons = [...new Set([...whose, ...(await personsNamed(feed, message))])].sort();
    const plain = Buffer.concat([Buffer.from(`${JSON.stringify(said)}\n`), message]);
    const sealed = await this.#seal(persons.length === 0 ? [ownName(id)] : persons, plain, id);
    const payload: Payload | object =
      sealed === null
        ? { type: 'quarantine-erased', feed, sha256: sha256(message) }
        : { type: 'quarantine', feed, persons: persons.length, sealed: Buffer.from(sealed).toString('base64') };
    await this.#append(id, at, payload, once);
    return id;
  }

  /** What waits to be mended, oldest first. */
  async list(): Promise<readonly Quarantined[]> {
    const entries = await this.#store.read({ subject: QUARANTINE, kinds: ['kept', 'retraction'] });
    const left = new Set(entries.flatMap(({ supersedes }) => (supersedes === undefined ? [] : [supersedes])));
    const opened: Quarantined[] = [];
    for (const entry of entries) {
      if (entry.kind !== 'kept' || left.has(entry.id)) continue;
      const one = await this.#open(entry);
      if (one !== null) opened.push(one);
    }
    return opened;
  }

  /** One that waits. @throws server-quarantine-unknown */
  async get(id: string): Promise<Quarantined> {
    const found = (await this.list()).find((each) => each.id === id || each.id === `quarantine-${id}`);
    if (found === undefined) {
      throw serverErrors.error('server-quarantine-unknown', `nothing waits in quarantine as "${id}"`, { field: 'id' });
    }
    return found;
  }

  /** Takes a message out: how it left stays in the log, and the message where it names whom it is of. */
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
    const message = await this.#store.get(id);
    if ((message?.payload as Partial<Payload> | undefined)?.persons === 0) await this.#store.erase(ownName(id));
  }

  /** Seals anew what is sealed under one name for all messages, which no erasure of a person reaches. */
  async sealEach(): Promise<void> {
    const entries = await this.#store.read({ subject: UNDER_ONE_NAME }).catch((error) => {
      if (isErased(error)) return [];
      throw error;
    });
    if (entries.length === 0) return;
    const left = new Map(entries.map((entry) => [entry.supersedes, entry]));
    for (const { id, kind, trueAt, payload } of entries) {
      const leaving = left.get(id);
      if (kind !== 'kept') continue;
      if (leaving !== undefined)
        await this.#append(
          `${id}-gone`,
          leaving.trueAt,
          { type: 'quarantine-left', ...(leaving.payload as object) },
          id,
        );
      else {
        const {
          type: _,
          message,
          ...said
        } = payload as Omit<Waiting, 'message'> & { readonly type: string; readonly message: string };
        await this.put(
          { ...said, message: new Uint8Array(Buffer.from(message, 'base64')) },
          trueAt,
          underTopic(said.topic),
          id,
        );
      }
    }
    await this.#store.erase(UNDER_ONE_NAME);
  }

  async #append(id: string, at: number, payload: object, once?: string): Promise<void> {
    const when = at as Entry['trueAt'];
    const entry = { id, subject: QUARANTINE, kind: 'kept', trueAt: when, knownAt: when, payload } as const;
    await this.#store.append([once === undefined ? entry : { ...entry, dedupeKey: once }]);
  }

  /** One seal within the other; null where any of them was erased. */
  async #seal(names: readonly string[], plain: Uint8Array, about: string): Promise<Uint8Array | null> {
    try {
      let sealed = plain;
      for (const name of names) sealed = await this.#store.seal(name, sealed, about);
      return sealed;
    } catch (error) {
      if (isErased(error)) return null;
      throw error;
    }
  }

  /** The message of an entry; null where it is none, or was erased. */
  async #open({ id, trueAt, payload }: Entry): Promise<Quarantined | null> {
    const { type, feed, persons, sealed } = payload as Payload;
    if (type !== 'quarantine') return null;
    try {
      let plain: Uint8Array = Buffer.from(sealed, 'base64');
      for (let i = 0; i < Math.max(1, persons); i++) plain = await this.#store.unseal(plain, id);
      const end = plain.indexOf(0x0a);
      const said = JSON.parse(new TextDecoder().decode(plain.subarray(0, end)));
      return { id, at: trueAt, feed, ...said, message: Uint8Array.from(plain.subarray(end + 1)) };
    } catch (error) {
      if (isErased(error)) return null;
      throw error;
    }
  }
}

/** The person that a topic of the usual pattern is of. */
function underTopic(topic = ''): readonly string[] {
  const address = topicPattern(TOPICS)?.address(topic);
  return address == null ? [] : [address.subject];
}

const isErased = (error: unknown) => error instanceof CodedError && error.code === 'store-erased';

/** Whom a message names, as the log names them, as far as it can be read. */
async function personsNamed(feed: Feed, message: Uint8Array): Promise<readonly string[]> {
  if (feed === 'hl7v2') return patientsNamed(message);
  const { sniffDoor } = await import('@gemel/exchange/doors');
  const door = sniffDoor(message, '');
  if (door === null) return [];
  if (door.id === 'hl7v2') return patientsNamed(message);
  const named = new Set<string | undefined>();
  for (const { subject, items } of door.decode(message, { name: 'message' })) {
    for (const item of items) named.add(item.subject).add(item.kind === 'merge' ? item.from : undefined);
    named.add(subject);
  }
  named.delete(undefined);
  return [...named] as string[];
}
