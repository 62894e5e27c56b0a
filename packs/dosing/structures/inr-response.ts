import { LinearCompartments } from '@gemel/numerics/pk/linear-compartments';
import type { StructuralValues } from '../drug.ts';
import type { Structure } from '../structure.ts';

const MOVING = ['CL', 'VC', 'Q', 'VP'] as const;
const NAMES = [...MOVING, 'KA', 'EC50', 'GAMMA', 'MTT1', 'MTT2', 'LAMBDA', 'INRMAX', 'BASE', 'ALAG', 'F', 'D'] as const;
/** What S-warfarin moves by: gut, central and peripheral space, mg; rates of infusion into gut and blood, mg/h. */
const GUT = 0;
const CENTRAL = 1;
const SPACES = 3;
const GUT_RATE = 3;
const BLOOD_RATE = 4;
const DRUG = 5;
/** Steps of the first chain; the second has one. */
const STEPS = 6;
const SIX = STEPS - 1;
const SLOW = STEPS;
/** The state: amounts, then what has passed each step, then the integral of the INR. */
const INTEGRAL = SPACES + STEPS + 1;
/** Where a step of length 1 is looked at: Gauss and Legendre. */
const EARLY = 0.5 - 0.5 / Math.sqrt(3);
const APART = 1 / Math.sqrt(3);
/** Longest steps, h: by what is in the gut, mg, and afterwards. They do not depend on what varies between persons. */
const FULL = { amount: 0.2, step: 0.5 };
const EMPTYING = { amount: 0.01, step: 2 };
const LONG = 6;
/** Lengths of steps of which is kept what they do. */
const SLOTS = 8;
/**
 * Of each length: rows of `DRUG` numbers that make the amounts at its end, and that in the central space at both looks; then, for the
 * first chain, shares by steps back and of what enters at the first and at the second look; then the same of the second chain.
 */
const FIRST_LOOK = SPACES * DRUG;
const SECOND_LOOK = FIRST_LOOK + DRUG;
const CHAIN = SECOND_LOOK + DRUG;
const EARLY_SHARE = CHAIN + STEPS;
const LATE_SHARE = EARLY_SHARE + STEPS;
const SECOND_CHAIN = LATE_SHARE + STEPS;
const PER_LENGTH = SECOND_CHAIN + 3;

/**
 * What a chain of `steps` that each last `mean` on average takes over in `hours`: exact for what enters in proportion to time. With
 * z = hours/mean a step holds e^{−z}·zʲ/j! of what the j-th before it held, and, as the k-th of them, 1 − e^{−z}·Σ zʲ/j! (j < k) of
 * what enters all the time.
 */
function writeShares(hours: number, mean: number, steps: number, out: Float64Array, at: number): void {
  const z = hours / mean;
  let term = Math.exp(-z);
  let entered = 1 - term;
  for (let k = 0; k < steps; k++) {
    out[at + k] = term;
    term *= z / (k + 1);
    const further = entered - term;
    // Of what enters with a slope of 1 from the first look on: its value at the end, less what is on its way.
    const rising = (1 - EARLY) * hours * entered - (k + 1) * mean * further;
    out[at + steps + k] = entered - rising / (APART * hours);
    out[at + 2 * steps + k] = rising / (APART * hours);
    entered = further;
  }
}

const UNTIL_FIRST = new Float64Array(SPACES * SPACES);
const BETWEEN = new Float64Array(SPACES * SPACES);
const UNTIL_SECOND = new Float64Array(SPACES * SPACES);
const UNTIL_END = new Float64Array(SPACES * SPACES);

/** How amounts, and rates of infusion where `columns` counts them, move in `hours`: what one of each comes to. */
function writeMoves(hours: number, system: LinearCompartments, columns: number, out: Float64Array, at: number): void {
  system.moves(EARLY * hours, UNTIL_FIRST, 0);
  system.moves(APART * hours, BETWEEN, 0);
  multiply(BETWEEN, UNTIL_FIRST, UNTIL_SECOND);
  multiply(UNTIL_FIRST, UNTIL_SECOND, UNTIL_END);
  for (let from = 0; from < SPACES; from++) {
    out[at + FIRST_LOOK + from] = UNTIL_FIRST[CENTRAL * SPACES + from];
    out[at + SECOND_LOOK + from] = UNTIL_SECOND[CENTRAL * SPACES + from];
    for (let to = 0; to < SPACES; to++) out[at + to * DRUG + from] = UNTIL_END[to * SPACES + from];
  }
  for (let from = SPACES; from < columns; from++) {
    system.clear();
    system.addRate(from === GUT_RATE ? GUT : CENTRAL, 1);
    system.advance(EARLY * hours);
    out[at + FIRST_LOOK + from] = system.amount(CENTRAL);
    system.advance(APART * hours);
    out[at + SECOND_LOOK + from] = system.amount(CENTRAL);
    system.advance(EARLY * hours);
    for (let to = 0; to < SPACES; to++) out[at + to * DRUG + from] = system.amount(to);
  }
}

/** Square matrices of the drug's spaces. */
function multiply(a: Float64Array, b: Float64Array, out: Float64Array): void {
  for (let i = 0; i < SPACES; i++) {
    for (let j = 0; j < SPACES; j++) {
      let sum = 0;
      for (let k = 0; k < SPACES; k++) sum += a[i * SPACES + k] * b[k * SPACES + j];
      out[i * SPACES + j] = sum;
    }
  }
}

/**
 * Warfarin to INR, Hamberg 2007 (doi:10.1038/sj.clpt.6100084, Appendix): S-warfarin in two compartments inhibits the forming of clotting
 * factors, 1/(1 + (C/EC50)^GAMMA), whose fall is seen through six steps of MTT1 each and, beside them, one of MTT2;
 * INR = BASE + INRMAX·(1 − A₆·A₈)^LAMBDA. The level is the INR. Doses are of the racemate, of which F enters as S-warfarin. Compartments and
 * chains are exact over a step of any length; what is formed is taken as a straight line through two looks at it in each. That
 * changes no INR by 0.0002.
 */
export const inrResponse: Structure = {
  id: 'inr-response',
  names: NAMES,
  sites: ['blood', 'gut'],
  rest() {
    const state = new Float64Array(INTEGRAL + 1);
    state.fill(1, SPACES, INTEGRAL);
    return state;
  },
  run(first, state) {
    const system = new LinearCompartments(1, 1);
    const rates = new Float64Array(MOVING.length);
    const absorption = new Float64Array(1);
    const drug = new Float64Array(DRUG);
    const chain = new Float64Array(STEPS + 1);
    const lengths = new Float64Array(SLOTS);
    const made = new Float64Array(SLOTS * PER_LENGTH);
    let slot = 0;
    let values = first;
    let integral = 0;
    /** One over the amount in the central space of half the inhibition. */
    let halving = 0;
    let infusing = false;
    /** Rates of infusion are left out of what steps do while there was none. */
    let columns = SPACES;
    /** Share of the clotting factors that is missing, and the INR. */
    let missing = 0;
    let inr = 0;

    const look = () => {
      missing = Math.max(0, 1 - chain[SIX] * chain[SLOW]);
      inr = values.BASE + values.INRMAX * missing ** values.LAMBDA;
    };
    const change = (next: StructuralValues) => {
      values = next;
      halving = 1 / (next.VC * next.EC50);
      for (let i = 0; i < rates.length; i++) rates[i] = next[MOVING[i]];
      absorption[0] = next.KA;
      system.clear();
      system.setRates(rates, absorption);
      lengths.fill(0);
      look();
    };
    const stop = () => {
      drug[GUT_RATE] = 0;
      drug[BLOOD_RATE] = 0;
      infusing = false;
    };
    const reset = (from: Float64Array) => {
      for (let i = 0; i < SPACES; i++) drug[i] = from[i];
      for (let k = 0; k <= STEPS; k++) chain[k] = from[SPACES + k];
      integral = from[INTEGRAL];
      stop();
      look();
    };
    /** Where it stands what a step of this length does. */
    const over = (hours: number): number => {
      for (let s = 0; s < SLOTS; s++) if (lengths[s] === hours) return s * PER_LENGTH;
      slot = (slot + 1) % SLOTS;
      lengths[slot] = hours;
      writeMoves(hours, system, columns, made, slot * PER_LENGTH);
      writeShares(hours, values.MTT1, STEPS, made, slot * PER_LENGTH + CHAIN);
      writeShares(hours, values.MTT2, 1, made, slot * PER_LENGTH + SECOND_CHAIN);
      return slot * PER_LENGTH;
    };
    const row = (at: number): number => {
      const sum = made[at] * drug[0] + made[at + 1] * drug[1] + made[at + 2] * drug[2];
      if (!infusing) return sum;
      return sum + made[at + GUT_RATE] * drug[GUT_RATE] + made[at + BLOOD_RATE] * drug[BLOOD_RATE];
    };
    const formed = (central: number) => 1 / (1 + (central > 0 ? (central * halving) ** values.GAMMA : 0));
    /** Rise of the INR in an hour, with what is formed now. */
    const rise = (now: number) => {
      if (missing === 0) return 0;
      const fall =
        ((chain[SIX - 1] - chain[SIX]) / values.MTT1) * chain[SLOW] + chain[SIX] * ((now - chain[SLOW]) / values.MTT2);
      return (-values.LAMBDA * (inr - values.BASE) * fall) / missing;
    };
    /** Rise of the INR where a span begins, and what is formed where a step ends. */
    let rising = 0;
    let ends = 0;
    const step = (hours: number, begins: boolean) => {
      const at = over(hours);
      const early = formed(row(at + FIRST_LOOK));
      const late = formed(row(at + SECOND_LOOK));
      const gut = row(at);
      const central = row(at + DRUG);
      drug[2] = row(at + 2 * DRUG);
      drug[GUT] = gut;
      drug[CENTRAL] = central;
      const overhang = (EARLY / APART) * (late - early);
      if (begins) rising = rise(early - overhang);
      ends = late + overhang;
      const e = at + EARLY_SHARE;
      const l = at + LATE_SHARE;
      const [a, b, c, d, f, g] = [chain[0], chain[1], chain[2], chain[3], chain[4], chain[5]];
      const c0 = made[at + CHAIN];
      const c1 = made[at + CHAIN + 1];
      const c2 = made[at + CHAIN + 2];
      const c3 = made[at + CHAIN + 3];
      const c4 = made[at + CHAIN + 4];
      // Written out: a loop takes twice as long.
      chain[0] = made[e] * early + made[l] * late + c0 * a;
      chain[1] = made[e + 1] * early + made[l + 1] * late + c0 * b + c1 * a;
      chain[2] = made[e + 2] * early + made[l + 2] * late + c0 * c + c1 * b + c2 * a;
      chain[3] = made[e + 3] * early + made[l + 3] * late + c0 * d + c1 * c + c2 * b + c3 * a;
      chain[4] = made[e + 4] * early + made[l + 4] * late + c0 * f + c1 * d + c2 * c + c3 * b + c4 * a;
      chain[SIX] =
        made[e + SIX] * early +
        made[l + SIX] * late +
        (c0 * g + c1 * f + c2 * d + c3 * c + c4 * b + made[at + CHAIN + SIX] * a);
      const second = at + SECOND_CHAIN;
      chain[SLOW] = made[second] * chain[SLOW] + made[second + 1] * early + made[second + 2] * late;
    };
    const longest = () => {
      const gut = drug[GUT_RATE] > 0 ? Number.POSITIVE_INFINITY : drug[GUT];
      return gut >= FULL.amount ? FULL.step : gut >= EMPTYING.amount ? EMPTYING.step : LONG;
    };
    /** One long step, or short ones while the gut empties; the INR is a cubic through both ends and the slopes there. What it took. */
    const span = (most: number): number => {
      const before = inr;
      let took = 0;
      let next = Math.min(most, longest());
      while (next > 0) {
        step(next, took === 0);
        took += next;
        const further = longest();
        next = next < LONG && further < LONG ? Math.min(most - took, LONG - took, further) : 0;
      }
      look();
      integral += 0.5 * took * (before + inr) + ((took * took) / 12) * (rising - rise(ends));
      return took;
    };

    change(first);
    reset(state);
    return {
      change,
      give(site, amount) {
        drug[site === 'gut' ? GUT : CENTRAL] += amount;
      },
      addRate(site, rate) {
        drug[site === 'gut' ? GUT_RATE : BLOOD_RATE] += rate;
        infusing = true;
        if (columns === SPACES) lengths.fill(0);
        columns = DRUG;
      },
      advance(hours) {
        for (let left = hours; left > 0; left -= span(left));
      },
      concentration: () => inr,
      exposure: () => integral,
      begin() {
        integral = 0;
      },
      state() {
        const out = new Float64Array(INTEGRAL + 1);
        for (let i = 0; i < SPACES; i++) out[i] = drug[i];
        out.set(chain, SPACES);
        out[INTEGRAL] = integral;
        return out;
      },
      reset,
      renew() {},
    };
  },
};
