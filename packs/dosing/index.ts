export type { Agent } from './anaesthesia/agent.ts';
export { agents } from './anaesthesia/agents.ts';
export { indexOfBoth, toleranceOfLaryngoscopy } from './anaesthesia/interaction.ts';
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
export type { LateLevel } from './late-levels.ts';
export type { OccasionRule } from './occasions.ts';
export { dosingPack, packs } from './pack.ts';
export type { Site, Structure, StructureRun, Way } from './structure.ts';
export { compartments, type Entering, parallel } from './structures/compartments.ts';
export { type EffectSiteRun, type EffectSiteStructure, effectSite } from './structures/effect-site.ts';
export { type Entry, type Equations, equations, type Stepping } from './structures/equations.ts';
export { type MichaelisMenten, michaelisMenten } from './structures/michaelis-menten.ts';
export { quasiSteadyTarget, type TargetMediated, targetMediated } from './structures/target-mediated.ts';
export { transitAbsorption, transitChain } from './structures/transit.ts';
export { type TurnoverAction, turnover } from './structures/turnover.ts';
export {
  type ControlledCourse,
  decrementTime,
  type Pump,
  TargetControl,
  type TargetFrom,
  type TargetSite,
} from './tci.ts';
