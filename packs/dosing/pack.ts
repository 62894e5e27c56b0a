import type { Pack, Prior } from '@gemel/runtime/pack';
import { anaesthesiaPacks } from './anaesthesia/pack.ts';
import { drugAssimilator } from './calibrate.ts';
import { decideOf } from './decide.ts';
import type { Drug } from './drug.ts';
import { drugs } from './drugs/index.ts';
import { drugDynamics, memberLayout } from './dynamics.ts';
import { effectsOf } from './effects.ts';
import type { DosingState } from './fed-dynamics.ts';
import { forecastOf, quantitiesOf, scoresOf } from './forecast.ts';
import { limitsOf } from './limits.ts';
import { modelsOf } from './models.ts';
import { controlsOf, needsOf, observesOf } from './observe.ts';
import { proposeOf } from './propose.ts';
import { isLevel, isUnfinished } from './record.ts';
import { sectionsOf } from './report.ts';
import { retraceOf } from './retrace.ts';
import { rewardsOf } from './rewards.ts';
import { advisoriesOf, applicabilityOf, headlineOf, readinessOf } from './service.ts';
import { viewOf } from './view.ts';

/** What structural values mean. */
const MEANINGS: Readonly<Record<string, readonly [unit: string, meaning: string]>> = {
  CL: ['L/h', 'clearance'],
  VC: ['L', 'central volume'],
  Q: ['L/h', 'clearance of exchange with the first peripheral space'],
  VP: ['L', 'volume of the first peripheral space'],
  Q2: ['L/h', 'clearance of exchange with the second peripheral space'],
  VP2: ['L', 'volume of the second peripheral space'],
  KA: ['/h', 'rate of absorption'],
  ALAG: ['h', 'lag of absorption'],
  F: ['1', 'share absorbed'],
  D: ['h', 'time over which a dose enters the gut'],
  EC50: ['mg/L', 'concentration of half the largest inhibition'],
  GAMMA: ['1', 'steepness of inhibition'],
  MTT1: ['h', 'transit time of each step of the first chain'],
  MTT2: ['h', 'transit time of the second chain'],
  LAMBDA: ['1', 'steepness of the effect'],
  INRMAX: ['1', 'largest rise of the INR'],
  BASE: ['1', 'INR without the drug'],
  VMAX: ['mg/h', 'largest rate of elimination'],
  KM: ['mg/L', 'concentration of half the largest rate'],
  VINH: ['1', 'share of the largest rate that is lost'],
  T50: ['h', 'when half of that is lost'],
};

/** The parameters of a member: its model's number and structural values; those all models vary are personal. */
function priorsOf(drug: Drug): readonly Prior[] {
  const [first] = drug.models;
  const varied = drug.models.map((model) => effectsOf(model));
  const value = (name: string) => first.theta.find((each) => each.name === name)?.value ?? 0;
  return [
    {
      name: 'model',
      unit: '1',
      meaning: 'which of the published models',
      source: 'equal weights',
      value: 0,
      personal: false,
    },
    ...memberLayout(drug).names.map((name): Prior => {
      const [unit, meaning] = MEANINGS[name];
      const source = drug.models.map(({ citation }) => citation).join('; ');
      const personal = varied.every(
        ({ names, scales }) => names.includes(name) && scales[names.indexOf(name)] === 'log',
      );
      if (!personal) return { name, unit, meaning, source, value: value(name), personal };
      const { names, covariance } = varied[0];
      const i = names.indexOf(name);
      const sd = Math.sqrt(covariance[i * names.length + i]);
      return { name, unit, meaning, source, value: value(name), personal, sd, scale: 'log' };
    }),
    ...(drug.mic === undefined
      ? []
      : [
          {
            name: 'MIC',
            unit: drug.levelUnit,
            meaning: 'minimum inhibitory concentration of what is treated, unless one is on record',
            source: drug.mic.because,
            value: drug.mic.assumed,
            personal: false,
          },
        ]),
  ];
}

/** The twin of one drug in one patient. */
export function dosingPack(drug: Drug): Pack<DosingState> {
  return {
    id: `dosing-${drug.id}`,
    version: '0.1.0',
    title: `Dosing of ${drug.title}`,
    entity: 'patient',
    intendedUse: `Study of how a person clears ${drug.title}: individual parameters from doses and levels, forecast with uncertainty, chance of reaching a target, and doses as drafts for a person to decide on. Research use.`,
    notFor: ['treatment decisions', 'dose orders', 'patients outside the models’ populations'],
    needs: needsOf(drug),
    // 1 physical state
    dynamics: drugDynamics(drug),
    parameters: priorsOf(drug),
    // 2 observational data
    observes: observesOf(drug),
    // 3 control inputs
    controls: controlsOf(drug),
    // A creatinine alone makes no twin of a drug.
    begun: ({ observations, controls, facts }) =>
      controls.length > 0 || observations.some(isLevel) || facts.some((fact) => isUnfinished(drug, fact)),
    // 4 digital state
    assimilator: drugAssimilator(drug),
    applicability: applicabilityOf(drug),
    readiness: readinessOf(drug),
    // 5 quantities of interest
    quantities: quantitiesOf(drug),
    forecast: forecastOf(drug),
    retrace: retraceOf(drug),
    models: modelsOf(drug),
    scores: scoresOf(drug),
    // 6 rewards
    rewards: rewardsOf(drug),
    propose: proposeOf(drug),
    decide: decideOf(drug),
    limits: limitsOf(drug),
    // what people see
    view: viewOf(drug),
    advisories: advisoriesOf(drug),
    headline: headlineOf(drug),
    sections: sectionsOf(drug),
  };
}

/** One twin for each drug, those of anaesthesia last. */
export const packs: readonly Pack<DosingState>[] = [...drugs.map(dosingPack), ...anaesthesiaPacks];
