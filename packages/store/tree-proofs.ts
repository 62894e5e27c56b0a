import type { ConsistencyProof, InclusionProof, TreeHead } from './contract.ts';
import { storeErrors } from './errors.data.ts';
import {
  consistencyRanges,
  inclusionRanges,
  keptUnder,
  type LeafRange,
  perfectRoot,
  rootOf,
  type Sha256,
  type Subtree,
  subtreesOf,
} from './merkle.ts';

/** The hashes a head or proof needs, and what it is once they are there: the same for stores that answer at once and later. */
export interface ProofPlan<Proof> {
  readonly needs: readonly (Subtree & { readonly count: number })[];
  proof(hashes: readonly (readonly Uint8Array[])[]): Proof;
}

function plan<Proof>(
  sha256: Sha256,
  ranges: readonly LeafRange[],
  done: (roots: readonly Uint8Array[]) => Proof,
): ProofPlan<Proof> {
  const subtrees = ranges.map(subtreesOf);
  return {
    needs: subtrees.flat().map(keptUnder),
    proof(hashes) {
      let at = 0;
      return done(
        subtrees.map((own) =>
          rootOf(
            sha256,
            own.map(() => perfectRoot(sha256, hashes[at++]!)),
          ),
        ),
      );
    },
  };
}

/** @throws store-beyond-log */
export function planHead(sha256: Sha256, size: number, lastSeq: number): ProofPlan<TreeHead> {
  within('size', size, 0, lastSeq);
  return plan(sha256, [{ from: 0, to: size }], ([root]) => ({ size, root: root! }));
}

/** @throws store-beyond-log */
export function planInclusion(sha256: Sha256, seq: number, size: number, lastSeq: number): ProofPlan<InclusionProof> {
  within('size', size, 1, lastSeq);
  within('position', seq, 1, size);
  const index = seq - 1;
  return plan(sha256, [{ from: index, to: seq }, ...inclusionRanges(index, size)], ([leaf, ...path]) => ({
    leaf: leaf!,
    index,
    size,
    path,
  }));
}

/** @throws store-beyond-log */
export function planConsistency(
  sha256: Sha256,
  before: number,
  size: number,
  lastSeq: number,
): ProofPlan<ConsistencyProof> {
  within('size', size, 0, lastSeq);
  within('earlier size', before, 0, size);
  return plan(sha256, consistencyRanges(before, size), (path) => ({ before, size, path }));
}

function within(what: string, given: number, least: number, most: number): void {
  if (Number.isInteger(given) && given >= least && given <= most) return;
  throw storeErrors.error('store-beyond-log', `The ${what} ${given} is not among ${least} to ${most}.`);
}
