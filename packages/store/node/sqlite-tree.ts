import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { storeErrors } from '../errors.data.ts';
import { type LeafRow, leafHashOf } from '../leaf.ts';
import { keptUnder, perfectRoot, type Subtree, subtreesOf, TreeEdge, type TreeNode } from '../merkle.ts';
import type { ProofPlan } from '../tree-proofs.ts';
import { sha256 } from './envelope.ts';

const encode = (text: string): Uint8Array => Buffer.from(text);
const hashOf = (row: LeafRow): Uint8Array => leafHashOf(sha256, row, encode);

/** The Merkle tree over the log in its file: kept levels in a table, the right edge in memory while nobody else writes. */
export class LogTree {
  readonly #file: string;
  readonly #insert: StatementSync;
  readonly #node: StatementSync;
  readonly #nodes: StatementSync;
  readonly #rows: StatementSync;
  readonly #count: StatementSync;
  #edge: TreeEdge | null = null;

  constructor(database: DatabaseSync, file: string) {
    this.#file = file;
    this.#insert = database.prepare('insert into tree (level, position, hash) values (?, ?, ?)');
    this.#node = database.prepare('select hash from tree where level = ? and position = ?');
    this.#nodes = database.prepare(
      'select hash from tree where level = ? and position >= ? and position < ? order by position',
    );
    this.#rows = database.prepare('select * from entry where seq > ? and seq <= ? order by seq');
    this.#count = database.prepare('select count(*) as count from tree');
  }

  /** Forgets the edge: somebody else wrote, or what was written is taken back. */
  forget(): void {
    this.#edge = null;
  }

  /** Adds the entry that follows; inside a transaction. @throws store-corrupt */
  add(row: LeafRow): void {
    this.#edge ??= this.#edgeAt(row.seq - 1);
    const kept: TreeNode[] = [];
    this.#edge.add(hashOf(row), kept);
    for (const { level, position, hash } of kept) this.#insert.run(level, position, hash);
  }

  /** Makes the tree of a log that has none yet; inside a transaction. */
  fill(): void {
    for (const row of this.#rows.iterate(0, Number.MAX_SAFE_INTEGER)) this.add(row as unknown as LeafRow);
  }

  /** Reads what a head or proof needs; inside a transaction. @throws store-corrupt */
  prove<Proof>(plan: ProofPlan<Proof>): Proof {
    return plan.proof(plan.needs.map((from) => this.#hashes(from)));
  }

  /** Takes the rows of all entries one by one and reports where they do not lead to what is kept of the tree. */
  checker(report: (message: string) => void): { add(row: LeafRow): void; end(): void } {
    const edge = new TreeEdge(sha256);
    let expected = 0;
    return {
      add: (row) => {
        const kept: TreeNode[] = [];
        edge.add(hashOf(row), kept);
        expected += kept.length;
        for (const { level, position, hash } of kept) {
          const found = (this.#node.get(level, position) as { hash: Uint8Array } | undefined)?.hash;
          if (found !== undefined && Buffer.compare(found, hash) === 0) continue;
          const first = position * 2 ** level + 1;
          report(`Entries ${first} to ${row.seq} are not those that the tree was made of.`);
        }
      },
      end: () => {
        const { count } = this.#count.get() as { count: number };
        if (count > expected) report('The tree is of more entries than the log has.');
      },
    };
  }

  #edgeAt(size: number): TreeEdge {
    const edge = subtreesOf({ from: 0, to: size }).map((each) => perfectRoot(sha256, this.#hashes(keptUnder(each))));
    return new TreeEdge(sha256, size, edge);
  }

  #hashes({ level, position, count }: Subtree & { readonly count: number }): readonly Uint8Array[] {
    const hashes =
      level === 0
        ? this.#rows.all(position, position + count).map((row) => hashOf(row as unknown as LeafRow))
        : this.#nodes.all(level, position, position + count).map((row) => row.hash as Uint8Array);
    if (hashes.length === count) return hashes;
    throw storeErrors.error('store-corrupt', 'The tree over the log has gaps.', { file: this.#file });
  }
}
