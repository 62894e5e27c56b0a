/** An order in which each name comes after those it needs; or the names of one circle, in its order. */
export type Order = { readonly order: readonly string[] } | { readonly cycle: readonly string[] };

/** `needs` is asked for every name once; what it gives that is not in `names` does not matter. Names that can stay, stay in order. */
export function orderByNeed(names: readonly string[], needs: (name: string) => Iterable<string>): Order {
  const known = new Set(names);
  const done = new Set<string>();
  const open = new Set<string>();
  const order: string[] = [];
  for (const first of names) {
    const stack = done.has(first) ? [] : [{ name: first, left: null as Iterator<string> | null }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.left === null) {
        open.add(top.name);
        top.left = needs(top.name)[Symbol.iterator]();
      }
      const { value, done: isLast } = top.left.next();
      if (isLast) {
        open.delete(top.name);
        done.add(top.name);
        order.push(top.name);
        stack.pop();
      } else if (open.has(value)) {
        const path = stack.map(({ name }) => name);
        return { cycle: path.slice(path.indexOf(value)) };
      } else if (known.has(value) && !done.has(value)) {
        stack.push({ name: value, left: null });
      }
    }
  }
  return { order };
}
