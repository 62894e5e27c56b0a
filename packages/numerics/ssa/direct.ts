import { ExactStepper } from './exact-stepper.ts';
import { fault, type JumpMethod, type JumpStatus } from './jump-system.ts';

/**
 * One uniform number serves both draws of a jump: where it falls among the propensities says which jump, and where within
 * that jump's share it falls is uniform again and gives the waiting time.
 */
class DirectStepper extends ExactStepper {
  advance(until: number, mostJumps = Number.POSITIVE_INFINITY): JumpStatus {
    const { y } = this;
    const a = this.propensities;
    const n = a.length;
    const random = this.random;
    const fire = this.fire;
    let done = 0;
    let { t } = this;
    let next = this.due;
    let jump = this.jump;
    let status: JumpStatus = 'more';
    for (;;) {
      if (Number.isNaN(next)) {
        let total = 0;
        for (let j = 0; j < n; j++) total += a[j];
        if (!(total < Number.POSITIVE_INFINITY)) status = 'not-finite';
        const u = random.uniform();
        let rest = u * total;
        jump = 0;
        while (jump < n && !(rest < a[jump])) {
          rest -= a[jump];
          if (!(a[jump] >= 0)) status = fault(a[jump]);
          jump++;
        }
        for (let j = jump; j < n; j++) if (!(a[j] >= 0)) status = fault(a[j]);
        if (status !== 'more') break;
        if (jump === n) {
          // Rounding may carry the search past the last jump that can happen.
          while (jump > 0 && !(a[jump - 1] > 0)) jump--;
          jump--;
          rest = jump < 0 ? 0 : 0.5 * a[jump];
        }
        next = total > 0 ? t - Math.log(1 - rest / a[jump]) / total : Number.POSITIVE_INFINITY;
      }
      if (!(next <= until)) {
        t = until;
        status = 'reached';
        break;
      }
      if (done === mostJumps) break;
      fire(jump, y, a);
      t = next;
      next = Number.NaN;
      done++;
    }
    this.t = t;
    this.due = next;
    this.jump = jump;
    this.happened += done;
    return status;
  }
}

/**
 * Gillespie's direct method: D. T. Gillespie, J. Phys. Chem. 81 (1977) 2340, doi:10.1021/j100540a008. Work per jump grows with
 * the number of jumps; best up to about a hundred.
 */
export const direct = {
  name: 'direct',
  exact: true,
  start: (system, t, y, random) => new DirectStepper(system, t, y, random),
} satisfies JumpMethod;
