import { auto } from '@gemel/numerics/ode/auto';
import { bdf } from '@gemel/numerics/ode/bdf';
import { rk4 } from '@gemel/numerics/ode/rk4';
import { rodas5p } from '@gemel/numerics/ode/rodas5p';
import type { Solver } from '@gemel/numerics/ode/solver';
import { tsit5 } from '@gemel/numerics/ode/tsit5';
import { vern7 } from '@gemel/numerics/ode/vern7';

/** Methods by the name they are asked for. */
export const methods: Readonly<Record<string, Solver>> = { auto, bdf, rk4, rodas5p, tsit5, vern7 };

/** What is taken where no method is named. */
export const defaults: { readonly fixed: Solver; readonly adaptive: Solver } = { fixed: rk4, adaptive: auto };
