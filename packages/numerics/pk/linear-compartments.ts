import { symmetricEigen } from '../linalg/symmetric-eigen.ts';

const SLOTS = 8;

/** What of a duration's moves is worked out. */
const INFUSED = 1;
const ABSORBED = 2;
const FILLED = 4;

/**
 * Depots that empty into a central space by first order, and the central space with up to any number of peripheral spaces
 * in exchange with it, advanced exactly under constant rates of infusion.
 *
 * With amounts divided by the root of their volume the exchange is a symmetric matrix, so the spaces decouple into modes
 * wₖ' = −λₖ wₖ + input for any clearances, equal ones among them. What each compartment passes to each in a duration is put together
 * from them once, and holds for every step of that duration. Compartments are numbered depots first, then the central space, then
 * peripheral ones. Time, amount and volume in any consistent units.
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
  /** By compartment. */
  readonly #amounts: Float64Array;
  /** Infusion rates by compartment. */
  readonly #rate: Float64Array;
  readonly #next: Float64Array;
  /** Durations advanced lately, as courses of regular doses and readings repeat them; each has a slot in what follows. */
  readonly #durations = new Float64Array(SLOTS).fill(Number.NaN);
  readonly #known = new Uint8Array(SLOTS);
  #slot = 0;
  /** What is left of each mode: slots × spaces. */
  readonly #decay: Float64Array;
  /** What 1 in each space leaves in each, and what a rate of 1 into each brings to each: slots × spaces × spaces. */
  readonly #moved: Float64Array;
  readonly #infused: Float64Array;
  /** What 1 in a depot, and a rate of 1 into it, leave there: slots × depots; and bring to each space: slots × depots × spaces. */
  readonly #kept: Float64Array;
  readonly #filled: Float64Array;
  readonly #absorbed: Float64Array;
  readonly #passed: Float64Array;

  constructor(depots: number, peripherals: number) {
    const n = peripherals + 1;
    this.depots = depots;
    this.spaces = n;
    this.#absorption = new Float64Array(depots);
    this.#scale = new Float64Array(n).fill(1);
    this.#values = new Float64Array(n);
    this.#vectors = new Float64Array(n * n);
    for (let i = 0; i < n; i++) this.#vectors[i * n + i] = 1;
    this.#amounts = new Float64Array(depots + n);
    this.#rate = new Float64Array(depots + n);
    this.#next = new Float64Array(n);
    this.#decay = new Float64Array(SLOTS * n);
    this.#moved = new Float64Array(SLOTS * n * n);
    this.#infused = new Float64Array(SLOTS * n * n);
    this.#kept = new Float64Array(SLOTS * depots);
    this.#filled = new Float64Array(SLOTS * depots);
    this.#absorbed = new Float64Array(SLOTS * depots * n);
    this.#passed = new Float64Array(SLOTS * depots * n);
  }

  /**
   * Sets clearance, volumes and absorption. Amounts and infusion rates stay what they are.
   * `spaces`: central clearance and volume, then clearance of exchange and volume of each peripheral space.
   */
  setRates(spaces: ArrayLike<number>, absorption: ArrayLike<number>): void {
    const n = this.spaces;
    this.#durations.fill(Number.NaN);
    for (let d = 0; d < this.depots; d++) this.#absorption[d] = absorption[d];
    const volume = spaces[1];
    for (let j = 1; j < n; j++) this.#scale[j] = Math.sqrt(spaces[2 * j + 1] / volume);
    if (n === 1) this.#values[0] = spaces[0] / volume;
    else if (n === 2) this.#twoSpaces(spaces[0] / volume, spaces[2] / volume, spaces[2] / spaces[3]);
    else this.#manySpaces(spaces);
  }

  #twoSpaces(elimination: number, out: number, back: number): void {
    const a = elimination + out;
    const half = 0.5 * (a - back);
    const off = Math.sqrt(out * back);
    const root = Math.sqrt(half * half + off * off);
    const fast = 0.5 * (a + back) + root;
    // The product of both is elimination × back; the difference of mean and root would lose digits of the slow one.
    this.#values[0] = fast === 0 ? 0 : (elimination * back) / fast;
    this.#values[1] = fast;
    // Cosine and sine of the rotation, the larger of them first: of equal ones nothing is lost.
    const larger = root === 0 ? 1 : Math.sqrt(0.5 * (1 + Math.abs(half) / root));
    const smaller = root === 0 ? 0 : off / (2 * root * larger);
    const c = half >= 0 ? larger : smaller;
    const s = half >= 0 ? smaller : larger;
    this.#vectors[0] = s;
    this.#vectors[1] = c;
    this.#vectors[2] = c;
    this.#vectors[3] = -s;
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

  /** Amount in a compartment. */
  amount(compartment: number): number {
    return this.#amounts[compartment];
  }

  /** Rate of infusion into a compartment. */
  rate(compartment: number): number {
    return this.#rate[compartment];
  }

  /** Adds an amount at once. */
  bolus(compartment: number, amount: number): void {
    this.#amounts[compartment] += amount;
  }

  /** Adds to the rate of infusion into a compartment. */
  addRate(compartment: number, rate: number): void {
    this.#rate[compartment] += rate;
  }

  /** Takes all amounts and all infusions away. */
  clear(): void {
    for (let i = 0; i < this.#amounts.length; i++) this.#amounts[i] = 0;
    this.clearRates();
  }

  /** Takes all infusions away. */
  clearRates(): void {
    for (let i = 0; i < this.#rate.length; i++) this.#rate[i] = 0;
  }

  /** Brings amounts that rounding took below 0 back to it. */
  mend(): void {
    for (let i = 0; i < this.#amounts.length; i++) if (this.#amounts[i] < 0) this.#amounts[i] = 0;
  }

  /** Adds the amounts, not the infusions, of another of the same rates. */
  add(other: LinearCompartments): void {
    for (let i = 0; i < this.#amounts.length; i++) this.#amounts[i] += other.#amounts[i];
  }

  /** Turns to the slot of a duration; one that has none takes the next. */
  #turnTo(duration: number): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#durations[slot] !== duration) continue;
      this.#slot = slot;
      return;
    }
    this.#slot = (this.#slot + 1) % SLOTS;
    this.#durations[this.#slot] = duration;
    this.#known[this.#slot] = 0;
    this.#moved.fill(0, this.#slot * this.spaces ** 2, (this.#slot + 1) * this.spaces ** 2);
    for (let k = 0; k < this.spaces; k++) {
      const left = Math.exp(-this.#values[k] * duration);
      this.#decay[this.#slot * this.spaces + k] = left;
      this.#write(this.#moved, k, left);
    }
  }

  /** Adds what the k-th mode makes of amounts: `share` of it, from each space to each. */
  #write(out: Float64Array, k: number, share: number): void {
    const n = this.spaces;
    const at = this.#slot * n * n;
    for (let i = 0; i < n; i++) {
      const to = this.#scale[i] * this.#vectors[i * n + k] * share;
      for (let j = 0; j < n; j++) out[at + i * n + j] += (to * this.#vectors[j * n + k]) / this.#scale[j];
    }
  }

  #openInfusions(duration: number): void {
    const n = this.spaces;
    this.#known[this.#slot] |= INFUSED;
    this.#infused.fill(0, this.#slot * n * n, (this.#slot + 1) * n * n);
    for (let k = 0; k < n; k++) this.#write(this.#infused, k, decayed(this.#values[k], duration));
  }

  #openDepots(duration: number): void {
    const n = this.spaces;
    this.#known[this.#slot] |= ABSORBED;
    for (let d = 0; d < this.depots; d++) {
      const ka = this.#absorption[d];
      const at = this.#slot * this.depots + d;
      const kept = Math.exp(-ka * duration);
      this.#kept[at] = kept;
      this.#absorbed.fill(0, at * n, (at + 1) * n);
      for (let k = 0; k < n; k++) {
        const passed = ka * this.#vectors[k] * this.#passage(k, ka, kept, duration);
        for (let i = 0; i < n; i++) this.#absorbed[at * n + i] += this.#scale[i] * this.#vectors[i * n + k] * passed;
      }
    }
  }

  #openDepotInfusions(duration: number): void {
    const n = this.spaces;
    this.#known[this.#slot] |= FILLED;
    for (let d = 0; d < this.depots; d++) {
      const ka = this.#absorption[d];
      const at = this.#slot * this.depots + d;
      this.#filled[at] = decayed(ka, duration);
      this.#passed.fill(0, at * n, (at + 1) * n);
      for (let k = 0; k < n; k++) {
        const passage = this.#passage(k, ka, this.#kept[at], duration);
        const entered = this.#vectors[k] * (decayed(this.#values[k], duration) - passage);
        for (let i = 0; i < n; i++) this.#passed[at * n + i] += this.#scale[i] * this.#vectors[i * n + k] * entered;
      }
    }
  }

  /** ∫₀ʰ e^{−λ(h−s)} e^{−κs} ds of the k-th mode, of which what is left of both in h is known; without loss of digits where λ and κ are close. */
  #passage(k: number, kappa: number, kept: number, h: number): number {
    const lambda = this.#values[k];
    const slower = lambda < kappa ? this.#decay[this.#slot * this.spaces + k] : kept;
    return slower * decayed(Math.abs(kappa - lambda), h);
  }

  /** Advances by a duration that is not negative. */
  advance(duration: number): void {
    if (duration === 0) return;
    const n = this.spaces;
    const depots = this.depots;
    const amounts = this.#amounts;
    const rates = this.#rate;
    const next = this.#next;
    if (duration !== this.#durations[this.#slot]) this.#turnTo(duration);
    const slot = this.#slot;
    const moved = this.#moved;
    let at = slot * n * n;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += moved[at++] * amounts[depots + j];
      next[i] = sum;
    }
    for (let j = 0; j < n; j++) {
      const rate = rates[depots + j];
      if (rate === 0) continue;
      if ((this.#known[slot] & INFUSED) === 0) this.#openInfusions(duration);
      for (let i = 0; i < n; i++) next[i] += this.#infused[(slot * n + i) * n + j] * rate;
    }
    for (let d = 0; d < depots; d++) {
      const amount = amounts[d];
      const rate = rates[d];
      if (amount === 0 && rate === 0) continue;
      if ((this.#known[slot] & ABSORBED) === 0) this.#openDepots(duration);
      const from = slot * depots + d;
      for (let i = 0; i < n; i++) next[i] += this.#absorbed[from * n + i] * amount;
      amounts[d] = amount * this.#kept[from];
      if (rate === 0) continue;
      if ((this.#known[slot] & FILLED) === 0) this.#openDepotInfusions(duration);
      for (let i = 0; i < n; i++) next[i] += this.#passed[from * n + i] * rate;
      amounts[d] += rate * this.#filled[from];
    }
    for (let i = 0; i < n; i++) amounts[depots + i] = next[i];
  }

  /** Writes what 1 in each compartment becomes in each over a duration, without infusions: compartments × compartments, from position `at` on. */
  moves(duration: number, out: Float64Array, at: number): void {
    const { depots, spaces: n } = this;
    const all = depots + n;
    if (duration !== this.#durations[this.#slot]) this.#turnTo(duration);
    if (depots > 0 && (this.#known[this.#slot] & ABSORBED) === 0) this.#openDepots(duration);
    out.fill(0, at, at + all * all);
    for (let d = 0; d < depots; d++) {
      const from = this.#slot * depots + d;
      out[at + d * all + d] = this.#kept[from];
      for (let i = 0; i < n; i++) out[at + (depots + i) * all + d] = this.#absorbed[from * n + i];
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        out[at + (depots + i) * all + depots + j] = this.#moved[(this.#slot * n + i) * n + j];
      }
    }
  }

  /**
   * Advances `count` times by a duration, and writes the amount in the central space and that in all compartments after each, from
   * position `at` on. What `advance` and `mend` do, to the last bit.
   */
  sweep(duration: number, count: number, central: Float64Array, inside: Float64Array, at: number): void {
    if (this.depots > 1 || this.spaces > 3 || duration === 0 || this.#isFedElsewhere()) {
      for (let s = at; s < at + count; s++) {
        this.advance(duration);
        this.mend();
        central[s] = this.#amounts[this.depots];
        let sum = 0;
        for (let i = 0; i < this.#amounts.length; i++) sum += this.#amounts[i];
        inside[s] = sum;
      }
      return;
    }
    const n = this.spaces;
    const depots = this.depots;
    const amounts = this.#amounts;
    if (duration !== this.#durations[this.#slot]) this.#turnTo(duration);
    const slot = this.#slot;
    const rate = this.#rate[depots];
    const absorbing = depots === 1 && amounts[0] !== 0;
    if (rate !== 0 && (this.#known[slot] & INFUSED) === 0) this.#openInfusions(duration);
    if (absorbing && (this.#known[slot] & ABSORBED) === 0) this.#openDepots(duration);
    const m = slot * n * n;
    const a = slot * n;
    const moved = this.#moved;
    const infused = this.#infused;
    const absorbed = this.#absorbed;
    const kept = absorbing ? this.#kept[slot] : 0;
    const end = at + count;
    let gut = absorbing ? amounts[0] : 0;
    let x = amounts[depots];
    const entered0 = rate === 0 ? 0 : infused[m] * rate;
    const absorbed0 = absorbing ? absorbed[a] : 0;
    const m00 = moved[m];
    if (n === 1) {
      for (let s = at; s < end; s++) {
        x = m00 * x + entered0 + absorbed0 * gut;
        gut *= kept;
        if (x < 0) x = 0;
        central[s] = x;
        inside[s] = gut + x;
      }
    } else if (n === 2) {
      const [m01, m10, m11] = [moved[m + 1], moved[m + 2], moved[m + 3]];
      const entered1 = rate === 0 ? 0 : infused[m + 2] * rate;
      const absorbed1 = absorbing ? absorbed[a + 1] : 0;
      let y = amounts[depots + 1];
      for (let s = at; s < end; s++) {
        const nextX = m00 * x + m01 * y + entered0 + absorbed0 * gut;
        y = m10 * x + m11 * y + entered1 + absorbed1 * gut;
        x = nextX;
        gut *= kept;
        if (x < 0) x = 0;
        if (y < 0) y = 0;
        central[s] = x;
        inside[s] = gut + x + y;
      }
      amounts[depots + 1] = y;
    } else {
      const [m01, m02] = [moved[m + 1], moved[m + 2]];
      const [m10, m11, m12] = [moved[m + 3], moved[m + 4], moved[m + 5]];
      const [m20, m21, m22] = [moved[m + 6], moved[m + 7], moved[m + 8]];
      const entered1 = rate === 0 ? 0 : infused[m + 3] * rate;
      const entered2 = rate === 0 ? 0 : infused[m + 6] * rate;
      const absorbed1 = absorbing ? absorbed[a + 1] : 0;
      const absorbed2 = absorbing ? absorbed[a + 2] : 0;
      let y = amounts[depots + 1];
      let z = amounts[depots + 2];
      for (let s = at; s < end; s++) {
        const nextX = m00 * x + m01 * y + m02 * z + entered0 + absorbed0 * gut;
        const nextY = m10 * x + m11 * y + m12 * z + entered1 + absorbed1 * gut;
        z = m20 * x + m21 * y + m22 * z + entered2 + absorbed2 * gut;
        x = nextX;
        y = nextY;
        gut *= kept;
        if (x < 0) x = 0;
        if (y < 0) y = 0;
        if (z < 0) z = 0;
        central[s] = x;
        inside[s] = gut + x + y + z;
      }
      amounts[depots + 1] = y;
      amounts[depots + 2] = z;
    }
    amounts[depots] = x;
    if (absorbing) amounts[0] = gut;
  }

  /** Whether anything but the central space is being infused into. */
  #isFedElsewhere(): boolean {
    for (let i = 0; i < this.#rate.length; i++) if (i !== this.depots && this.#rate[i] !== 0) return true;
    return false;
  }

  /**
   * From the amounts that one cycle of the given length leaves when begun empty, those at its ends when it has been repeated
   * for ever. Not finite where something is never eliminated.
   */
  closeCycle(interval: number): void {
    const modes = this.#modes(this.#amounts);
    for (let d = 0; d < this.depots; d++) this.#amounts[d] /= -Math.expm1(-this.#absorption[d] * interval);
    for (let k = 0; k < this.spaces; k++) {
      const lambda = this.#values[k];
      for (let d = 0; d < this.depots; d++) {
        const ka = this.#absorption[d];
        if (this.#amounts[d] !== 0)
          modes[k] += this.#vectors[k] * ka * passage(lambda, ka, interval) * this.#amounts[d];
      }
      modes[k] /= -Math.expm1(-lambda * interval);
    }
    this.#setModes(modes);
  }

  /** The amounts at which the present infusions hold everything still. */
  settle(): void {
    const modes = this.#modes(this.#rate);
    for (let d = 0; d < this.depots; d++) {
      const rate = this.#rate[d];
      this.#amounts[d] = rate === 0 ? 0 : rate / this.#absorption[d];
      for (let k = 0; k < this.spaces; k++) modes[k] += this.#vectors[k] * rate;
    }
    for (let k = 0; k < this.spaces; k++) if (modes[k] !== 0) modes[k] /= this.#values[k];
    this.#setModes(modes);
  }

  /** What the spaces hold, by modes. */
  #modes(compartments: Float64Array): Float64Array {
    const n = this.spaces;
    return Float64Array.from({ length: n }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (this.#vectors[i * n + k] * compartments[this.depots + i]) / this.#scale[i];
      return sum;
    });
  }

  #setModes(modes: Float64Array): void {
    const n = this.spaces;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += this.#vectors[i * n + k] * modes[k];
      this.#amounts[this.depots + i] = this.#scale[i] * sum;
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
