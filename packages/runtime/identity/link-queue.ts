import type { Fact, Instant } from '@gemel/core';
import type { Entry, Store } from '@gemel/store';
import { runtimeErrors } from '../errors.data.ts';
import type { Hub } from '../hub.ts';
import { SOURCE_PREFIX } from '../log.ts';
import { type Candidate, linkPeople } from './link.ts';
import { type Person, personOf } from './person.ts';

/** What waits for a person's word, or has it. */
export interface LinkView extends Candidate {
  readonly id: string;
  readonly people: readonly [Person, Person];
}

/** What a person decided. */
export interface LinkDecision {
  readonly id: string;
  readonly decision: 'accepted' | 'rejected';
  readonly person: string;
  readonly reason: string;
  readonly at: Instant;
}

/** Rejections stand under this name: they name pairs by hash alone, so that they say nothing of anyone. */
const DECISIONS = `${SOURCE_PREFIX}link-decisions`;
const ACCEPTED = 'gemel-link|';

interface Rejection {
  readonly type: 'link-rejected';
  readonly pair: string;
  readonly person: string;
  readonly reason: string;
}

/**
 * Identifiers that may be one person, and the decisions on them. Accepting merges them by an entry of the log as ADT^A40 and A24 do, so that
 * taking it back separates them again; rejecting keeps the pair from being asked again. Nothing is merged unasked.
 */
export class LinkQueue {
  readonly #hub: Hub;
  readonly #store: Store;
  readonly #sha256: (text: string) => string;
  readonly #clock: () => Instant;

  constructor(hub: Hub, store: Store, sha256: (text: string) => string, clock: () => Instant) {
    this.#hub = hub;
    this.#store = store;
    this.#sha256 = sha256;
    this.#clock = clock;
  }

  /** Pairs not decided yet, surest first. */
  async list(): Promise<readonly LinkView[]> {
    const people = await this.#people();
    const rejected = new Set((await this.#rejections()).map(({ payload }) => (payload as Rejection).pair));
    const bySubject = new Map(people.map((person) => [person.subject, person]));
    return linkPeople(people)
      .map((each) => ({
        ...each,
        id: this.#idOf(each.a, each.b),
        people: [bySubject.get(each.a)!, bySubject.get(each.b)!] as const,
      }))
      .filter(({ id }) => !rejected.has(id));
  }

  /** Decisions that stand, oldest first. */
  async decisions(): Promise<readonly LinkDecision[]> {
    const accepted = (await this.#standing('merge')).flatMap((entry): LinkDecision[] => {
      const { target = '', provenance } = entry.payload as {
        target?: string;
        provenance: { source: string; element: string };
      };
      if (!target.startsWith(ACCEPTED)) return [];
      const [person, reason] = [provenance.source.replace(/^person:/, ''), provenance.element.replace(/^link: /, '')];
      return [{ id: target.slice(ACCEPTED.length), decision: 'accepted', person, reason, at: entry.knownAt }];
    });
    const rejected = (await this.#rejections()).map(({ payload, knownAt }): LinkDecision => {
      const { pair: id, person, reason } = payload as Rejection;
      return { id, decision: 'rejected', person, reason, at: knownAt };
    });
    return [...accepted, ...rejected].sort((a, b) => a.at - b.at);
  }

  /** The two go on as one, under the identifier that sorts first. @throws identity-link-unknown, identity-unsigned */
  async accept(id: string, person: string, reason: string): Promise<LinkView> {
    const found = await this.#open(id, person, reason);
    const provenance = { source: `person:${person}`, element: `link: ${reason}`, sourceId: `${ACCEPTED}${found.id}` };
    const merge = { kind: 'merge', subject: found.a, from: found.b, provenance } as const;
    await this.#tell(provenance.source, {
      type: 'link',
      fate: 'mapped',
      items: [merge],
      problems: [],
      provenance: place(provenance),
    });
    return found;
  }

  /** They are two; not asked again. @throws identity-link-unknown, identity-unsigned */
  async reject(id: string, person: string, reason: string): Promise<LinkView> {
    const found = await this.#open(id, person, reason);
    const now = this.#clock();
    const payload: Rejection = { type: 'link-rejected', pair: found.id, person, reason };
    const entry = { subject: DECISIONS, kind: 'kept', trueAt: now, knownAt: now } as const;
    await this.#store.append([{ ...entry, id: `link-${found.id}-${await this.#store.lastSeq()}`, payload }]);
    return found;
  }

  /** Takes a decision back: what was joined is parted, what was rejected is asked again. @throws identity-link-unknown, identity-unsigned */
  async undo(id: string, person: string, reason: string): Promise<LinkDecision> {
    signed(person, reason);
    const decision = (await this.decisions()).find((each) => each.id === id);
    if (decision === undefined) throw unknownLink(id);
    const target = `${ACCEPTED}${id}`;
    if (decision.decision === 'accepted') {
      const merge = (await this.#standing('merge')).find(
        (entry) => (entry.payload as { target?: string }).target === target,
      )!;
      const provenance = { source: `person:${person}`, element: `unlink: ${reason}` };
      const retraction = { kind: 'retraction', subject: merge.subject, target, provenance } as const;
      await this.#tell(provenance.source, {
        type: 'link',
        fate: 'mapped',
        items: [retraction],
        problems: [],
        provenance,
      });
    } else {
      const rejection = (await this.#rejections()).find(({ payload }) => (payload as Rejection).pair === id)!;
      const now = this.#clock();
      const entry = {
        subject: DECISIONS,
        kind: 'retraction',
        trueAt: now,
        knownAt: now,
        supersedes: rejection.id,
      } as const;
      await this.#store.append([
        { ...entry, id: `${rejection.id}-undone`, payload: { target: rejection.id, person, reason } },
      ]);
    }
    return decision;
  }

  async #tell(name: string, decoded: Parameters<Hub['admit']>[0] extends Iterable<infer D> ? D : never): Promise<void> {
    await this.#hub.admit([decoded], { name, sha256: '', format: 'link', bytes: 0 });
  }

  async #open(id: string, person: string, reason: string): Promise<LinkView> {
    signed(person, reason);
    const found = (await this.list()).find((each) => each.id === id);
    if (found === undefined) throw unknownLink(id);
    return found;
  }

  /** Everybody of whom facts are known, with what is merged taken together. */
  async #people(): Promise<readonly Person[]> {
    const entries = await this.#store.read({ kinds: ['fact', 'retraction'] });
    const gone = new Set(entries.map(({ supersedes }) => supersedes));
    const into = new Map<string, string>();
    for (const { subject, payload } of await this.#standing('merge'))
      into.set((payload as { from: string }).from, subject);
    const canonical = (name: string) => {
      let at = name;
      for (let i = 0; i <= into.size && into.has(at); i++) at = into.get(at)!;
      return at;
    };
    const facts = new Map<string, Fact[]>();
    for (const { id, kind, subject, payload, erased } of entries) {
      if (erased || kind !== 'fact' || gone.has(id) || subject.startsWith(SOURCE_PREFIX)) continue;
      const name = canonical(subject);
      const own = facts.get(name);
      if (own === undefined) facts.set(name, [payload as Fact]);
      else own.push(payload as Fact);
    }
    return [...facts].map(([subject, own]) => personOf(subject, own));
  }

  async #standing(kind: 'merge'): Promise<readonly Entry[]> {
    const entries = await this.#store.read({ kinds: [kind, 'retraction'] });
    const gone = new Set(entries.map(({ supersedes }) => supersedes));
    return entries.filter((entry) => !entry.erased && entry.kind === kind && !gone.has(entry.id));
  }

  async #rejections(): Promise<readonly Entry[]> {
    const entries = await this.#store.read({ subject: DECISIONS, kinds: ['kept', 'retraction'] });
    const gone = new Set(entries.map(({ supersedes }) => supersedes));
    return entries.filter(({ id, kind }) => kind === 'kept' && !gone.has(id));
  }

  #idOf(a: string, b: string): string {
    return this.#sha256(`link|${a}|${b}`).slice(0, 12);
  }
}

function place({ source, element }: { readonly source: string; readonly element: string }) {
  return { source, element };
}

function signed(person: string, reason: string): void {
  if (person.trim() !== '' && reason.trim() !== '') return;
  throw runtimeErrors.error('identity-unsigned', 'A decision on who is who names the person who makes it, and why.');
}

function unknownLink(id: string) {
  return runtimeErrors.error('identity-link-unknown', `There is no link “${id}” to decide on.`, { field: 'id' });
}
