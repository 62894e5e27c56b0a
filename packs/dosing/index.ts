export type { CovariateName, Covariates } from './covariates.ts';
export type { Drug, DrugModel } from './drug.ts';
export { drugs } from './drugs/index.ts';
export { dosingPack, packs } from './pack.ts';
