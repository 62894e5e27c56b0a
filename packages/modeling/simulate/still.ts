import type { Solver } from '@gemel/numerics/ode/solver';

/** Where no rate differs from 0: one step goes as far as it may. */
export const still: Solver = {
  name: 'Still',
  order: Number.POSITIVE_INFINITY,
  stiff: false,
  start(_system, start, initial) {
    const y = initial.slice();
    const counts = { accepted: 0, rejected: 0, evaluations: 0 };
    let t = start;
    let previous = start;
    return {
      get t() {
        return t;
      },
      get previous() {
        return previous;
      },
      y,
      next: Number.POSITIVE_INFINITY,
      counts,
      step(limit) {
        previous = t;
        t = limit;
        counts.accepted++;
        return 'stepped';
      },
      interpolate: (_t, out) => out.set(y),
      record: () => ({
        from: previous,
        to: t,
        interpolate: (
          (kept) => (_t, out) =>
            out.set(kept)
        )(y.slice()),
      }),
      restart(to, from) {
        t = to;
        previous = to;
        y.set(from);
      },
    };
  },
};
