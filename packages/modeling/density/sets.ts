import { densityErrors } from './errors.data.ts';

/** The set of one member that all others belong to. */
export const ONE = '1';

/** The size of a set, or the members of other sets (from 0) that each of its members belongs to. */
export type SetText = number | Readonly<Record<string, readonly number[]>>;

interface IndexSet {
  readonly size: number;
  /** By set: the member that each member belongs to. */
  readonly parents: ReadonlyMap<string, Int32Array>;
}

/** The sets of a density: which member of one belongs to which of another. */
export class IndexSets {
  /** In the order of their declaration, parents first. */
  readonly names: readonly string[];
  readonly one = ONE;
  readonly #sets = new Map<string, IndexSet>([[ONE, { size: 1, parents: new Map() }]]);
  readonly #refused: (message: string, element: string) => Error;

  constructor(id: string, sets: Readonly<Record<string, SetText>> = {}) {
    this.#refused = (message, element) =>
      densityErrors.error('density-set', `${id}: ${message}`, { file: id, element });
    for (const [name, set] of Object.entries(sets)) this.#sets.set(name, this.#made(name, set));
    this.names = [...this.#sets.keys()];
  }

  size(name: string): number {
    return this.#known(name, name).size;
  }

  /** The member of `to` that each member of `from` belongs to; null where they do not. */
  index(from: string, to: string): Int32Array | null {
    const { size, parents } = this.#known(from, from);
    if (from === to) return Int32Array.from({ length: size }, (_, i) => i);
    if (to === ONE) return new Int32Array(size);
    for (const [parent, members] of parents) {
      const further = parent === to ? null : this.index(parent, to);
      if (parent === to) return members;
      if (further !== null) return members.map((i) => further[i]);
    }
    return null;
  }

  /**
   * The one of some sets whose members belong to all the others; else the only set whose members belong to all of them;
   * null where there is neither.
   */
  joined(names: readonly string[]): string | null {
    const all = new Set([ONE, ...names]);
    const reaches = (from: string) => [...all].every((to) => this.index(from, to) !== null);
    const found = [...all].find(reaches);
    if (found !== undefined) return found;
    const further = this.names.filter(reaches);
    return further.length === 1 ? further[0] : null;
  }

  /** As `joined`. @throws density-set where there is none; `element` is what needs it */
  finest(names: readonly string[], element: string): string {
    const found = this.joined(names);
    if (found !== null) return found;
    const others = [...new Set(names)].filter((name) => name !== ONE).join(', ');
    throw this.#refused(
      `${element} needs the sets ${others}; there is not just one set with members of them all.`,
      element,
    );
  }

  #made(name: string, set: SetText): IndexSet {
    if (this.#sets.has(name)) throw this.#refused(`the set ${name} is there already.`, name);
    if (typeof set === 'number') {
      if (!(Number.isInteger(set) && set >= 1)) throw this.#refused(`the set ${name} has a size of ${set}.`, name);
      return { size: set, parents: new Map() };
    }
    const maps = Object.entries(set);
    const size = maps[0]?.[1].length ?? 0;
    if (size === 0) throw this.#refused(`the set ${name} has no members.`, name);
    for (const [parent, members] of maps) {
      const { size: most } = this.#known(parent, name);
      const bad = members.findIndex((i) => !(Number.isInteger(i) && i >= 0 && i < most));
      if (members.length !== size) {
        throw this.#refused(`the set ${name} has ${size} members and ${members.length} places in ${parent}.`, name);
      }
      if (bad >= 0) {
        throw this.#refused(`member ${bad} of ${name} cannot belong to ${members[bad]} of ${most} of ${parent}.`, name);
      }
    }
    return { size, parents: new Map(maps.map(([parent, members]) => [parent, Int32Array.from(members)])) };
  }

  #known(name: string, element: string): IndexSet {
    const set = this.#sets.get(name);
    if (set === undefined) throw this.#refused(`there is no set ${name} where it is used.`, element);
    return set;
  }
}
