import { type ControlInput, HOUR, type Instant } from '@gemel/core';
import type { Member } from '@gemel/runtime/dynamics';
import type { Paths } from '@gemel/runtime/pack';
import type { Drug } from './drug.ts';
import { CONCENTRATION, EXPOSURE, MIC, memberLayout, PEAK, TROUGH } from './dynamics.ts';
import type { DosingState } from './fed-dynamics.ts';
import { FedRun, Feed, inflowsOf } from './inflow.ts';
import { memberRun } from './member-run.ts';
import { dosesOf, hours, onTick } from './record.ts';
import { BY_GUT } from './structure.ts';

/** A dose whose amount is still open. */
export interface OpenDose {
  readonly at: Instant;
  /** Length of the infusion, h; 0: at once. */
  readonly hours: number;
  /** Which of the amounts it takes. */
  readonly slot: number;
}

/** Paths for any amounts, mg by slot. */
export type PathsOf = (amounts: readonly number[]) => Paths;

/** Concentration and exposure, members × readings. */
interface Course {
  readonly concentration: Float64Array;
  readonly exposure: Float64Array;
}

/** Something that is there without new doses, and what 1 mg in each slot adds to it. */
interface Parts {
  readonly base: Float64Array;
  readonly slots: readonly Float64Array[];
}

/**
 * Where concentrations are proportional to doses, the paths under a regimen are those without it and, for each dose, the amount times
 * the answer to 1 mg, shifted to its time: one answer serves every interval and every amount. As the direct forecast, up to
 * rounding. Null where the structure of a member is not linear, or takes up by several ways. `times` an hour apart; `controls`: what is
 * given and planned. Values are computed when they are first asked for.
 */
export function superposition(
  drug: Drug,
  members: readonly Member<DosingState>[],
  controls: readonly ControlInput[],
  times: readonly Instant[],
): ((doses: readonly OpenDose[]) => PathsOf) | null {
  const layout = memberLayout(drug);
  const oral = drug.regimens.route === 'oral';
  const owns = members.map(({ parameters, state }) => {
    const values = layout.values(parameters);
    const { structure } = drug.models[layout.model(parameters)];
    const { ways = BY_GUT } = structure;
    const run = (from: Float64Array) => memberRun(structure, parameters, () => values, from);
    return { structure, values, run, state, ways, lag: (oral && values[ways[0]?.lag]) || 0 };
  });
  // Of several ways each has a lag of its own.
  if (!owns.every(({ structure, ways }) => structure.linear && ways.length <= 1)) return null;
  const [begin] = times;
  const count = times.length;
  const mic = drug.mic && new Float64Array(members.length * count);
  members.forEach(({ parameters }, m) => void mic?.fill(layout.mic(parameters), m * count, (m + 1) * count));
  const known = dosesOf(drug, controls);

  /** From `from` hours on, every hour. */
  const readings = (fedOf: (own: (typeof owns)[number]) => { fed: FedRun; from: number }): Course => {
    const concentration = new Float64Array(members.length * count);
    const exposure = new Float64Array(members.length * count);
    const at = new Float64Array(count);
    owns.forEach((own, m) => {
      const { fed, from } = fedOf(own);
      for (let k = 0; k < count; k++) at[k] = onTick(from) + k;
      for (let k = 0; k < count; ) {
        const swept = fed.sweep(at, k, concentration, exposure, m * count + k);
        if (swept === 0) {
          fed.to(at[k]);
          concentration[m * count + k] = fed.run.concentration();
          exposure[m * count + k] = fed.run.exposure();
        }
        k += Math.max(1, swept);
      }
    });
    return { concentration, exposure };
  };

  /** Readings without new doses, `phase` ms after the times of the grid, by mouth when what is given then has its lag behind it. */
  const standing = once((phase: number, lagged: boolean) =>
    readings(({ run, values, state, ways, lag }) => {
      const doses = known.map((each) => ({ ...each, time: each.time - hours(state.at) }));
      const fed = new FedRun(run(state.values), new Feed(inflowsOf(doses, () => values, ways)), 0);
      return { fed, from: (begin + phase - state.at) / HOUR + (lagged ? lag : 0) };
    }),
  );

  /** Readings every hour after 1 mg is given, from `phase` ms after on, by mouth from then and its lag on where `lagged`. */
  const answer = once((phase: number, lagged: boolean, length: number) =>
    readings(({ run, structure, values, ways, lag }) => {
      const route = oral && length === 0 ? 'oral' : 'intravenous';
      const one = { time: 0, amount: 1, hours: length, route } as const;
      return {
        fed: new FedRun(run(structure.rest(values)), new Feed(inflowsOf([one], () => values, ways)), 0),
        from: phase / HOUR + (lagged ? lag : 0),
      };
    }),
  );
  /** Concentration right after 1 mg at once. */
  const atOnce = once(() =>
    Float64Array.from(owns, ({ structure, values, run }) => {
      const given = run(structure.rest(values));
      given.give('blood', 1);
      return given.concentration();
    }),
  );

  /** Adds what every member reads at a time of the grid. */
  const addReading = (values: Float64Array, k: number, to: Float64Array) => {
    for (let m = 0; m < to.length; m++) to[m] += values[m * count + k];
  };

  /** Concentrations at the time of a dose: just before it, or when it is in. */
  function mark(doses: readonly OpenDose[], at: number, before: boolean): Parts {
    const after = at - begin;
    const base = new Float64Array(members.length);
    addReading(standing(modulo(after), oral).concentration, Math.floor(after / HOUR), base);
    const slots = slotsOf(doses).map(() => new Float64Array(members.length));
    for (const dose of doses) {
      const since = at - dose.at;
      if (since < 0 || (since === 0 && (before || dose.hours > 0))) continue;
      if (since === 0) for (let m = 0; m < members.length; m++) slots[dose.slot][m] += atOnce()[m];
      else {
        const { concentration } = answer(modulo(since), oral, dose.hours);
        addReading(concentration, Math.floor(since / HOUR), slots[dose.slot]);
      }
    }
    return { base, slots };
  }

  return (doses) => {
    const base = standing(0, false);
    const course = once((name: keyof Course): Parts => {
      const slots = slotsOf(doses).map(() => new Float64Array(members.length * count));
      for (const { at, hours: length, slot } of doses) {
        const first = Math.max(0, Math.ceil((at - begin) / HOUR));
        if (first >= count) continue;
        const own = answer(times[first] - at, false, length)[name];
        for (let m = 0; m < members.length; m++) {
          const to = m * count;
          for (let i = first; i < count; i++) slots[slot][to + i] += own[to + i - first];
        }
      }
      return { base: base[name], slots };
    });
    const last = times[count - 1];
    const marks = once((before: boolean) =>
      doses
        .map((dose) => (before ? dose.at : dose.at + dose.hours * HOUR))
        .filter((at) => at < last)
        .toSorted((a, b) => a - b)
        .map((at) => ({ at, parts: mark(doses, at, before) })),
    );
    return (amounts) => {
      const concentration = once(() => sum(course('concentration'), amounts));
      const values = lazily({
        [CONCENTRATION]: concentration,
        [EXPOSURE]: () => sum(course('exposure'), amounts),
        // What enters by mouth has its highest concentration at no time of its own.
        [PEAK]: () => lastMarks(oral ? [] : marks(false), amounts, concentration()),
        [TROUGH]: () => lastMarks(marks(true), amounts, concentration()),
        ...(mic && { [MIC]: () => mic }),
      });
      return { members: members.length, times, values };
    };
  };

  /** The last mark before each reading; before there is one, what is read. */
  function lastMarks(
    marks: readonly { readonly at: number; readonly parts: Parts }[],
    amounts: readonly number[],
    read: Float64Array,
  ): Float64Array {
    const out = read.slice();
    const values = marks.map(({ parts }) => sum(parts, amounts));
    owns.forEach(({ lag }, m) => {
      let next = 0;
      for (let i = 0; i < count; i++) {
        while (next < marks.length && times[i] > marks[next].at + lag * HOUR) next++;
        if (next > 0) out[m * count + i] = values[next - 1][m];
      }
    });
    return out;
  }
}

function slotsOf(doses: readonly OpenDose[]): readonly number[] {
  return Array.from({ length: 1 + Math.max(0, ...doses.map(({ slot }) => slot)) }, (_, slot) => slot);
}

function sum({ base, slots }: Parts, amounts: readonly number[]): Float64Array {
  const out = base.slice();
  slots.forEach((own, slot) => {
    const amount = amounts[slot];
    for (let i = 0; i < out.length; i++) out[i] += amount * own[i];
  });
  return out;
}

/** Remainder of a duration in whole hours, ms, not negative. */
function modulo(duration: number): number {
  return ((duration % HOUR) + HOUR) % HOUR;
}

/** Values that are computed when they are first asked for. */
function lazily<T>(made: Readonly<Record<string, () => T>>): Readonly<Record<string, T>> {
  const values = {};
  for (const [name, make] of Object.entries(made)) {
    const value = once(make);
    Object.defineProperty(values, name, { get: () => value(), enumerable: true });
  }
  return values;
}

/** Computed once for the same arguments. */
function once<A extends readonly (number | boolean | string)[], R>(make: (...given: A) => R): (...given: A) => R {
  const made = new Map<string, R>();
  return (...given) => {
    const key = given.join('|');
    let found = made.get(key);
    if (found === undefined) {
      found = make(...given);
      made.set(key, found);
    }
    return found;
  };
}
