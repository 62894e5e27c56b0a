import type { Graph, Sink } from './graph.ts';

/**
 * Where each value of a block is worked out. What only one side of a `select` needs, and is dear, is put under its
 * condition: results are the same, since the side not chosen is thrown away.
 */
export interface Schedule {
  /** Uses of each node by nodes that are needed and by sinks; 0: not needed. */
  readonly uses: Int32Array;
  /** Region of each node that is needed; 0 is the block itself. */
  readonly region: Int32Array;
  /** Nodes worked out on their own, not in place: used more than once, or nested too deep. */
  readonly apart: Uint8Array;
  /** Region of a select's first and second choice, where they have one of their own. */
  branches(select: number): readonly [first: number | undefined, second: number | undefined];
}

/** Operations that a branch must save. */
const DEAR = 24;
/** Expressions nest no deeper in the code. */
const DEEPEST = 100;
const COST: Readonly<Record<string, number>> = { div: 4, sqrt: 5 };

export function schedule(graph: Graph, sinks: readonly Sink[]): Schedule {
  const { nodes } = graph;
  const uses = new Int32Array(nodes.length);
  for (const { value } of sinks) uses[value]++;
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (uses[i] > 0) for (const operand of graph.operands(i)) uses[operand]++;
  }
  const candidates = new Set<string>();
  for (const node of graph.choices) if (uses[node] > 0) candidates.add(`${node},1`).add(`${node},2`);
  const wide = place(graph, sinks, uses, candidates);
  const cost = new Float64Array(wide.parent.length);
  nodes.forEach((node, i) => {
    if (uses[i] === 0 || !('operands' in node)) return;
    const own = node.kind === 'call' ? 60 : node.kind === 'operation' ? (COST[node.operator] ?? 1) : 1;
    for (let region = wide.region[i]; region > 0; region = wide.parent[region]) cost[region] += own;
  });
  const dear = new Set([...wide.byBranch].filter(([, region]) => cost[region] >= DEAR).map(([branch]) => branch));
  const final = place(graph, sinks, uses, dear);
  return {
    uses,
    region: final.region,
    apart: standApart(graph, uses),
    branches: (select) => [final.byBranch.get(`${select},1`), final.byBranch.get(`${select},2`)],
  };
}

function standApart(graph: Graph, uses: Int32Array): Uint8Array {
  const apart = new Uint8Array(graph.nodes.length);
  const depth = new Int32Array(graph.nodes.length);
  graph.nodes.forEach(({ kind }, i) => {
    if (uses[i] === 0 || kind === 'constant' || kind === 'variable') return;
    for (const operand of graph.operands(i))
      if (apart[operand] === 0) depth[i] = Math.max(depth[i], depth[operand] + 1);
    if (uses[i] > 1 || depth[i] > DEEPEST) apart[i] = 1;
  });
  return apart;
}

/**
 * What of a region must be worked out, in order, before `root` is: values used more than once, or too deep to be written in
 * place. `held` says which are there already.
 */
export function ahead(
  graph: Graph,
  { apart, region }: Schedule,
  root: number,
  held: (node: number) => boolean,
): readonly number[] {
  const home = region[root];
  const seen = new Set<number>();
  const found: number[] = [];
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node) || held(node)) continue;
    seen.add(node);
    if (region[node] === home && apart[node] === 1) found.push(node);
    stack.push(...graph.operands(node));
  }
  return found.sort((a, b) => a - b);
}

/** Regions where branches open one each: a node stands in the innermost region that holds all its uses. */
function place(graph: Graph, sinks: readonly Sink[], uses: Int32Array, branches: ReadonlySet<string>) {
  const parent = [0];
  const depth = [0];
  const byBranch = new Map<string, number>();
  const region = new Int32Array(graph.nodes.length).fill(-1);
  const meet = (a: number, b: number): number => {
    let x = a;
    let y = b;
    while (x !== y) {
      if (depth[x] >= depth[y]) x = parent[x];
      else y = parent[y];
    }
    return x;
  };
  for (const { value } of sinks) region[value] = 0;
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    if (uses[i] === 0) continue;
    const home = region[i];
    graph.operands(i).forEach((operand, position) => {
      let from = home;
      const branch = `${i},${position}`;
      if (branches.has(branch)) {
        from = parent.push(home) - 1;
        depth.push(depth[home] + 1);
        byBranch.set(branch, from);
      }
      region[operand] = region[operand] === -1 ? from : meet(region[operand], from);
    });
  }
  return { parent, region, byBranch };
}
