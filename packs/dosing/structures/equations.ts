import { compile } from '@gemel/modeling/codegen/compile';
import { defineModel } from '@gemel/modeling/model/define-model';
import type { ModelText } from '@gemel/modeling/model/model-text';
import type { CompiledModel, Values } from '@gemel/modeling/program/compiled-model';
import type { OdeSystem, Solver } from '@gemel/numerics/ode/solver';
import type { StructuralValues } from '../drug.ts';
import type { Site, Structure, StructureRun } from '../structure.ts';

/** How equations are stepped through. */
export interface Stepping {
  readonly solver: Solver;
  readonly relative: number;
  readonly absolute: number;
  /** What the first step is tried with, h; found anew where absent. */
  readonly first?: number;
  /** A state that is nothing once it holds less than `below`, which frees explicit methods of the pace at which it would go on emptying. */
  readonly emptied?: { readonly state: string; readonly below: number };
}

/** What enters a state over time by a law of its own: absorption that is no infusion. */
export interface Entry {
  /** State it enters, mg/h. */
  readonly state: string;
  /** Structural values it reads besides those of the equations. */
  readonly names: readonly string[];
  /** What one dose brings a time after it was given: share of the dose per h. */
  rate(hours: number, values: StructuralValues): number;
  /** Share of the dose that is still to come. */
  left(hours: number, values: StructuralValues): number;
}

/** A structure as a model of equations. */
export interface Equations {
  /**
   * The parameters are the structure's names. The last state must be `exposure`, whose rate is what is read, times its unit's hour.
   * States begin where their initial values say, which may be expressions of parameters. Time must not be asked for.
   */
  readonly text: ModelText;
  /** States that doses enter. */
  readonly sites: Readonly<Partial<Record<Site, string>>>;
  /** Definition that is the level, in mg/L or in the unit of the effect. */
  readonly reads: string;
  /** How many of the drug's unit of concentration are 1 mg/L; 1 where absent, and of an effect. */
  readonly perMg?: number;
  /** State that is 0 before the first dose and 1 from it on. */
  readonly begun?: string;
  /** Takes doses by mouth in place of a state. */
  readonly entry?: Entry;
  readonly stepping: Stepping;
}

const NONE = new Float64Array(0);
const NOTHING: readonly Pending[] = [];
/** Steps from one event to the next after which there is no solution: random effects far out make rates that no step can follow. */
const MOST_STEPS = 5_000;
/** What is left of a dose below which it has entered. */
const ENTERED = 1e-12;
/** Structural values that tell of doses by mouth, whatever they enter; see `inflowsOf`. */
const BY_MOUTH = ['ALAG', 'F'] as const;

/**
 * A structure whose course has no closed form, by the model compiler and the methods for ordinary differential equations. The state is that
 * of the equations, then age (h) and amount of each dose that is still entering by `entry`.
 */
export function equations({ text, sites, reads, perMg = 1, begun, entry, stepping }: Equations): Structure {
  const parameters = Object.keys(text.parameters ?? {});
  const states = Object.keys(text.states);
  const count = states.length;
  const exposed = states.indexOf('exposure');
  const read = Object.keys(text.definitions ?? {}).indexOf(reads);
  const places: Partial<Record<Site, number>> = {};
  for (const [site, state] of Object.entries(sites) as [Site, string][]) places[site] = states.indexOf(state);
  const mark = begun === undefined ? -1 : states.indexOf(begun);
  const entering = entry === undefined ? -1 : states.indexOf(entry.state);
  const oral = sites.gut !== undefined || entry !== undefined;
  const own = [...parameters, ...(entry?.names ?? [])];
  // A dose that enters by a law of its own has no duration besides.
  const byMouth = entry === undefined ? [...BY_MOUTH, 'D'] : BY_MOUTH;

  let compiled: CompiledModel | undefined;
  const model = (): CompiledModel => (compiled ??= compile(defineModel(text)));
  const parametersOf = (values: StructuralValues) => Float64Array.from(parameters, (name) => values[name]);

  return {
    id: text.id,
    names: oral ? [...own, ...byMouth] : own,
    sites: [...(sites.blood === undefined ? [] : ['blood' as const]), ...(oral ? ['gut' as const] : [])],
    rest(values) {
      const y = new Float64Array(count);
      model().initial(0, parametersOf(values), NONE, y, NONE);
      return y;
    },
    run(first, state): StructureRun {
      const { rates, definitions, jacobian } = model();
      let given = first;
      const p = parametersOf(first);
      const y = state.slice(0, count);
      const rate = new Float64Array(count);
      let infusing = false;
      let pending = pendingIn(state, count);
      const values: Values & { y: Float64Array } = { t: 0, y, p, u: NONE, w: NONE, delayed: NONE };
      const defined = new Float64Array(Object.keys(text.definitions ?? {}).length);
      const { pattern } = jacobian;
      const system: OdeSystem = {
        dimension: count,
        autonomous: entry === undefined,
        rhs(t, at, dy) {
          values.t = t;
          values.y = at;
          rates(values, dy);
          if (infusing) for (let i = 0; i < count; i++) dy[i] += rate[i];
          for (let d = 0; d < pending.length; d++) {
            dy[entering] += pending[d].amount * entry!.rate(pending[d].age + t, given);
          }
        },
        jacobian: {
          ...pattern,
          values(t, at, out) {
            values.t = t;
            values.y = at;
            jacobian.values(values, out);
          },
        },
      };
      const march = marcher(system, states, stepping, y, rate);
      const level = () => {
        values.y = y;
        definitions(values, defined);
        return defined[read];
      };
      const rest = () => {
        if (infusing) rate.fill(0);
        infusing = false;
      };
      const placeOf = (site: Site): number => {
        const place = places[site];
        if (place === undefined) throw new RangeError(`${text.id}: nothing is infused into the ${site}`);
        return place;
      };
      return {
        change(next) {
          given = next;
          p.set(parametersOf(next));
        },
        give(site, amount) {
          if (mark >= 0) y[mark] = 1;
          if (site === 'gut' && entry !== undefined) pending = [...pending, { age: 0, amount }];
          else y[placeOf(site)] += amount;
        },
        addRate(site, change) {
          if (mark >= 0) y[mark] = 1;
          rate[placeOf(site)] += change;
          infusing = true;
        },
        advance(hours) {
          if (!march(hours)) y.fill(Number.NaN);
          if (pending.length === 0) return;
          pending = pending
            .map(({ age, amount }) => ({ age: age + hours, amount }))
            .filter(({ age }) => entry!.left(age, given) > ENTERED);
        },
        concentration: () => perMg * level(),
        exposure: () => perMg * y[exposed],
        begin() {
          y[exposed] = 0;
        },
        state() {
          const out = new Float64Array(count + 2 * pending.length);
          out.set(y);
          pending.forEach(({ age, amount }, d) => {
            out[count + 2 * d] = age;
            out[count + 2 * d + 1] = amount;
          });
          return out;
        },
        reset(from) {
          for (let i = 0; i < count; i++) y[i] = from[i];
          pending = pendingIn(from, count);
          rest();
        },
        renew() {},
      };
    },
  };
}

/** A dose that is still entering: since when, and how much it was in all. */
interface Pending {
  readonly age: number;
  readonly amount: number;
}

function pendingIn(state: Float64Array, from: number): readonly Pending[] {
  if (state.length === from) return NOTHING;
  return Array.from({ length: (state.length - from) / 2 }, (_, i) => ({
    age: state[from + 2 * i],
    amount: state[from + 2 * i + 1],
  }));
}

/** Takes y on by some hours, begun anew each time: where steps lie depends on the state alone. False where there is no solution. */
function marcher(
  system: OdeSystem,
  states: readonly string[],
  stepping: Stepping,
  y: Float64Array,
  rate: Float64Array,
): (hours: number) => boolean {
  const { solver, relative, absolute, first, emptied } = stepping;
  // The stepper's own count is of all that it ever did.
  const mostSteps = Number.POSITIVE_INFINITY;
  const stepper = solver.start(system, 0, y, { kind: 'adaptive', relative, absolute, mostSteps });
  const place = emptied === undefined ? -1 : states.indexOf(emptied.state);
  return (hours) => {
    stepper.restart(0, y);
    // Told at once, a step's length would come with the error of the last one.
    if (first !== undefined) stepper.restart(0, y, first);
    for (let steps = 0; stepper.t < hours; steps++) {
      if (steps === MOST_STEPS || stepper.step(hours) !== 'stepped') return false;
      y.set(stepper.y);
      if (emptied === undefined || y[place] === 0 || y[place] >= emptied.below || rate[place] > 0) continue;
      y[place] = 0;
      if (stepper.t < hours) stepper.restart(stepper.t, y, stepper.next);
    }
    return true;
  };
}
