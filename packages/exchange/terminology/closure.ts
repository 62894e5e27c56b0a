/**
 * The transitive closure of a hierarchy with several parents, in a few numbers a concept: each concept has a place in a
 * depth-first order of a spanning tree, and the places of all below it as a short list of intervals.
 * Source: Agrawal, Borgida, Jagadish, Efficient management of transitive relationships in large data and knowledge bases,
 * SIGMOD 1989, doi 10.1145/67544.66950.
 */
export interface Closure {
  /** Place of each concept in the order. */
  readonly place: Int32Array;
  /** Concept at each place. */
  readonly at: Int32Array;
  /** Where each concept's intervals begin in `bounds`, and after the last where they end; in pairs. */
  readonly starts: Int32Array;
  /** Intervals of places, low and high inclusive, ascending and apart. */
  readonly bounds: Int32Array;
}

/** Edges as lists by concept: those of concept i stand at `starts[i]` to `starts[i + 1]`. */
export interface Adjacency {
  readonly starts: Int32Array;
  readonly targets: Int32Array;
}

/** Groups pairs (from, to) of concepts 0 to size−1 by `from`. No pair may be given twice. */
export function adjacency(size: number, from: ArrayLike<number>, to: ArrayLike<number>): Adjacency {
  const starts = new Int32Array(size + 1);
  for (let i = 0; i < from.length; i++) starts[from[i]! + 1]!++;
  for (let i = 0; i < size; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const targets = new Int32Array(from.length);
  for (let i = 0; i < from.length; i++) targets[next[from[i]!]!++] = to[i]!;
  return { starts, targets };
}

/**
 * The closure of a hierarchy given as children by parent and parents by child; or a concept that lies on a circle, where
 * there is one.
 */
export function closureOf(children: Adjacency, parents: Adjacency): Closure | { readonly circle: number } {
  const size = children.starts.length - 1;
  const order = parentsFirst(children, parents);
  if (typeof order === 'number') return { circle: order };
  const place = new Int32Array(size);
  const at = new Int32Array(size);
  const lowest = new Int32Array(size);
  placeInTree(children, parents, place, at, lowest);
  // Children before parents: each takes over the intervals of its children, then joins those that touch.
  // Most have but the one interval of their own subtree, for which no list is made.
  const lists = new Map<number, readonly number[]>();
  const listOf = (n: number) => lists.get(n) ?? [lowest[n]!, place[n]!];
  let count = 2 * size;
  for (let i = size - 1; i >= 0; i--) {
    const n = order[i]!;
    const joined = joinedIntervals(n, children, listOf);
    if (joined === null) continue;
    lists.set(n, joined);
    count += joined.length - 2;
  }
  const starts = new Int32Array(size + 1);
  const bounds = new Int32Array(count);
  let end = 0;
  for (let n = 0; n < size; n++) {
    starts[n] = end;
    const list = listOf(n);
    bounds.set(list, end);
    end += list.length;
  }
  starts[size] = end;
  return { place, at, starts, bounds };
}

/** Whether `descendant` is `ancestor` or below it. */
export function isBelow({ place, starts, bounds }: Closure, ancestor: number, descendant: number): boolean {
  const wanted = place[descendant]!;
  let low = starts[ancestor]! >> 1;
  let high = (starts[ancestor + 1]! >> 1) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (wanted < bounds[2 * middle]!) high = middle - 1;
    else if (wanted > bounds[2 * middle + 1]!) low = middle + 1;
    else return true;
  }
  return false;
}

/** All below a concept, without itself. */
export function* below({ at, starts, bounds }: Closure, ancestor: number): Generator<number, void, void> {
  for (let i = starts[ancestor]!; i < starts[ancestor + 1]!; i += 2) {
    for (let place = bounds[i]!; place <= bounds[i + 1]!; place++) if (at[place]! !== ancestor) yield at[place]!;
  }
}

/** Every concept after all its parents; a number where a circle keeps one from being reached. */
function parentsFirst(children: Adjacency, parents: Adjacency): Int32Array | number {
  const size = children.starts.length - 1;
  const waiting = new Int32Array(size);
  const order = new Int32Array(size);
  let filled = 0;
  for (let n = 0; n < size; n++) {
    waiting[n] = parents.starts[n + 1]! - parents.starts[n]!;
    if (waiting[n] === 0) order[filled++] = n;
  }
  for (let i = 0; i < filled; i++) {
    const n = order[i]!;
    for (let k = children.starts[n]!; k < children.starts[n + 1]!; k++) {
      const child = children.targets[k]!;
      if (--waiting[child]! === 0) order[filled++] = child;
    }
  }
  return filled === size ? order : waiting.findIndex((count) => count > 0);
}

/** Places by post-order in the tree where each concept hangs under its first parent. */
function placeInTree(
  children: Adjacency,
  parents: Adjacency,
  place: Int32Array,
  at: Int32Array,
  lowest: Int32Array,
): void {
  const size = place.length;
  const stack: number[] = [];
  const next = children.starts.slice();
  let placed = 0;
  for (let root = 0; root < size; root++) {
    if (parents.starts[root + 1]! > parents.starts[root]!) continue;
    stack.push(root);
    lowest[root] = placed;
    while (stack.length > 0) {
      const n = stack[stack.length - 1]!;
      const k = next[n]!++;
      if (k >= children.starts[n + 1]!) {
        at[placed] = n;
        place[n] = placed++;
        stack.pop();
        continue;
      }
      const child = children.targets[k]!;
      if (parents.targets[parents.starts[child]!] !== n) continue;
      lowest[child] = placed;
      stack.push(child);
    }
  }
}

/** The intervals of a concept with those of its children; null where its own subtree holds them all. */
function joinedIntervals(
  n: number,
  children: Adjacency,
  listOf: (n: number) => readonly number[],
): readonly number[] | null {
  const own = listOf(n);
  const [lowest, highest] = own as readonly [number, number];
  const pairs: (readonly [number, number])[] = [];
  for (let k = children.starts[n]!; k < children.starts[n + 1]!; k++) {
    const list = listOf(children.targets[k]!);
    for (let i = 0; i < list.length; i += 2) {
      if (list[i]! < lowest || list[i + 1]! > highest) pairs.push([list[i]!, list[i + 1]!]);
    }
  }
  if (pairs.length === 0) return null;
  pairs.push([lowest, highest]);
  pairs.sort((a, b) => a[0] - b[0]);
  const joined: number[] = [];
  for (const [low, high] of pairs) {
    const last = joined.length - 1;
    if (last > 0 && low <= joined[last]! + 1) joined[last] = Math.max(joined[last]!, high);
    else joined.push(low, high);
  }
  return joined;
}
