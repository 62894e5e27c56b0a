/** Places of a square sparse matrix: rows of column j at starts[j] … starts[j + 1] − 1. */
export interface SparseColumns {
  readonly starts: Int32Array;
  readonly rowIndices: Int32Array;
}

export interface Ordering {
  /** Column eliminated first, second, … */
  readonly order: Int32Array;
  /** Multiplications and additions of a factorisation in that order with pivots on the diagonal. */
  readonly work: number;
}

/**
 * An elimination order of little fill for a matrix with the pattern of A + Aᵀ: minimum approximate degree on the quotient
 * graph with element absorption. Amestoy, Davis, Duff, SIAM J. Matrix Anal. Appl. 1996;17:886.
 */
export function minimumDegree(n: number, pattern: SparseColumns): Ordering {
  const neighbours = symmetricNeighbours(n, pattern);
  const elements: number[][] = Array.from({ length: n }, () => []);
  const members: number[][] = Array.from({ length: n }, () => []);
  const absorbed = new Uint8Array(n);
  const eliminated = new Uint8Array(n);
  const degrees = Int32Array.from(neighbours, (list) => list.length);
  const queue = new DegreeQueue(degrees);
  const mark = new Int32Array(n).fill(-1);
  const outside = new Int32Array(n);
  const outsideMark = new Int32Array(n).fill(-1);
  const order = new Int32Array(n);
  let work = 0;
  for (let step = 0; step < n; step++) {
    const pivot = queue.takeLeast();
    order[step] = pivot;
    eliminated[pivot] = 1;
    mark[pivot] = step;
    const front: number[] = [];
    const reach = (i: number) => {
      if (mark[i] === step || eliminated[i] === 1) return;
      mark[i] = step;
      front.push(i);
    };
    for (const i of neighbours[pivot]) reach(i);
    for (const e of elements[pivot]) {
      if (absorbed[e] === 1) continue;
      for (const i of members[e]) reach(i);
      absorbed[e] = 1;
    }
    members[pivot] = front;
    work += front.length * (front.length + 1);
    for (const i of front) {
      for (const e of elements[i]) {
        if (absorbed[e] === 1) continue;
        if (outsideMark[e] !== step) {
          outsideMark[e] = step;
          outside[e] = members[e].length;
        }
        outside[e]--;
      }
    }
    for (const i of front) {
      let degree = front.length - 1;
      const kept = [pivot];
      for (const e of elements[i]) {
        if (absorbed[e] === 1) continue;
        if (outside[e] === 0) {
          absorbed[e] = 1;
          continue;
        }
        degree += outside[e];
        kept.push(e);
      }
      elements[i] = kept;
      neighbours[i] = neighbours[i].filter((j) => mark[j] !== step && eliminated[j] === 0);
      degree += neighbours[i].length;
      queue.move(i, Math.min(degree, n - step - 2));
    }
  }
  return { order, work };
}

function symmetricNeighbours(n: number, { starts, rowIndices }: SparseColumns): number[][] {
  const sets = Array.from({ length: n }, () => new Set<number>());
  for (let j = 0; j < n; j++) {
    for (let p = starts[j]; p < starts[j + 1]; p++) {
      const i = rowIndices[p];
      if (i === j) continue;
      sets[i].add(j);
      sets[j].add(i);
    }
  }
  return sets.map((set) => [...set]);
}

/** Variables by degree, in doubly linked lists. */
class DegreeQueue {
  readonly #degrees: Int32Array;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #last: Int32Array;
  #least = 0;

  constructor(degrees: Int32Array) {
    const n = degrees.length;
    this.#degrees = degrees;
    this.#heads = new Int32Array(n + 1).fill(-1);
    this.#next = new Int32Array(n);
    this.#last = new Int32Array(n);
    for (let i = n - 1; i >= 0; i--) this.#insert(i);
  }

  #insert(i: number): void {
    const degree = this.#degrees[i];
    const head = this.#heads[degree];
    this.#next[i] = head;
    this.#last[i] = -1;
    if (head >= 0) this.#last[head] = i;
    this.#heads[degree] = i;
    this.#least = Math.min(this.#least, degree);
  }

  #remove(i: number): void {
    const next = this.#next[i];
    const last = this.#last[i];
    if (next >= 0) this.#last[next] = last;
    if (last >= 0) this.#next[last] = next;
    else this.#heads[this.#degrees[i]] = next;
  }

  takeLeast(): number {
    while (this.#heads[this.#least] < 0) this.#least++;
    const i = this.#heads[this.#least];
    this.#remove(i);
    return i;
  }

  move(i: number, degree: number): void {
    this.#remove(i);
    this.#degrees[i] = Math.max(0, degree);
    this.#insert(i);
  }
}
