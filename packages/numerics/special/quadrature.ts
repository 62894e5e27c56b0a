/** Nodes on [−1, 1] and weights of an n-point Gauss–Legendre rule, by Newton's method on P_n (DLMF 3.5.15). */
export function gaussLegendre(n: number): { readonly nodes: Float64Array; readonly weights: Float64Array } {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 50; step++) {
      let p0 = 1;
      let p1 = x;
      for (let k = 2; k <= n; k++) [p0, p1] = [p1, ((2 * k - 1) * x * p1 - (k - 1) * p0) / k];
      slope = (n * (x * p1 - p0)) / (x * x - 1);
      const change = p1 / slope;
      x -= change;
      if (Math.abs(change) < 1e-16) break;
    }
    nodes[n - 1 - i] = x;
    weights[n - 1 - i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

const RULE = gaussLegendre(16);

/** ∫ f over [a, b] by `panels` equal panels of a 16-point Gauss–Legendre rule; for smooth f. */
export function integrate(f: (x: number) => number, a: number, b: number, panels = 8): number {
  const half = (b - a) / panels / 2;
  let sum = 0;
  for (let k = 0; k < panels; k++) {
    const middle = a + (2 * k + 1) * half;
    for (let i = 0; i < 16; i++) sum += RULE.weights[i] * f(middle + half * RULE.nodes[i]);
  }
  return sum * half;
}
