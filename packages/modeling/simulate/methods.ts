import { rk4 } from '@gemel/numerics/ode/rk4';
import type { Solver } from '@gemel/numerics/ode/solver';
import { tsit5 } from '@gemel/numerics/ode/tsit5';

/** Methods by the name they are asked for. */
export const methods = { rk4, tsit5 } satisfies Readonly<Record<string, Solver>> as Readonly<Record<string, Solver>>;

/** What is taken where no method is named. */
export const defaults: { readonly fixed: Solver; readonly adaptive: Solver } = { fixed: rk4, adaptive: tsit5 };
