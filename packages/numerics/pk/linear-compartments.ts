import { symmetricEigen } from '../linalg/symmetric-eigen.ts';

const SLOTS = 4;

/**
 * Depots that empty into a central space by first order, and the central space with up to any number of peripheral spaces
 * in exchange with it, advanced exactly under constant rates of infusion.
 *
 * With amounts divided by the root of their volume the exchange is a symmetric matrix, so the spaces decouple into modes
 * wₖ' = −λₖ wₖ + input for any clearances, equal ones among them. Compartments are numbered depots first, then the central
 * space, then peripheral ones. Time, amount and volume in any consistent units.
 */
export class LinearCompartments {
  readonly depots: number;
  /** The central space and the peripheral ones. */
  readonly spaces: number;
  readonly #absorption: Float64Array;
  /** Root of a space's volume over the central one's. */
  readonly #scale: Float64Array;
  readonly #values: Float64Array;
  /** spaces × spaces; column k belongs to the k-th mode. */
  readonly #vectors: Float64Array;
  readonly #depot: Float64Array;
  readonly #mode: Float64Array;
  /** Amounts in the spaces, while they are taken anew. */
  readonly #amounts: Float64Array;
  /** Infusion rates by compartment. */
  readonly #rate: Float64Array;
  readonly #modeRate: Float64Array;
  /** Durations advanced lately, as courses of regular doses and readings repeat them; each has a slot in what follows. */
  readonly #durations = new Float64Array(SLOTS).fill(Number.NaN);
  #slot = 0;
  /** e^{−λh} and ∫₀ʰ e^{−λs} ds, slots × modes. */
  readonly #decay: Float64Array;
  readonly #entered: Float64Array;
  /** The same of each depot, and what passes from it, slots × depots × modes; not made while depots are empty. */
  readonly #kept: Float64Array;
  readonly #filled: Float64Array;
  readonly #passed: Float64Array;
  readonly #passing = new Uint8Array(SLOTS);

  constructor(depots: number, peripherals: number) {
    const n = peripherals + 1;
    this.depots = depots;
    this.spaces = n;
    this.#absorption = new Float64Array(depots);
    this.#scale = new Float64Array(n).fill(1);
    this.#values = new Float64Array(n);
    this.#vectors = new Float64Array(n * n);
    for (let i = 0; i < n; i++) this.#vectors[i * n + i] = 1;
    this.#depot = new Float64Array(depots);
    this.#mode = new Float64Array(n);
    this.#amounts = new Float64Array(n);
    this.#rate = new Float64Array(depots + n);
    this.#modeRate = new Float64Array(n);
    this.#decay = new Float64Array(SLOTS * n);
    this.#entered = new Float64Array(SLOTS * n);
    this.#kept = new Float64Array(SLOTS * depots);
    this.#filled = new Float64Array(SLOTS * depots);
    this.#passed = new Float64Array(SLOTS * depots * n);
  }

  /**
   * Sets clearance, volumes and absorption. Amounts and infusion rates stay what they are.
   * `spaces`: central clearance and volume, then clearance of exchange and volume of each peripheral space.
   */
  setRates(spaces: ArrayLike<number>, absorption: ArrayLike<number>): void {
    const n = this.spaces;
    this.#durations.fill(Number.NaN);
    const amounts = this.#isEmpty() ? null : Float64Array.from(this.#rate, (_, i) => this.amount(i));
    for (let d = 0; d < this.depots; d++) this.#absorption[d] = absorption[d];
    const volume = spaces[1];
    for (let j = 1; j < n; j++) this.#scale[j] = Math.sqrt(spaces[2 * j + 1] / volume);
    if (n === 1) this.#values[0] = spaces[0] / volume;
    else if (n === 2) this.#twoSpaces(spaces[0] / volume, spaces[2] / volume, spaces[2] / spaces[3]);
    else this.#manySpaces(spaces);
    if (amounts) this.#setAmounts(amounts);
    this.#projectRates();
  }

  #twoSpaces(elimination: number, out: number, back: number): void {
    const a = elimination + out;
    const off = -Math.sqrt(out * back);
    const half = 0.5 * (a - back);
    const root = Math.hypot(half, off);
    const mean = 0.5 * (a + back);
    const fast = mean + root;
    // The product of both is elimination × back; the difference mean − root would lose digits of the slow one.
    this.#values[0] = fast === 0 ? 0 : (elimination * back) / fast;
    this.#values[1] = fast;
    const angle = 0.5 * Math.atan2(2 * off, a - back);
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    this.#vectors[0] = -s;
    this.#vectors[1] = c;
    this.#vectors[2] = c;
    this.#vectors[3] = s;
  }

  #manySpaces(spaces: ArrayLike<number>): void {
    const n = this.spaces;
    const matrix = new Float64Array(n * n);
    matrix[0] = spaces[0] / spaces[1];
    for (let j = 1; j < n; j++) {
      const exchange = spaces[2 * j];
      const volume = spaces[2 * j + 1];
      matrix[0] += exchange / spaces[1];
      matrix[j * n + j] = exchange / volume;
      matrix[j] = -exchange / Math.sqrt(spaces[1] * volume);
      matrix[j * n] = matrix[j];
    }
    const { values, vectors } = symmetricEigen(matrix, n);
    this.#values.set(values);
    this.#vectors.set(vectors);
  }

  #isEmpty(): boolean {
    for (const amount of this.#depot) if (amount !== 0) return false;
    for (const amount of this.#mode) if (amount !== 0) return false;
    return true;
  }

  #setAmounts(amounts: Float64Array): void {
    this.#depot.set(amounts.subarray(0, this.depots));
    this.#mode.fill(0);
    for (let i = 0; i < this.spaces; i++) this.#addToSpace(this.#mode, i, amounts[this.depots + i]);
  }

  #addToSpace(modes: Float64Array, space: number, amount: number): void {
    const n = this.spaces;
    const scaled = amount / this.#scale[space];
    for (let k = 0; k < n; k++) modes[k] += this.#vectors[space * n + k] * scaled;
  }

  #projectRates(): void {
    this.#modeRate.fill(0);
    for (let i = 0; i < this.spaces; i++) {
      const rate = this.#rate[this.depots + i];
      if (rate !== 0) this.#addToSpace(this.#modeRate, i, rate);
    }
  }

  /** Amount in a compartment. */
  amount(compartment: number): number {
    if (compartment < this.depots) return this.#depot[compartment];
    const n = this.spaces;
    const i = compartment - this.depots;
    let sum = 0;
    for (let k = 0; k < n; k++) sum += this.#vectors[i * n + k] * this.#mode[k];
    return this.#scale[i] * sum;
  }

  /** Adds an amount at once. */
  bolus(compartment: number, amount: number): void {
    if (compartment < this.depots) this.#depot[compartment] += amount;
    else this.#addToSpace(this.#mode, compartment - this.depots, amount);
  }

  /** Adds to the rate of infusion into a compartment. */
  addRate(compartment: number, rate: number): void {
    this.#rate[compartment] += rate;
    if (compartment >= this.depots) this.#addToSpace(this.#modeRate, compartment - this.depots, rate);
  }

  /** Takes all amounts and all infusions away. */
  clear(): void {
    for (let d = 0; d < this.depots; d++) this.#depot[d] = 0;
    for (let k = 0; k < this.spaces; k++) this.#mode[k] = 0;
    this.clearRates();
  }

  /** Goes on from its amounts, none below 0, as another that is given them one by one would, to the last bit; without infusions. */
  renew(): void {
    const n = this.spaces;
    for (let i = 0; i < n; i++) this.#amounts[i] = Math.max(0, this.amount(this.depots + i));
    for (let d = 0; d < this.depots; d++) this.#depot[d] = Math.max(0, this.#depot[d]);
    for (let k = 0; k < n; k++) this.#mode[k] = 0;
    for (let i = 0; i < n; i++) if (this.#amounts[i] !== 0) this.#addToSpace(this.#mode, i, this.#amounts[i]);
    this.clearRates();
  }

  /** Takes all infusions away. */
  clearRates(): void {
    for (let i = 0; i < this.#rate.length; i++) this.#rate[i] = 0;
    for (let k = 0; k < this.spaces; k++) this.#modeRate[k] = 0;
  }

  /** Adds the amounts, not the infusions, of another of the same rates. */
  add(other: LinearCompartments): void {
    for (let d = 0; d < this.depots; d++) this.#depot[d] += other.#depot[d];
    for (let k = 0; k < this.spaces; k++) this.#mode[k] += other.#mode[k];
  }

  /** Turns to the slot of a duration; one that has none takes the next. */
  #turnTo(duration: number): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#durations[slot] !== duration) continue;
      this.#slot = slot;
      return;
    }
    const n = this.spaces;
    this.#slot = (this.#slot + 1) % SLOTS;
    this.#durations[this.#slot] = duration;
    this.#passing[this.#slot] = 0;
    for (let k = 0; k < n; k++) {
      this.#decay[this.#slot * n + k] = Math.exp(-this.#values[k] * duration);
      this.#entered[this.#slot * n + k] = decayed(this.#values[k], duration);
    }
  }

  #openDepots(duration: number): void {
    this.#passing[this.#slot] = 1;
    const n = this.spaces;
    for (let d = 0; d < this.depots; d++) {
      const ka = this.#absorption[d];
      const at = this.#slot * this.depots + d;
      this.#kept[at] = Math.exp(-ka * duration);
      this.#filled[at] = decayed(ka, duration);
      for (let k = 0; k < n; k++) this.#passed[at * n + k] = passage(this.#values[k], ka, duration);
    }
  }

  /** Advances by a duration that is not negative. */
  advance(duration: number): void {
    if (duration === 0) return;
    const n = this.spaces;
    if (duration !== this.#durations[this.#slot]) this.#turnTo(duration);
    const from = this.#slot * n;
    for (let k = 0; k < n; k++) {
      this.#mode[k] = this.#mode[k] * this.#decay[from + k] + this.#modeRate[k] * this.#entered[from + k];
    }
    for (let d = 0; d < this.depots; d++) {
      const amount = this.#depot[d];
      const rate = this.#rate[d];
      if (amount === 0 && rate === 0) continue;
      if (this.#passing[this.#slot] === 0) this.#openDepots(duration);
      const ka = this.#absorption[d];
      const at = this.#slot * this.depots + d;
      for (let k = 0; k < n; k++) {
        const passed = this.#passed[at * n + k];
        this.#mode[k] += this.#vectors[k] * (ka * amount * passed + rate * (this.#entered[from + k] - passed));
      }
      this.#depot[d] = amount * this.#kept[at] + rate * this.#filled[at];
    }
  }

  /**
   * From the amounts that one cycle of the given length leaves when begun empty, those at its ends when it has been repeated
   * for ever. Not finite where something is never eliminated.
   */
  closeCycle(interval: number): void {
    for (let d = 0; d < this.depots; d++) this.#depot[d] /= -Math.expm1(-this.#absorption[d] * interval);
    for (let k = 0; k < this.spaces; k++) {
      const lambda = this.#values[k];
      let w = this.#mode[k];
      for (let d = 0; d < this.depots; d++) {
        const ka = this.#absorption[d];
        if (this.#depot[d] !== 0) w += this.#vectors[k] * ka * passage(lambda, ka, interval) * this.#depot[d];
      }
      this.#mode[k] = w / -Math.expm1(-lambda * interval);
    }
  }

  /** The amounts at which the present infusions hold everything still. */
  settle(): void {
    for (let d = 0; d < this.depots; d++)
      this.#depot[d] = this.#rate[d] === 0 ? 0 : this.#rate[d] / this.#absorption[d];
    for (let k = 0; k < this.spaces; k++) {
      let rate = this.#modeRate[k];
      for (let d = 0; d < this.depots; d++) rate += this.#vectors[k] * this.#rate[d];
      this.#mode[k] = rate === 0 ? 0 : rate / this.#values[k];
    }
  }
}

/** ∫₀ʰ e^{−λs} ds, also for λ = 0. */
function decayed(lambda: number, h: number): number {
  return lambda === 0 ? h : -Math.expm1(-lambda * h) / lambda;
}

/** ∫₀ʰ e^{−λ(h−s)} e^{−κs} ds, without loss of digits where λ and κ are close. */
function passage(lambda: number, kappa: number, h: number): number {
  const slow = Math.min(lambda, kappa);
  return Math.exp(-slow * h) * decayed(Math.abs(kappa - lambda), h);
}
