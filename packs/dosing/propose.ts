import { type ControlInput, HOUR, type Instant, instant, type Plan, type Scenario } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { Member } from '@gemel/runtime/dynamics';
import type { Paths, Situation } from '@gemel/runtime/pack';
import { forecastTimes } from '@gemel/runtime/paths';
import type { Drug } from './drug.ts';
import { drugDynamics } from './dynamics.ts';
import type { DosingState } from './fed-dynamics.ts';
import { comingDay, forecastOf, targetValues } from './forecast.ts';
import { largestDaily, largestSingle } from './limits.ts';
import { covariatesOf, isDose, isRate } from './record.ts';
import { dosesOfRegimen, type Regimen, rateScenarioOf, scenarioOf, stepFor } from './regimen.ts';
import { aim, rewardsOf } from './rewards.ts';
import { type OpenDose, type PathsOf, superposition } from './superposition.ts';

/** Members that doses are sought with; all are weighed afterwards. */
const SOUGHT_WITH = 40;
/** Regimens that are offered beside what is planned. */
export const OPTIONS = 3;
/** Age from which a first dose may be a loading dose, years. */
const ADULT = 18;
/** Share of the members that a dose is sought to serve: half lie on either side of an exposure, nine of ten stay above a threshold. */
const SERVED = 0.9;

/** A regimen or a rate (family 0), and what the members that it was sought with make of it. */
interface Option {
  readonly family: number;
  readonly scenario: Scenario;
  readonly total: number;
}

/**
 * As planned first; then the best regimens. For each interval and length of infusion the doses are sought between which the first
 * target is met, by the median member at its middle, or, of the time above a threshold, by nine of ten; they are compared by
 * what plans are weighed by, and the best of each interval go on. Targets rise with the dose. Who is on an infusion without end
 * is offered other rates of it. An adult’s first dose is a loading dose where the drug has one, and may be followed by a rate without end.
 */
export function proposeOf(drug: Drug) {
  const dynamics = drugDynamics(drug);
  const [target] = drug.targets;
  const { horizonMinutes, stepMinutes, signals } = forecastOf(drug);
  const rewards = rewardsOf(drug);

  return (situation: Situation<DosingState>, weighed: readonly Plan[]): readonly Scenario[] => {
    if (weighed.length > 0) return [];
    const { belief, history, now } = situation;
    const every = Math.max(1, Math.floor(belief.members.length / SOUGHT_WITH));
    const members = belief.members.filter((_, m) => m % every === 0);
    const times = forecastTimes(belief.at, now, stepMinutes, horizonMinutes);
    const direct = directly(members, history.controls, times);
    const running = endlessInfusion(drug, history.controls, now);
    const toCome = history.controls.some(({ status, from }) => status === 'planned' && from >= now);
    const asPlanned: Scenario = {
      id: 'as-planned',
      title: toCome || running !== null ? 'As planned' : 'As planned (no further dose)',
      controls: [],
    };
    if (running !== null) return [asPlanned, ...ratesFrom(instant(Math.max(now, running)))];

    // A proposal stands in place of what is planned.
    const standing = history.controls.filter(({ status, from }) => status !== 'planned' || from < now);
    const linear = superposition(drug, members, standing, times);
    const respond = (doses: readonly OpenDose[]): PathsOf => {
      const pathsOf = linear?.(doses) ?? ((amounts) => direct(controlsOf(doses, amounts)));
      const known = new Map<string, Paths>();
      return (amounts) => {
        const found = known.get(amounts.join()) ?? pathsOf(amounts);
        known.set(amounts.join(), found);
        return found;
      };
    };
    const covariates = covariatesOf(history, now).at(-1)!.values;
    const { age, weight } = covariates;
    const largestDose = largestSingle(drug, covariates);
    const largestDay = largestDaily(drug, covariates);
    const step = stepFor(drug, largestDose);
    const fresh = !history.controls.some((each) => each.status === 'given' && (isDose(each) || isRate(each)));
    const loading = fresh && age !== undefined && age >= ADULT ? drug.regimens.loading : undefined;
    const options = drug.regimens.intervalsHours.flatMap((interval) => {
      const first = firstDose(history.controls, now, interval);
      return first < now + horizonMinutes * 60_000 ? regimensOf(interval, first) : [];
    });
    return [asPlanned, ...bestOf([...options, ...continuousFirst()])];

    function regimensOf(interval: number, first: Instant): readonly Option[] {
      const most = Math.floor(Math.min(largestDose, (largestDay * interval) / 24) / step);
      if (most < 1) return [];
      const families = new Map<string, PathsOf>();
      const pathsOf = (regimen: Regimen): Paths => {
        const { dose, infusion, loading: load } = regimen;
        const key = `${infusion}|${load?.infusion}|${load?.extra}`;
        let paths = families.get(key);
        if (paths === undefined) {
          const doses = dosesOfRegimen(drug, regimen, first, now);
          paths = respond(doses.map(({ at, infusion: hours, loading }) => ({ at, hours, slot: loading ? 1 : 0 })));
          families.set(key, paths);
        }
        return paths(load === undefined ? [dose] : [dose, load.dose]);
      };
      return infusionsOf(drug, interval).flatMap((shortest) => {
        const regimen = (multiple: number): Regimen => {
          const dose = multiple * step;
          return { dose, interval, infusion: infusionFor(drug, dose, shortest) };
        };
        const around = between(most, (multiple) => reached(pathsOf(regimen(multiple))));
        return around.map((multiple): Option => {
          const plain = regimen(multiple);
          const load = loadingFor(plain, pathsOf);
          const own = load === undefined ? plain : { ...plain, loading: load };
          const scenario = scenarioOf(drug, history.subject, own, first, now);
          return { family: interval, scenario, total: totalOf(pathsOf(own), scenario) };
        });
      });
    }

    /**
     * The loading dose, within its bounds and the day's: that after which the first day is what the target asks of any day, or the dose
     * that is given at once.
     */
    function loadingFor(regimen: Regimen, pathsOf: (regimen: Regimen) => Paths): Regimen['loading'] {
      if (loading === undefined) return undefined;
      const others = Math.ceil(24 / regimen.interval) - 1;
      const left = Math.min(largestDose, largestDay - others * regimen.dose);
      if (loading.kind === 'at-once') {
        const { infusion } = loading;
        if (infusion >= regimen.infusion) return undefined;
        const beside = largestDay - (others + 1) * regimen.dose;
        if (Math.min(beside, largestDose) >= loading.dose) return { dose: loading.dose, infusion, extra: true };
        return { dose: Math.min(Math.max(regimen.dose, loading.dose), left), infusion };
      }
      const { perKilogram, most } = loading;
      const room = Math.min(most, left);
      const least = Math.ceil((perKilogram[0] * weight!) / step);
      const largest = Math.floor(Math.min(room, perKilogram[1] * weight!) / step);
      const load = (multiple: number) => {
        const dose = multiple * step;
        return { dose, infusion: infusionFor(drug, dose, 0) };
      };
      const firstDay = (multiple: number) =>
        middle(comingDay(target, pathsOf({ ...regimen, loading: load(multiple) })), 0.5);
      let low = Math.min(least, largest);
      while (low < largest && firstDay(low) < aim(target)) low++;
      const found = load(Math.max(low, 1));
      return found.dose > regimen.dose ? found : undefined;
    }

    /** A rate without end from the end of a loading dose on: of drugs that may begin so. */
    function continuousFirst(): readonly Option[] {
      const { continuous } = drug.regimens;
      if (continuous?.first !== true || loading?.kind !== 'at-once') return [];
      const load = { dose: Math.min(loading.dose, largestDose), infusion: loading.infusion };
      const most = Math.floor(
        Math.min(drug.limits.rate ?? Number.POSITIVE_INFINITY, (largestDay - load.dose) / 24) / continuous.step,
      );
      if (most < 1) return [];
      const length = horizonMinutes / 60 - load.infusion;
      const pathsOf = respond([
        { at: now, hours: load.infusion, slot: 1 },
        { at: instant(now + load.infusion * HOUR), hours: length, slot: 0 },
      ]);
      const pathsAt = (multiple: number) => pathsOf([multiple * continuous.step * length, load.dose]);
      return between(most, (multiple) => reached(pathsAt(multiple))).map((multiple): Option => {
        const scenario = rateScenarioOf(drug, history.subject, multiple * continuous.step, now, now, load);
        return { family: 0, scenario, total: totalOf(pathsAt(multiple), scenario) };
      });
    }

    function ratesFrom(from: Instant): readonly Scenario[] {
      const { continuous } = drug.regimens;
      if (continuous === undefined) return [];
      const most = Math.min(drug.limits.rate ?? Number.POSITIVE_INFINITY, drug.limits.daily / 24);
      const scenario = (multiple: number) =>
        rateScenarioOf(drug, history.subject, multiple * continuous.step, from, now);
      const values = new Map<number, Paths>();
      const pathsOf = (multiple: number) => {
        const found = values.get(multiple) ?? direct(scenario(multiple).controls);
        values.set(multiple, found);
        return found;
      };
      const around = between(Math.max(1, Math.floor(most / continuous.step)), (multiple) => reached(pathsOf(multiple)));
      const last = history.controls.findLast((each) => isRate(each) && each.status === 'given' && each.from <= now);
      // What goes on without end and without a change is what is planned.
      const goesOn = !toCome && last !== undefined && last.to === undefined ? last.value.value : null;
      return around.filter((multiple) => multiple * continuous.step !== goesOn).map(scenario);
    }

    function controlsOf(doses: readonly OpenDose[], amounts: readonly number[]): readonly ControlInput[] {
      return doses.flatMap(({ at, hours, slot }) => {
        const regimen = { dose: amounts[slot], interval: 24 * 365, infusion: hours };
        return scenarioOf(drug, history.subject, regimen, at, now).controls;
      });
    }
  };

  /** Paths by the pack's own dynamics. */
  function directly(
    members: readonly Member<DosingState>[],
    known: readonly ControlInput[],
    times: readonly Instant[],
  ): (own: readonly ControlInput[]) => Paths {
    return (own) => {
      const request = { members, controls: [...known, ...own], times, signals, random: randomStream(0) };
      return { members: members.length, times, values: dynamics.trajectories!(request).values };
    };
  }

  /** What the target comes to for the members that are to be served. */
  function reached(paths: Paths): number {
    return middle(targetValues(target, paths), target.quantity === 'time-above' ? 1 - SERVED : 0.5);
  }

  /** The two neighbouring multiples between which the target is met, or the last. */
  function between(most: number, value: (multiple: number) => number): readonly number[] {
    let low = 0;
    let high = most;
    while (high - low > 1) {
      const half = (low + high) >> 1;
      if (value(half) < aim(target)) low = half;
      else high = half;
    }
    return low === 0 ? [high] : [low, high];
  }

  function totalOf(paths: Paths, scenario: Scenario): number {
    return rewards.reduce((sum, { weight, evaluate }) => sum + weight * mean(evaluate(paths, scenario)), 0);
  }
}

/** The best option of each family, best first; where families are few, their next ones as well. Of those that give the same, one. */
function bestOf(options: readonly Option[]): readonly Scenario[] {
  const gives = ({ scenario }: Option) =>
    scenario.controls.map(({ from, to, value }) => `${from} ${to} ${value.value}`).join();
  const all = options.toSorted((a, b) => b.total - a.total);
  const ranked = all.filter((each, i) => all.findIndex((other) => gives(other) === gives(each)) === i);
  const seen = new Set<number>();
  const best = ranked.filter(({ family }) => !seen.has(family) && seen.add(family));
  const rest = ranked.filter((each) => !best.includes(each));
  return [...best, ...rest].slice(0, OPTIONS).map(({ scenario }) => scenario);
}

/** When an infusion ends that is not one of a regimen's: a rate that runs, or a dose longer than any that is offered. Null without. */
export function endlessInfusion(drug: Drug, controls: readonly ControlInput[], now: Instant): Instant | null {
  const given = controls.filter(({ status, from }) => status === 'given' && from <= now);
  const rate = given.findLast(isRate);
  if (rate !== undefined && rate.value.value > 0 && (rate.to ?? Number.POSITIVE_INFINITY) > now) return now;
  const longest = Math.max(0, ...drug.regimens.infusionHours) * HOUR;
  const bag = given.findLast(isDose);
  if (bag === undefined || (bag.to ?? bag.from) <= now || (bag.to ?? bag.from) - bag.from <= longest) return null;
  return bag.to!;
}

/** Infusions to try: where the time above a threshold counts, longer ones as well. */
function infusionsOf({ regimens, targets }: Drug, interval: number): readonly number[] {
  const within = regimens.infusionHours.filter((each) => each <= interval);
  return targets[0].quantity === 'time-above' && within.length > 0 ? within : [within[0] ?? 0];
}

/** The shortest infusion of at least this length that keeps to the fastest rate. */
function infusionFor({ limits, regimens }: Drug, dose: number, shortest: number): number {
  const least = Math.max(shortest, limits.rate === undefined ? 0 : dose / limits.rate);
  return regimens.infusionHours.find((each) => each >= least) ?? regimens.infusionHours.at(-1) ?? 0;
}

/** An interval after the last dose began, when it has run in, or now where that has passed. */
function firstDose(controls: readonly ControlInput[], now: Instant, interval: number): Instant {
  const last = controls.findLast((each) => isDose(each) && each.status === 'given');
  if (last === undefined) return now;
  return instant(Math.max(now, last.to ?? last.from, last.from + interval * HOUR));
}

function middle(values: Float64Array, share: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.floor(sorted.length * share)];
}

function mean(values: Float64Array): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
