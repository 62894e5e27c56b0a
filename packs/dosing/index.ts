export type { Agent } from './anaesthesia/agent.ts';
export { agents } from './anaesthesia/agents.ts';
export { anaesthesiaPack, anaesthesiaPacks } from './anaesthesia/pack.ts';
export { type EffectSiteModel, type EffectSitePopulation, typicalValues } from './anaesthetic.ts';
export type { CovariateName, Covariates } from './covariates.ts';
export type { Drug, DrugModel } from './drug.ts';
export { drugs } from './drugs/index.ts';
export {
  bispectralIndex,
  effectFor,
  eleveld2018,
  eleveld2018Venous,
  halfEffect,
} from './drugs/propofol/eleveld2018.ts';
export { marsh1991, marsh1991Modified } from './drugs/propofol/marsh1991.ts';
export { schnider1998 } from './drugs/propofol/schnider1998.ts';
export { eleveld2017 } from './drugs/remifentanil/eleveld2017.ts';
export { minto1997 } from './drugs/remifentanil/minto1997.ts';
export { dosingPack, packs } from './pack.ts';
export { type EffectSiteRun, type EffectSiteStructure, effectSite } from './structures/effect-site.ts';
export {
  type ControlledCourse,
  decrementTime,
  type Pump,
  TargetControl,
  type TargetFrom,
  type TargetSite,
} from './tci.ts';
