import { coding, type Fact, GEMEL, instant, isQuantity, type Reason, type Verdict } from '@gemel/core';
import type { Binding, ControlSpec, Headline, History, LeastData, Pack, Prior, Readiness } from '@gemel/runtime/pack';
import { typicalValues } from '../anaesthetic.ts';
import { COVARIATES } from '../covariates.ts';
import { effectsOf } from '../effects.ts';
import type { DosingState } from '../fed-dynamics.ts';
import { hours, lastLevel, levelSignal, levelsOf } from '../record.ts';
import type { Agent } from './agent.ts';
import { agents } from './agents.ts';
import { agentAssimilator } from './calibrate.ts';
import { candidateOf } from './candidate.ts';
import { decideOf, proposeOf } from './decide.ts';
import { agentDynamics } from './dynamics.ts';
import { effectCode, forecastOf, quantitiesOf, rewardsOf, sayWindow } from './forecast.ts';
import { limitsOf } from './limits.ts';
import {
  besideControl,
  bolusControl,
  courseUnder,
  covariatesUnder,
  INDEX,
  indexValues,
  infusionControl,
  OPIOID,
  rateAt,
} from './record.ts';

const MEANINGS: Readonly<Record<string, readonly [unit: string, meaning: string]>> = {
  CL: ['L/h', 'clearance'],
  VC: ['L', 'central volume'],
  Q: ['L/h', 'clearance of exchange with the first peripheral space'],
  VP: ['L', 'volume of the first peripheral space'],
  Q2: ['L/h', 'clearance of exchange with the second peripheral space'],
  VP2: ['L', 'volume of the second peripheral space'],
  KE0: ['/h', 'rate of the site of effect'],
};
/** Whom the priors' values are of. */
const REFERENCE = { age: 35, weight: 70, height: 170, female: 0 };
/** Power of its own space's volume that exchange goes with, in both models. */
const EXCHANGE: Readonly<Record<string, string>> = { Q: 'VP', Q2: 'VP2' };
const POWER = 0.75;

function priorsOf({ model, index, levelUnit }: Agent): readonly Prior[] {
  const typical = typicalValues(model, REFERENCE);
  const { names, covariance } = effectsOf(model);
  const variance = (name: string) => covariance[names.indexOf(name) * (names.length + 1)];
  const priors = model.structure.names.map((name): Prior => {
    const [unit, meaning] = MEANINGS[name];
    const own = variance(name) + (name in EXCHANGE ? POWER ** 2 * variance(EXCHANGE[name]) : 0);
    return {
      name,
      unit,
      meaning: `${meaning}; of a man of 35 years, 70 kg, 170 cm`,
      source: model.citation,
      value: typical[name],
      personal: true,
      sd: Math.sqrt(own),
      scale: 'log',
    };
  });
  if (index === undefined) return priors;
  const half: Prior = {
    name: 'CE50',
    unit: levelUnit,
    meaning: `concentration at the site of half the effect on the ${index.title.toLowerCase()}`,
    source: model.citation,
    value: index.half(REFERENCE),
    personal: true,
    sd: Math.sqrt(index.variance),
    scale: 'log',
  };
  return [...priors, half];
}

function observesOf(agent: Agent): readonly Binding[] {
  const { id, title, levelUnit, molarMass, plausibleLevel, index } = agent;
  return [
    {
      signal: levelSignal(agent),
      title: `${title}, level in blood or plasma`,
      codings: [coding(GEMEL, `dosing.${id}.level`)],
      unit: levelUnit,
      molarMass,
      unitAliases: { 'mcg/mL': 'ug/mL', 'µg/mL': 'ug/mL', 'mg/l': 'mg/L' },
      plausible: plausibleLevel,
      localNames: [`${id} level`, `${id} concentration`],
    },
    ...(index === undefined
      ? []
      : [
          {
            signal: INDEX,
            title: index.title,
            codings: [coding(GEMEL, `dosing.${id}.index`)],
            unit: index.unit,
            plausible: [0, 100] as const,
            localNames: index.localNames,
          },
        ]),
  ];
}

function controlsOf(agent: Agent): readonly ControlSpec[] {
  const { id, codings, molarMass, limits } = agent;
  return [
    {
      control: bolusControl(agent),
      title: 'Given at once',
      codings,
      unit: 'mg',
      molarMass,
      unitAliases: { mcg: 'ug', µg: 'ug' },
      plausible: [0, 1000 * limits.bolusPerKilogram],
      localNames: [id, `${id} bolus`],
    },
    {
      control: infusionControl(agent),
      title: 'Rate of infusion',
      codings,
      unit: 'mg/h',
      molarMass,
      unitAliases: { 'mcg/h': 'ug/h', 'µg/h': 'ug/h', 'mcg/min': 'ug/min', 'µg/min': 'ug/min' },
      plausible: [0, 2 * limits.rate],
      localNames: [`${id} infusion`],
    },
    ...(agent.beside === undefined
      ? []
      : [
          {
            control: besideControl(agent.beside),
            title: `${agent.beside.title}, site of effect`,
            codings: [effectCode(agent.beside)],
            unit: agent.beside.unit,
            plausible: [0, agent.beside.most] as const,
          },
        ]),
  ];
}

function needsOf(agent: Agent): LeastData {
  const { title, index } = agent;
  return {
    signals: index === undefined ? [levelSignal(agent)] : [levelSignal(agent), INDEX],
    controls: [bolusControl(agent), infusionControl(agent)],
    facts: ['birthDate', 'sex', 'body.weight', 'body.height', OPIOID],
    purposes: {
      [levelSignal(agent)]: `tells how this patient clears ${title}`,
      [INDEX]: `tells how sensitive this patient is to ${title}`,
      [bolusControl(agent)]: 'what is in the body already',
      [infusionControl(agent)]: 'what is in the body already, and what the pump goes on with',
      birthDate: 'age changes clearance, volumes and sensitivity',
      sex: 'sex changes clearance and fat-free mass',
      'body.weight': 'sets volumes and doses',
      'body.height': 'gives the fat-free mass',
      [OPIOID]: 'opioids change clearance and volume of propofol',
    },
  };
}

function applicabilityOf(agent: Agent) {
  return (facts: readonly Fact[]): Verdict => {
    const now = instant(Math.max(0, ...facts.map(({ trueAt }) => trueAt), ...facts.map(({ knownAt }) => knownAt)));
    const history: History = { subject: '', observations: [], controls: [], facts, knownAt: now };
    const { used, reasons } = candidateOf(agent, covariatesUnder(history, now).at(-1)!.values);
    const said = reasons.filter(({ code }) => code !== 'covariate-missing');
    const lacks = said.length < reasons.length;
    return { applies: used || lacks ? 'yes' : 'no', reasons: said };
  };
}

function readinessOf(agent: Agent) {
  return (_: 'calibrate' | 'forecast' | 'decide', history: History, now: number): Readiness => {
    const at = instant(now);
    const covariates = covariatesUnder(history, at).at(-1)!.values;
    const missing: Reason[] = agent.model.needs
      .filter((name) => covariates[name] === undefined)
      .map((name) => ({ code: `${name}-missing`, statement: `${COVARIATES[name].title} is not recorded.` }));
    const { used, reasons } = candidateOf(agent, covariates);
    if (!used && missing.length === 0) missing.push(...reasons);
    const first = courseUnder(history, at).doses[0]?.time ?? Number.POSITIVE_INFINITY;
    const early = levelsOf(history, at).filter(({ time }) => time < first);
    if (early.length > 0) {
      missing.push({
        code: 'level-before-dose',
        statement: `${early.length} level${early.length > 1 ? 's were' : ' was'} drawn before anything recorded as given: a dose is missing from the record.`,
      });
    }
    return { ready: missing.length === 0, missing };
  };
}

function headlineOf(agent: Agent) {
  return (history: History, forecast: Parameters<Pack<DosingState>['headline']>[1], now: number): Headline => {
    const last = lastLevel(history);
    const rate = rateAt(history.controls, instant(now));
    const within = forecast?.quantities.within;
    const share = within?.kind === 'scalar' ? within.mean : null;
    return {
      value: last !== undefined && isQuantity(last.value) ? String(Number(last.value.value.toPrecision(3))) : '–',
      unit: agent.levelUnit,
      at: last?.trueAt ?? null,
      risk: share === null ? 'unknown' : share < 25 ? 'high' : share < 60 ? 'medium' : 'low',
      statement:
        share === null
          ? `Pump at ${Number(rate.toPrecision(3))} mg/h.`
          : `Pump at ${Number(rate.toPrecision(3))} mg/h: ${agent.window.title.toLowerCase()} at ${sayWindow(agent)} for ${Math.round(share)} % of the next hour, as planned.`,
    };
  };
}

/** The twin of one anaesthetic in one patient. */
export function anaesthesiaPack(agent: Agent): Pack<DosingState> {
  return {
    id: `dosing-${agent.id}`,
    version: '0.1.0',
    title: `Target-controlled infusion of ${agent.title}`,
    entity: 'patient',
    intendedUse: `Study of ${agent.title} at its site of effect: forecast with the population's spread, and infusion rates towards a concentration there as drafts for a person to decide on. Research use.`,
    notFor: ['treatment decisions', 'control of a pump', 'patients outside the model’s population'],
    needs: needsOf(agent),
    // 1 physical state
    dynamics: agentDynamics(agent),
    parameters: priorsOf(agent),
    // 2 observational data
    observes: observesOf(agent),
    // 3 control inputs
    controls: controlsOf(agent),
    // 4 digital state
    assimilator: agentAssimilator(agent),
    applicability: applicabilityOf(agent),
    readiness: readinessOf(agent),
    // 5 quantities of interest
    quantities: quantitiesOf(agent),
    forecast: forecastOf(agent),
    scores: [{ quantity: 'plasma', signal: levelSignal(agent), leadsMinutes: [10, 30] }],
    // What both together do is told of in this one's own quantities.
    publishes: [{ code: effectCode(agent), quantity: 'effect' }],
    ...(agent.beside === undefined
      ? {}
      : { consumes: [{ code: effectCode(agent.beside), control: besideControl(agent.beside) }] }),
    // 6 rewards
    rewards: rewardsOf(agent),
    propose: proposeOf(agent),
    decide: decideOf(agent),
    limits: limitsOf(agent),
    // what people see
    advisories: ({ history, now }) =>
      [...levelsOf(history, now), ...indexValues(history, now)].some(({ time }) => time > hours(now) - 1)
        ? []
        : [
            {
              code: 'population-only',
              priority: 'information',
              statement: 'Neither level nor index was measured in the last hour: the forecast is the population’s.',
            },
          ],
    headline: headlineOf(agent),
  };
}

/** One twin for each agent. */
export const anaesthesiaPacks: readonly Pack<DosingState>[] = agents.map(anaesthesiaPack);
