import type { EnsembleDesign } from '@gemel/modeling/ensemble/plan';
import { parse } from '@gemel/modeling/expression/parse';
import { defineModel } from '@gemel/modeling/model/define-model';
import type { Model } from '@gemel/modeling/model/model';

const GIM = 'Dalla Man 2007, doi:10.1109/TBME.2007.893506';
const GUT = 'Dalla Man 2006, doi:10.1109/TBME.2006.883792';
const T1 = 'Kovatchev 2009, doi:10.1177/193229680900300106';
const BASAL = `basal steady state of ${GIM} eq. 1–27`;
const STEPS = 'how the equations are integrated';
const EATING = `bookkeeping of D of ${GUT}`;

const TEXT = {
  id: 'uva-padova-t1',
  title: 'UVA/Padova type 1 diabetes',
  time: 'min',
  parameters: {
    BW: `75 : kg : body weight : ${T1}`,
    Gb: `120 : mg/dL : plasma glucose at the basal steady state : ${T1}`,
    Ib: `100 : pmol/L : plasma insulin at the basal steady state : ${T1}`,
    EGPb: `2.4 : mg/kg/min : endogenous glucose production at the basal steady state : ${T1}`,
    Vg: `1.88 : dL/kg : distribution volume of glucose : ${GIM} eq. 1`,
    Vi: `0.05 : L/kg : distribution volume of insulin : ${GIM} eq. 3`,
    k1: `0.065 : /min : rate of glucose from plasma to slow tissue : ${GIM} eq. 1`,
    k2: `0.079 : /min : rate of glucose from slow tissue to plasma : ${GIM} eq. 1`,
    Vmx: `0.047 : mg/kg/min/(pmol/L) : insulin sensitivity of glucose utilization : ${GIM} eq. 16`,
    Km0: `225 : mg/kg : tissue glucose at half-maximal utilization : ${GIM} eq. 17`,
    Fsnc: `1 : mg/kg/min : glucose utilization that needs no insulin : ${GIM} eq. 14`,
    kp2: `0.0021 : /min : liver glucose effectiveness : ${GIM} eq. 10`,
    kp3: `0.009 : mg/kg/min/(pmol/L) : insulin sensitivity of glucose production : ${GIM} eq. 10`,
    ki: `0.0079 : /min : delay of insulin action on the liver : ${GIM} eq. 11`,
    p2u: `0.0331 : /min : delay of insulin action on utilization : ${GIM} eq. 18`,
    m1: `0.19 : /min : rate of insulin from liver to plasma : ${GIM} eq. 3`,
    m2: `0.484 : /min : rate of insulin from plasma to liver : ${GIM} eq. 3, 9`,
    HEb: `0.6 : 1 : hepatic extraction of insulin : ${GIM} eq. 4–9`,
    kabs: `0.057 : /min : intestinal absorption rate : ${GUT}`,
    kmax: `0.0558 : /min : fastest gastric emptying, and grinding rate : ${GUT}`,
    kmin: `0.008 : /min : slowest gastric emptying : ${GUT}`,
    b: `0.82 : 1 : share of the meal in the stomach at which emptying has slowed half-way : ${GUT}`,
    d: `0.01 : 1 : share of the meal in the stomach at which emptying has recovered half-way : ${GUT}`,
    f: `0.9 : 1 : share of carbohydrate that appears in plasma : ${GUT}`,
    ke1: `0.0005 : /min : renal glucose clearance above the threshold : ${GIM} eq. 27`,
    ke2: `339 : mg/kg : plasma glucose mass at the renal threshold : ${GIM} eq. 27`,
    ka1: `0.0018 : /min : absorption of non-monomeric subcutaneous insulin : ${T1}`,
    ka2: `0.0182 : /min : absorption of monomeric subcutaneous insulin : ${T1}`,
    kd: `0.0164 : /min : dissociation of subcutaneous insulin : ${T1}`,
    ksc: `0.1 : /min : rate of glucose between plasma and interstitium : ${T1}`,
    potency: '6000 : pmol/[iU] : insulin in one unit : WHO standard of human insulin',
    milligrams: '1000 : mg/g : milligrams in a gram : definition',
    minute: `1 : min : over which inputs are held, at most the whole : ${STEPS}`,
    whole: `1 : min : a whole minute : ${STEPS}`,
    counting: `1 : 1 : share of food that D counts as it is eaten, 0 where meals are announced : ${EATING}`,
    rateStep: `0.6 : /min : largest rate for one step a minute : ${STEPS}`,
    damped: `2.5 : 1 : how much faster insulin may leave plasma and liver : ${STEPS}`,
    bendSteps: `0.14 : 1 : steps a minute while eating, times 1 − b : ${STEPS}`,
    emptyShare: `0.001 : 1 : share of a meal left below which the stomach counts as empty : ${STEPS}`,
  },
  inputs: {
    insulin: '0 step : [iU]/min : insulin given under the skin : pump, pen',
    carbs: '0 step : g/min : carbohydrate eaten : meal record',
    announced: `0 step : g : what D counts as a meal begins, the constant D of ${GUT}, where meals are announced : meal record`,
  },
  definitions: {
    m4: `0.4*m2 : /min : peripheral degradation of insulin : ${GIM} eq. 9`,
    m30: `m1*HEb/(1 - HEb) : /min : hepatic degradation of insulin : ${GIM} eq. 4–9`,
    Gpb: `Gb*Vg : mg/kg : plasma glucose : ${BASAL}`,
    above: `EGPb - Fsnc : mg/kg/min : production beyond the uptake that needs no insulin : ${BASAL}`,
    Gtb: `(k1*Gpb - above)/k2 : mg/kg : tissue glucose : ${BASAL}`,
    Vm0: `above*(Km0 + Gtb)/Gtb : mg/kg/min : largest uptake without insulin : ${BASAL}`,
    kp1: `EGPb + kp2*Gpb + kp3*Ib : mg/kg/min : production without glucose and insulin : ${BASAL}`,
    Ipb: `Ib*Vi : pmol/kg : plasma insulin : ${BASAL}`,
    Ilb: `m2*Ipb/(m1 + m30) : pmol/kg : liver insulin : ${BASAL}`,
    appearing: `(m2 + m4)*Ipb - m1*Ilb : pmol/kg/min : insulin from under the skin : ${BASAL}`,
    isc1b: `appearing/(ka1 + kd) : pmol/kg : insulin not monomeric : ${BASAL}`,
    isc2b: `kd*isc1b/ka2 : pmol/kg : monomeric insulin : ${BASAL}`,
    basal: `appearing*BW/potency : [iU]/min : insulin that holds the steady state : ${BASAL}`,
    restB: `exp(-5*b/(1 - b)) : 1 : a term of emptying at stomach content zero : ${GIM} eq. 13`,
    restD: `exp(-5) : 1 : a term of emptying at stomach content zero : ${GIM} eq. 13`,
    restEmptying: `kmin + (kmax - kmin)*(1 + (restB - restD)/((restB + 1)*(restD + 1))) : /min : emptying of the last of a meal : ${GIM} eq. 13`,
    fastest: `max(kabs, kmax, (m1 + m30)/damped, (m2 + m4)/damped, k1 + k2, ksc) : /min : fastest rate that steps must follow : ${STEPS}`,
    fewest: `ceil(fastest/rateStep) : 1 : steps a minute : ${STEPS}`,
    mealSteps: `ceil(max(fastest/rateStep, bendSteps/(1 - b))) : 1 : steps a minute of a meal : ${STEPS}`,

    food: `carbs*(milligrams*exp(mealError)) : mg/min : carbohydrate entering the stomach : ${GUT}`,
    stomach: `solid + liquid : mg : glucose in the stomach : ${GUT}`,
    mealNow: `food > 0 ? (eating == 0 ? stomach + announced*(milligrams*exp(mealError)): meal) + counting*food*minute: meal : mg : D once this minute's food is counted : ${EATING}`,
    bendingNow: `mealNow > 0 and (food > 0 or stomach > emptyShare*mealNow) : 1 : whether emptying depends on content this minute : ${EATING}`,
    steps: `minute/whole*(food > 0 or (mealNow > 0 and stomach > (3*b - 2)*mealNow) ? mealSteps: fewest) : 1 : steps this minute : ${STEPS}`,

    slopeB: `meal > 0 ? 5/(meal*(1 - b)): 0 : /mg : twice α : ${GIM} eq. 13`,
    slopeD: `meal > 0 ? 5/(meal*d): 0 : /mg : twice β : ${GIM} eq. 13`,
    eb: `exp(min(slopeB*stomach - 5*b/(1 - b), 80)) : 1 : first exponential of the two hyperbolic tangents : ${GIM} eq. 13`,
    ed: `exp(min(slopeD*stomach - 5, 80)) : 1 : second exponential of the two hyperbolic tangents : ${GIM} eq. 13`,
    kempt: `bending != 0 ? kmin + (kmax - kmin)*(1 + (eb - ed)/((eb + 1)*(ed + 1))): (meal > 0 ? restEmptying: kmax) : /min : gastric emptying : ${GIM} eq. 13`,
    ground: `kmax*solid : mg/min : grinding : ${GIM} eq. 13`,
    emptied: `kempt*liquid : mg/min : emptying : ${GIM} eq. 13`,
    sensitive: `exp(sensitivity) : 1 : factor on insulin sensitivity : disturbance`,
    production: `kp1 - kp2*plasma - kp3*sensitive*liverAction : mg/kg/min : glucose production, if positive : ${GIM} eq. 10`,
    utilization: `(Vm0 + Vmx*sensitive*action)*tissue/(Km0 + tissue) : mg/kg/min : insulin-dependent uptake : ${GIM} eq. 15`,
    excretion: `plasma > ke2 ? ke1*(plasma - ke2): 0 : mg/kg/min : renal excretion : ${GIM} eq. 27`,
    exchange: `k1*plasma - k2*tissue : mg/kg/min : glucose from plasma to slow tissue : ${GIM} eq. 1`,
    concentration: `plasmaInsulin*(1/Vi) : pmol/L : plasma insulin : ${GIM} eq. 3`,
    fromDepot: `kd*depot : pmol/kg/min : dissociation : ${T1}`,
    infusion: `insulin*potency/BW : pmol/kg/min : insulin given : ${T1}`,
    glucose: `interstitial*(1/Vg) : mg/dL : glucose where the sensor sits : ${T1}`,
  },
  states: {
    solid: `0 : mg : glucose in the stomach, solid : ${GIM} eq. 13`,
    liquid: `0 : mg : glucose in the stomach, triturated : ${GIM} eq. 13`,
    gut: `0 : mg : glucose in the intestine : ${GIM} eq. 13`,
    plasma: `Gpb positive : mg/kg : glucose in plasma and fast tissue : ${GIM} eq. 1`,
    tissue: `Gtb positive : mg/kg : glucose in slow tissue : ${GIM} eq. 1`,
    plasmaInsulin: `Ipb : pmol/kg : insulin in plasma : ${GIM} eq. 3`,
    action: `0 : pmol/L : insulin in interstitium above basal : ${GIM} eq. 18`,
    delayed: `Ib : pmol/L : first delay of insulin to the liver : ${GIM} eq. 11`,
    liverAction: `Ib : pmol/L : delayed insulin at the liver : ${GIM} eq. 11`,
    liverInsulin: `Ilb : pmol/kg : insulin in the liver : ${GIM} eq. 3`,
    depot: `isc1b : pmol/kg : subcutaneous insulin, not monomeric : ${T1}`,
    monomeric: `isc2b : pmol/kg : subcutaneous insulin, monomeric : ${T1}`,
    interstitial: `Gpb positive : mg/kg : glucose where the sensor sits : ${T1}`,
    meal: `0 : mg : D, stomach content at meal start and what was eaten since : ${GUT}`,
    eating: `0 : 1 : 1 while the last minute had food : ${EATING}`,
    sensitivity: '0 : 1 : log of insulin sensitivity over its parameter : disturbance',
    drive: '0 : mg/kg/min : glucose entering plasma that no equation explains : disturbance',
    mealError: '0 : 1 : log of carbohydrate eaten over carbohydrate recorded : disturbance',
    bending: `0 : 1 : 1 while emptying depends on content : ${EATING}`,
  },
  equations: {
    solid: 'food - ground',
    liquid: 'ground - emptied',
    gut: 'emptied - kabs*gut',
    plasma: '(production > 0 ? production : 0) + f*kabs/BW*gut + (drive - Fsnc) - excretion - exchange',
    tissue: 'exchange - utilization',
    plasmaInsulin: 'm1*liverInsulin - (m2 + m4)*plasmaInsulin + ka1*depot + ka2*monomeric',
    action: 'p2u*(concentration - Ib - action)',
    delayed: 'ki*(concentration - delayed)',
    liverAction: 'ki*(delayed - liverAction)',
    liverInsulin: 'm2*plasmaInsulin - (m1 + m30)*liverInsulin',
    depot: 'infusion - ka1*depot - fromDepot',
    monomeric: 'fromDepot - ka2*monomeric',
    interstitial: 'ksc*(plasma - interstitial)',
    meal: '0',
    eating: '0',
    sensitivity: '0',
    drive: '0',
    mealError: '0',
    bending: '0',
  },
  outputs: ['glucose'],
} as const;

let model: Model | undefined;

/**
 * The UVA/Padova type 1 model: its equations as the papers give them, in the arithmetic that every path of the pack has.
 * Its states begin with those of STATE. Values are those of a patient of the order of the adult average.
 */
export function uvaPadova(): Model {
  model ??= defineModel(TEXT);
  return model;
}

/**
 * How an ensemble of the model runs: inputs held over `minute`, classical RK4 in equal steps of it. Where a minute begins,
 * D becomes the stomach content if a meal begins, and the minute's food is added to it.
 */
export function minutewise() {
  return {
    step: 'minute',
    substeps: parse('steps'),
    alike: parse('1000*mealSteps + 100*fewest + 50*b'),
    updates: { meal: parse('mealNow'), eating: parse('food > 0 ? 1 : 0'), bending: parse('bendingNow') },
  } satisfies EnsembleDesign;
}
