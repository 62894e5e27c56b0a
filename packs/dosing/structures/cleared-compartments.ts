import { LinearCompartments } from '@gemel/numerics/pk/linear-compartments';

/**
 * Amounts in linear compartments with what entered them: all that entered and is not there any more was cleared from the central space, which
 * tells the exposure without integrating it. Hours, mg, L/h.
 */
export class ClearedCompartments {
  readonly system: LinearCompartments;
  readonly #count: number;
  #clearance = Number.NaN;
  #rate = 0;
  #entered = 0;
  /** Exposure under clearances that no longer hold. */
  #settled = 0;

  constructor(depots: number, peripherals: number) {
    this.system = new LinearCompartments(depots, peripherals);
    this.#count = depots + 1 + peripherals;
  }

  /** Numbers of a state: the amounts, then what has entered. */
  static numbers(depots: number, peripherals: number): number {
    return depots + 1 + peripherals + 1;
  }

  /** `spaces` begins with the clearance; see `LinearCompartments`. Amounts stay. */
  setRates(spaces: ArrayLike<number>, absorption: ArrayLike<number>): void {
    if (!Number.isNaN(this.#clearance)) {
      this.#settled += this.#cleared() / this.#clearance;
      this.#entered = this.#inside();
    }
    this.#clearance = spaces[0];
    this.system.setRates(spaces, absorption);
  }

  give(compartment: number, amount: number): void {
    this.system.bolus(compartment, amount);
    this.#entered += amount;
  }

  addRate(compartment: number, change: number): void {
    this.system.addRate(compartment, change);
    // In the order of compartments, whatever the order in which infusions began.
    this.#rate = 0;
    for (let i = 0; i < this.#count; i++) this.#rate += this.system.rate(i);
  }

  advance(hours: number): void {
    this.system.advance(hours);
    this.#entered += this.#rate * hours;
  }

  /** Advances `count` times by some hours, and writes the amount in the central space and the exposure after each, from position `at` on. */
  sweep(hours: number, count: number, central: Float64Array, exposure: Float64Array, at: number): void {
    this.system.sweep(hours, count, central, exposure, at);
    const entering = this.#rate * hours;
    this.renew();
    for (let s = at; s < at + count; s++) {
      this.#entered += entering;
      exposure[s] = (this.#entered - exposure[s]) / this.#clearance;
    }
  }

  /** ∫ amount over volume of the central space dt since the state was at rest, or since `begin`. */
  exposure(): number {
    return this.#settled + this.#cleared() / this.#clearance;
  }

  begin(): void {
    this.#settled = 0;
    this.#entered = this.#inside();
  }

  state(): Float64Array {
    const out = new Float64Array(this.#count + 1);
    for (let i = 0; i < this.#count; i++) out[i] = Math.max(0, this.system.amount(i));
    out[this.#count] = this.#entered + this.#settled * this.#clearance;
    return out;
  }

  reset(from: Float64Array): void {
    this.system.clear();
    for (let i = 0; i < this.#count; i++) if (from[i] !== 0) this.system.bolus(i, from[i]);
    this.#rate = 0;
    this.#entered = from[this.#count];
    this.#settled = 0;
  }

  /** What `reset(state())` does, but infusions go on. */
  renew(): void {
    this.system.mend();
    this.#entered += this.#settled * this.#clearance;
    this.#settled = 0;
  }

  #cleared(): number {
    return this.#entered - this.#inside();
  }

  #inside(): number {
    let sum = 0;
    for (let i = 0; i < this.#count; i++) sum += this.system.amount(i);
    return sum;
  }
}
