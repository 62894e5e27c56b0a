import type pg from 'pg';
import { storeErrors } from '../errors.data.ts';
import { type LeafRow, leafHashOf } from '../leaf.ts';
import { keptUnder, perfectRoot, type Subtree, subtreesOf, TreeEdge, type TreeNode } from '../merkle.ts';
import type { ProofPlan } from '../tree-proofs.ts';
import { byteaArray, int8Array } from './binary-array.ts';
import { sha256 } from './envelope.ts';
import { query } from './postgres-session.ts';

type Need = Subtree & { readonly count: number };

/** Adds the hash of an entry's leaf to the edge; what is to be kept of the tree is appended to `kept`. */
export function addLeaf(edge: TreeEdge, row: LeafRow, kept: TreeNode[]): void {
  edge.add(leafHashOf(sha256, row), kept);
}

export async function insertNodes(client: pg.ClientBase, nodes: readonly TreeNode[]): Promise<void> {
  if (nodes.length === 0) return;
  await query(
    client,
    'insert into tree (level, position, hash) select * from unnest($1::bigint[], $2::bigint[], $3::bytea[])',
    [
      int8Array(nodes.map(({ level }) => level)),
      int8Array(nodes.map(({ position }) => position)),
      byteaArray(nodes.map(({ hash }) => hash)),
    ],
  );
}

/** The tree of the first `size` entries at its right edge. @throws store-corrupt */
export async function edgeAt(client: pg.ClientBase, size: number, place: string): Promise<TreeEdge> {
  const hashes = await hashesOf(client, subtreesOf({ from: 0, to: size }).map(keptUnder), place);
  return new TreeEdge(
    sha256,
    size,
    hashes.map((under) => perfectRoot(sha256, under)),
  );
}

/** Reads what a head or proof needs. @throws store-corrupt */
export async function prove<Proof>(client: pg.ClientBase, plan: ProofPlan<Proof>, place: string): Promise<Proof> {
  return plan.proof(await hashesOf(client, plan.needs, place));
}

/** Which of the nodes given are not kept so. */
export async function differing(client: pg.ClientBase, nodes: readonly TreeNode[]): Promise<readonly TreeNode[]> {
  if (nodes.length === 0) return [];
  const rows = await query<{ i: number; hash: Buffer }>(
    client,
    `select asked.i, t.hash from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as asked (i, level, position)
      join tree t on t.level = asked.level and t.position = asked.position`,
    [
      int8Array(nodes.map((_, i) => i)),
      int8Array(nodes.map(({ level }) => level)),
      int8Array(nodes.map(({ position }) => position)),
    ],
  );
  const found = new Map(rows.map(({ i, hash }) => [i, hash]));
  return nodes.filter(({ hash }, i) => !found.get(i)?.equals(hash));
}

/** The hashes that each need names: kept ones from the tree, those of leaves from the entries themselves. */
async function hashesOf(
  client: pg.ClientBase,
  needs: readonly Need[],
  place: string,
): Promise<readonly (readonly Uint8Array[])[]> {
  const hashes: Uint8Array[][] = needs.map(() => []);
  const asked = needs.map((need, i) => ({ ...need, i }));
  const ranges = (of: typeof asked) => [
    int8Array(of.map(({ i }) => i)),
    int8Array(of.map(({ level }) => level)),
    int8Array(of.map(({ position }) => position)),
    int8Array(of.map(({ position, count }) => position + count)),
  ];
  const from = 'from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as asked (i, level, first, beyond)';
  const [kept, leaves] = [asked.filter(({ level }) => level > 0), asked.filter(({ level }) => level === 0)];
  const read = <R>(text: string, of: typeof asked): Promise<readonly R[]> =>
    of.length === 0 ? Promise.resolve([]) : query<R>(client, text, ranges(of));
  const [nodes, rows] = await Promise.all([
    read<{ i: number; hash: Uint8Array }>(
      `select asked.i, t.hash ${from} join tree t
        on t.level = asked.level and t.position >= asked.first and t.position < asked.beyond order by asked.i, t.position`,
      kept,
    ),
    read<LeafRow & { readonly i: number }>(
      `select asked.i, e.* ${from} join entry e
        on e.seq > asked.first and e.seq <= asked.beyond order by asked.i, e.seq`,
      leaves,
    ),
  ]);
  for (const { i, hash } of nodes) hashes[i]!.push(hash);
  for (const row of rows) hashes[row.i]!.push(leafHashOf(sha256, row));
  if (hashes.every((found, i) => found.length === needs[i]!.count)) return hashes;
  throw storeErrors.error('store-corrupt', 'The tree over the log has gaps.', { file: place });
}
