import { compile } from '@gemel/modeling/codegen/compile';
import { defineModel } from '@gemel/modeling/model/define-model';
import type { CompiledModel, Values } from '@gemel/modeling/program/compiled-model';
import { rk4 } from '@gemel/numerics/ode/rk4';
import { tsit5 } from '@gemel/numerics/ode/tsit5';
import type { StructuralValues } from '../drug.ts';
import type { Structure } from '../structure.ts';

const SOURCE = 'Hamberg 2007, doi:10.1038/sj.clpt.6100084, Appendix';

const TEXT = {
  id: 'inr-response',
  title: 'INR under warfarin',
  time: 'h',
  parameters: {
    CL: `0.314 : L/h : clearance of S-warfarin : ${SOURCE}`,
    VC: `13.8 : L : central volume : ${SOURCE}`,
    Q: `0.131 : L/h : clearance of exchange : ${SOURCE}`,
    VP: `6.59 : L : peripheral volume : ${SOURCE}`,
    KA: `2 : /h : rate of absorption : ${SOURCE}`,
    EC50: `4.61 : mg/L : concentration of half the largest inhibition : ${SOURCE}`,
    GAMMA: `0.424 : 1 : steepness of inhibition : ${SOURCE}`,
    MTT1: `11.6 : h : transit time of each of six steps : ${SOURCE}`,
    MTT2: `120 : h : transit time of the single step : ${SOURCE}`,
    LAMBDA: `3.61 : 1 : steepness of the INR : ${SOURCE}`,
    INRMAX: `20 : 1 : largest rise of the INR : ${SOURCE}`,
    BASE: `1 : 1 : INR without warfarin : ${SOURCE}`,
  },
  definitions: {
    ratio: `max(central, 0*central)/VC/EC50 : 1 : concentration over that of half inhibition : ${SOURCE}`,
    formed: `1/(1 + ratio^GAMMA) : 1 : share of clotting factors still formed : ${SOURCE}`,
    inr: `BASE + INRMAX*max(1 - six*slow, 0)^LAMBDA : 1 : INR : ${SOURCE}`,
  },
  states: {
    gut: `0 : mg : S-warfarin in the gut : ${SOURCE}`,
    central: `0 : mg : S-warfarin in the central space : ${SOURCE}`,
    peripheral: `0 : mg : S-warfarin in the peripheral space : ${SOURCE}`,
    one: `1 : 1 : first of six steps : ${SOURCE}`,
    two: `1 : 1 : second : ${SOURCE}`,
    three: `1 : 1 : third : ${SOURCE}`,
    four: `1 : 1 : fourth : ${SOURCE}`,
    five: `1 : 1 : fifth : ${SOURCE}`,
    six: `1 : 1 : sixth : ${SOURCE}`,
    slow: `1 : 1 : the single step : ${SOURCE}`,
  },
  equations: {
    gut: '-KA*gut',
    central: 'KA*gut - (CL + Q)/VC*central + Q/VP*peripheral',
    peripheral: 'Q/VC*central - Q/VP*peripheral',
    one: '(formed - one)/MTT1',
    two: '(one - two)/MTT1',
    three: '(two - three)/MTT1',
    four: '(three - four)/MTT1',
    five: '(four - five)/MTT1',
    six: '(five - six)/MTT1',
    slow: '(formed - slow)/MTT2',
  },
  outputs: ['six', 'slow'],
} as const;

const names = Object.keys(TEXT.parameters);
const states = Object.keys(TEXT.states);
const count = states.length;
const [GUT, CENTRAL] = ['gut', 'central'].map((name) => states.indexOf(name));
const INR = Object.keys(TEXT.definitions).indexOf('inr');
const NONE = new Float64Array(0);
/**
 * Hours, while the gut empties and afterwards. Steps whose lengths do not depend on what varies between persons make predictions smooth
 * in it; halving them changes no INR by 0.0001.
 */
const STEP = 0.5;
const LONG_STEP = 1;
/** S-warfarin in the gut below which the long steps do, mg. */
const EMPTY = 0.001;

let compiled: CompiledModel | undefined;

/**
 * Warfarin to INR, Hamberg 2007: S-warfarin in two compartments inhibits the forming of clotting factors, whose fall is seen through
 * six steps of MTT1 each and, beside them, one of MTT2; INR = BASE + INRMAX·(1 − A₆·A₈)^LAMBDA. The level is the INR. Doses are
 * of the racemate, of which F enters as S-warfarin. By the model compiler, and explicit methods of fifth order while the gut empties, of fourth
 * afterwards.
 */
export const inrResponse: Structure = {
  id: 'inr-response',
  names: [...names, 'F'],
  sites: ['blood', 'gut'],
  // The last number is the integral of the INR.
  rest: () => Float64Array.of(...Object.values(TEXT.states).map((entry) => Number.parseFloat(entry)), 0),
  run(first, state) {
    compiled ??= compile(defineModel(TEXT));
    const model = compiled;
    const p = new Float64Array(names.length);
    const y = state.slice(0, count);
    let integral = state[count];
    const rate = { gut: 0, blood: 0 };
    const values: Values & { y: Float64Array } = { t: 0, y, p, u: NONE, w: NONE, delayed: NONE };
    const defined = new Float64Array(Object.keys(TEXT.definitions).length);
    const apply = (own: StructuralValues) => {
      for (let i = 0; i < names.length; i++) p[i] = own[names[i]];
    };
    apply(first);
    const system = {
      dimension: count,
      autonomous: true,
      rhs(t: number, at: Float64Array, dy: Float64Array) {
        values.t = t;
        values.y = at;
        model.rates(values, dy);
        dy[GUT] += rate.gut;
        dy[CENTRAL] += rate.blood;
      },
    };
    const inrAt = (at: Float64Array) => {
      values.y = at;
      model.definitions(values, defined);
      return defined[INR];
    };
    const short = tsit5.start(system, 0, y, { kind: 'fixed', step: STEP });
    const long = rk4.start(system, 0, y, { kind: 'fixed', step: LONG_STEP });
    return {
      change: apply,
      give(site, amount) {
        y[site === 'gut' ? GUT : CENTRAL] += amount;
      },
      addRate(site, change) {
        rate[site] += change;
      },
      advance(hours) {
        let inr = inrAt(y);
        let t = 0;
        let current: typeof short | null = null;
        while (t < hours) {
          const stepper = y[GUT] >= EMPTY || rate.gut > 0 ? short : long;
          if (stepper !== current) stepper.restart(t, y);
          current = stepper;
          if (stepper.step(hours) !== 'stepped') {
            y.fill(Number.NaN);
            return;
          }
          y.set(stepper.y);
          // By trapezia: the INR bends little within a step.
          const next = inrAt(y);
          integral += 0.5 * (inr + next) * (stepper.t - t);
          inr = next;
          t = stepper.t;
        }
      },
      concentration: () => inrAt(y),
      exposure: () => integral,
      begin() {
        integral = 0;
      },
      state: () => Float64Array.of(...y, integral),
      reset(from) {
        y.set(from.subarray(0, count));
        integral = from[count];
        rate.gut = 0;
        rate.blood = 0;
      },
    };
  },
};
