import type { RandomStream } from '../random/stream.ts';
import { firing, type JumpStatus, type JumpStepper, type JumpSystem } from './jump-system.ts';

/**
 * What exact steppers have in common. The next jump is kept between calls of `advance`, so that a path does not depend on the
 * times it is looked at.
 */
export abstract class ExactStepper implements JumpStepper {
  t: number;
  readonly y: Float64Array;
  happened = 0;
  protected readonly system: JumpSystem;
  protected readonly fire: (j: number, y: Float64Array, propensities: Float64Array) => void;
  protected readonly random: RandomStream;
  protected readonly propensities: Float64Array;
  /** The next jump and its time; NaN where they are still to be drawn. */
  protected jump = -1;
  protected due = Number.NaN;

  constructor(system: JumpSystem, t: number, y: Float64Array, random: RandomStream) {
    this.system = system;
    this.fire = firing(system);
    this.random = random;
    this.propensities = new Float64Array(system.jumps);
    this.t = t;
    this.y = Float64Array.from(y);
    system.propensities(this.y, this.propensities);
  }

  restart(t: number, y: Float64Array): void {
    this.t = t;
    if (y !== this.y) this.y.set(y);
    this.due = Number.NaN;
    this.system.propensities(this.y, this.propensities);
  }

  next(): number {
    if (Number.isNaN(this.due)) this.advance(this.t, 0);
    return this.due;
  }

  abstract advance(until: number, mostJumps?: number): JumpStatus;
}
