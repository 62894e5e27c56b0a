import type { ControlInput, Fact, Observation } from '@gemel/core';
import { type StatedMeasure, SubjectPast } from './quality/subject-past.ts';
import { controlKey, factKey, type LogItem, observationKey } from './subject-log.ts';

/** What a new item is to what the log already holds. */
export type Novelty =
  /** `alias` is the key to keep it under all the same: another source brought it under an identifier of its own. */
  | { readonly kind: 'duplicate'; readonly of: string; readonly alias?: string }
  | { readonly kind: 'new'; readonly dedupeKey: string }
  | { readonly kind: 'correction'; readonly dedupeKey: string; readonly supersedes: string };

interface Known {
  readonly content: string;
  readonly source?: string;
  readonly sourceId: string | null;
  readonly sourceKey: string | null;
  readonly element: string | null;
  /** Read out of words: the same from a record takes its place. */
  readonly told?: boolean;
}

/** What one identifier's log holds, for telling repeats, corrections and withdrawals apart. Fed in the order of the log. */
export class SubjectIndex {
  /** What the quality gate judges by. */
  readonly past: SubjectPast;
  /** Content of items that hold → id. */
  readonly #byContent = new Map<string, string>();
  /** How often content ever came: what was withdrawn may come again. */
  readonly #seen = new Map<string, number>();
  /** Source identifier within a kind and name → the item that holds. */
  readonly #bySource = new Map<string, { readonly id: string; readonly content: string }>();
  /** Source identifier of a whole element → items made of it that hold. */
  readonly #byElement = new Map<string, Set<string>>();
  readonly #known = new Map<string, Known>();
  readonly #withdrawn = new Set<string>();
  readonly #waiting = new Set<string>();
  readonly #ids = new Set<string>();

  constructor(measure?: StatedMeasure) {
    this.past = new SubjectPast(measure);
  }

  /** Takes in an entry once, however often it is given. */
  add(entry: Pick<LogItem, 'id' | 'kind' | 'item' | 'supersedes' | 'target'>): void {
    if (this.#ids.has(entry.id)) return;
    this.#ids.add(entry.id);
    if (entry.supersedes !== undefined) this.#remove(entry.supersedes);
    if (entry.kind === 'retraction' && entry.target !== undefined) {
      if (entry.supersedes === undefined) this.#waiting.add(entry.target);
      else {
        this.#waiting.delete(entry.target);
        this.#withdrawn.add(entry.target);
      }
    }
    if (entry.kind === 'merge' && entry.target !== undefined) {
      const element = elementOf(entry.target);
      this.#element(element).add(entry.id);
      this.#known.set(entry.id, { content: '', sourceId: entry.target, sourceKey: null, element });
    }
    const { item } = entry;
    if (item === null) return;
    const content = contentOf(item);
    const { sourceId } = item.provenance;
    const told = item.provenance.derived !== undefined;
    if (item.kind === 'observation') this.past.addObservation(item);
    else if (item.kind === 'fact') this.past.addFact(item);
    this.#seen.set(content, (this.#seen.get(content) ?? 0) + 1);
    if (item.kind !== 'observation' || item.repeats === undefined) this.#byContent.set(content, entry.id);
    if (sourceId === undefined) {
      this.#known.set(entry.id, { content, sourceId: null, sourceKey: null, element: null, told });
      return;
    }
    const key = sourceKey(item, sourceId);
    const element = elementOf(sourceId);
    this.#bySource.set(key, { id: entry.id, content });
    this.#element(element).add(entry.id);
    this.#known.set(entry.id, { content, source: item.provenance.source, sourceId, sourceKey: key, element, told });
  }

  /**
   * Same source identifier and content, or same content: a repeat. Same identifier, other content: a correction. What a record
   * says takes the place of the same read out of words.
   */
  novelty(item: Observation | ControlInput | Fact): Novelty {
    const content = contentOf(item);
    const { sourceId } = item.provenance;
    const earlier = sourceId === undefined ? undefined : this.#bySource.get(sourceKey(item, sourceId));
    const dedupeKey = this.#dedupeKey(content);
    if (earlier !== undefined && earlier.content !== content)
      return { kind: 'correction', dedupeKey, supersedes: earlier.id };
    const same = earlier?.id ?? this.#byContent.get(content);
    if (same === undefined) return { kind: 'new', dedupeKey };
    const confirms = item.provenance.derived === undefined && this.#known.get(same)?.told === true;
    if (confirms) return { kind: 'correction', dedupeKey, supersedes: same };
    const known = this.#known.get(same);
    const alias =
      item.kind === 'observation' &&
      earlier === undefined &&
      sourceId !== undefined &&
      typeof known?.sourceId === 'string' &&
      known.source !== item.provenance.source &&
      item.provenance.derived === undefined;
    return { kind: 'duplicate', of: same, ...(alias ? { alias: dedupeKey } : {}) };
  }

  /** What keeps content from being stored twice; the same content may come again after it was withdrawn. */
  #dedupeKey(content: string): string {
    const times = this.#seen.get(content) ?? 0;
    return times === 0 ? content : `${content}|${times}`;
  }

  /** Key for an item of the log that is entered anew with another grade. */
  regradeKey(item: Observation): string {
    return this.#dedupeKey(contentOf(item));
  }

  /** Ids of the items that hold and came under the source identifier, which may name a whole element or one part of it. */
  targets(target: string): readonly string[] {
    const element = [...(this.#byElement.get(elementOf(target)) ?? [])];
    return elementOf(target) === target ? element : element.filter((id) => this.#known.get(id)?.sourceId === target);
  }

  /** Ids of the items, merges apart, that hold and came of the element the source calls this. */
  parts(element: string): readonly string[] {
    return [...(this.#byElement.get(elementOf(element)) ?? [])].filter((id) => this.#known.get(id)?.content !== '');
  }

  /** Whether the source already withdrew what it calls this. */
  wasWithdrawn(target: string): boolean {
    return this.#withdrawn.has(target) || this.#waiting.has(target);
  }

  /** Withdrawals that came before what they withdraw. */
  waitingFor(sourceId: string | undefined): string | null {
    if (sourceId === undefined) return null;
    if (this.#waiting.has(sourceId)) return sourceId;
    return this.#waiting.has(elementOf(sourceId)) ? elementOf(sourceId) : null;
  }

  #remove(id: string): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    this.past.remove(id);
    const { content, sourceKey, element } = known;
    if (element !== null) this.#byElement.get(element)?.delete(id);
    if (this.#byContent.get(content) === id) this.#byContent.delete(content);
    if (sourceKey !== null && this.#bySource.get(sourceKey)?.id === id) this.#bySource.delete(sourceKey);
  }

  #element(name: string): Set<string> {
    let found = this.#byElement.get(name);
    if (found === undefined) {
      found = new Set();
      this.#byElement.set(name, found);
    }
    return found;
  }
}

/** `Observation/1#systolic` is a part of `Observation/1`. */
function elementOf(sourceId: string): string {
  const hash = sourceId.indexOf('#');
  return hash === -1 ? sourceId : sourceId.slice(0, hash);
}

function sourceKey(item: Observation | ControlInput | Fact, sourceId: string): string {
  const name = item.kind === 'observation' ? item.signal : item.kind === 'control' ? item.control : item.fact;
  return `${item.kind}|${name}|${sourceId}`;
}

function contentOf(item: Observation | ControlInput | Fact): string {
  // Another label is another content: what a person may see hangs on it.
  const labels = item.labels === undefined ? '' : `|${item.labels.join(' ')}`;
  if (item.kind === 'observation') return `observation|${item.trueAt}|${observationKey(item)}${labels}`;
  if (item.kind === 'control') return `control|${item.from}|${controlKey(item)}${labels}`;
  return `fact|${item.trueAt}|${factKey(item)}${labels}`;
}
