import { codesOf } from './binding.ts';
import { conformsTo } from './conforms.ts';
import type { Surroundings } from './invariant/compile.ts';
import { type Item, isNode, type Node, resourceNode } from './invariant/node.ts';
import { follow } from './reference.ts';
import type { Run, Scope } from './run.ts';
import type { TypeTable } from './type-table.ts';

/** What an invariant may ask of the resource around its element, and of the definitions. */
export class ResourceSurroundings implements Surroundings {
  readonly #run: Run;
  readonly #scope: Scope;
  readonly context: readonly Item[];

  constructor(run: Run, scope: Scope, context: readonly Item[]) {
    this.#run = run;
    this.#scope = scope;
    this.context = context;
  }

  get table(): TypeTable {
    return this.#run.tables.types;
  }

  get resource(): Node {
    return this.#scope.node;
  }

  get root(): Node {
    return (this.#scope.container ?? this.#scope).node;
  }

  resolve(reference: string): Node | undefined {
    const target = follow(reference, this.#scope);
    return target.kind === 'found' ? resourceNode(target.resource, this.table) : undefined;
  }

  memberOf(item: Item, url: string): boolean | undefined {
    const { sets } = this.#run.tables;
    const codes = isNode(item) ? codesOf(item.value, item.type) : codesOf(item, 'code');
    if (codes === null) return undefined;
    const found = codes.map(({ system, code }) => sets.has(url, system, code));
    return found.includes('in') ? true : found.includes('unknown') ? undefined : false;
  }

  conformsTo(item: Item, profile: string): boolean | undefined {
    return isNode(item) ? conformsTo(this.#run, item.value, item.type, profile, this.#scope) : undefined;
  }
}
