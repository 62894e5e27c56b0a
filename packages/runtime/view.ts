import type { ControlSpec, Pack } from './pack.ts';

/** A unit that values are shown in: what is kept times `factor`, with so many digits after the point. */
export interface ShownUnit {
  readonly unit: string;
  readonly factor: number;
  readonly decimals: number;
}

/** An amount or a time that a person sets: a slider from `least` to `to` by `step`, a number field up to `most`. */
export interface Field {
  readonly least?: number;
  readonly to: number;
  readonly step: number;
  readonly most: number;
  /** What stands there before anything is set. */
  readonly start: number;
}

/** A time, in the unit people speak of it in. */
export interface TimeField extends Field {
  readonly unit: 'min' | 'h';
}

/** How a person lays one control input over what is planned. */
export interface ControlForm {
  /** In addresses: `bolus`, `bolus-in`, `bolus-for`, `bolus-every`. */
  readonly name: string;
  /** In the control's unit. Zero: not given. */
  readonly amount: Field;
  /** The amount replaces what is planned while it lasts, as a rate does: zero is then an amount like others. */
  readonly replaces?: true;
  /** From now. */
  readonly begins: TimeField;
  readonly lasts?: TimeField;
  /** Given again at this interval as far as is foretold. */
  readonly every?: TimeField;
}

/** One control input on screens. */
export interface ControlView {
  readonly control: string;
  readonly title: string;
  /** Beside its lane. */
  readonly short: string;
  readonly unit: string;
  readonly decimals: number;
  readonly form: ControlForm;
}

/** A range that values should lie in. In the unit of the quantity. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly title: string;
}

/** How a twin is shown. Declared by its pack, so that no screen needs to know one pack from another. */
export interface TwinView {
  /** Signals whose values are the twin's data: charts and lists are of the first; the newest of any gives the age of the data. */
  readonly signals: readonly [string, ...string[]];
  /** The foretold trajectory that belongs to them. */
  readonly quantity: string;
  /** What the values are, for axes: `Glucose`. */
  readonly noun: string;
  /**
   * Age of the newest value from which it is stale, minutes: it is then greyed, and screens suspend advice. Null: a value does
   * not go stale by its age alone; readiness says what is lacking.
   */
  readonly staleMinutes: number | null;
  /** Units that values are shown in, first the one they are kept in; a reader is offered a choice where there are several. */
  readonly units: readonly [ShownUnit, ...ShownUnit[]];
  readonly band?: Band;
  /** What is aimed at where no band in the chart can show it, in words. */
  readonly aims?: readonly string[];
  /** Lines across charts. */
  readonly thresholds?: readonly { readonly value: number; readonly side: 'low' | 'high' }[];
  /** The value axis covers at least this. */
  readonly covers?: readonly [low: number, high: number];
  /** Stretches of time that are offered, hours before and after now; the first is shown first. */
  readonly windows: readonly [TimeWindow, ...TimeWindow[]];
  /** Hours of the past beside a what-if. */
  readonly pastHours: number;
  /** Leads at which the forecast is written out, minutes. */
  readonly leadsMinutes: readonly number[];
  /** Lead at which earlier forecasts are shown beside what came, minutes. */
  readonly thenMinutes: number;
  /** The longest silence over which measured values are joined by a line, minutes. */
  readonly joinedMinutes: number;
  /** Hours shown in lists. */
  readonly trendHours: number;
  readonly controls: readonly ControlView[];
  /** Its report is one sheet: set small in print. */
  readonly oneSheet?: true;
}

export interface TimeWindow {
  readonly past: number;
  readonly ahead: number;
}

// biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
type AnyPack = Pack<any>;

/** How a pack's twins are shown: as declared, else from what it observes, controls and foretells. */
export function viewOf(pack: AnyPack): TwinView {
  return pack.view ?? derived(pack);
}

function derived(pack: AnyPack): TwinView {
  const [scored] = pack.scores;
  const foretold = pack.quantities.find(({ name, kind }) =>
    scored === undefined ? kind === 'trajectory' : name === scored.quantity,
  );
  const signal = scored?.signal ?? pack.observes[0]?.signal ?? foretold?.name ?? '';
  const bound = pack.observes.find((binding) => binding.signal === signal);
  const hours = pack.forecast.horizonMinutes / 60;
  return {
    signals: [signal],
    quantity: foretold?.name ?? '',
    noun: bound?.title ?? foretold?.title ?? pack.title,
    staleMinutes: null,
    units: [{ unit: bound?.unit ?? foretold?.unit ?? '1', factor: 1, decimals: decimalsFor(bound?.plausible[1] ?? 1) }],
    windows: [
      { past: hours, ahead: hours },
      { past: 2 * hours, ahead: hours },
      { past: 4 * hours, ahead: hours },
    ],
    pastHours: hours / 2,
    leadsMinutes: scored?.leadsMinutes.slice(0, 2) ?? [],
    thenMinutes: scored?.leadsMinutes[0] ?? pack.forecast.stepMinutes,
    joinedMinutes: 3 * pack.forecast.stepMinutes,
    trendHours: 2 * hours,
    controls: pack.controls.map((spec) => controlView(spec, pack.forecast.horizonMinutes)),
  };
}

/** Digits after the point of values up to a size. */
export function decimalsFor(largest: number): number {
  return largest > 500 ? 0 : largest > 20 ? 1 : 2;
}

function controlView(spec: ControlSpec, horizon: number): ControlView {
  const [, most] = spec.plausible;
  const step = 10 ** Math.floor(Math.log10(Math.max(most, 1e-6) / 100));
  const time = { unit: 'min', to: horizon, step: 5, most: horizon } as const;
  const rate = spec.unit.includes('/');
  return {
    control: spec.control,
    title: spec.title,
    short: spec.title,
    unit: spec.unit,
    decimals: Math.max(0, -Math.floor(Math.log10(step))),
    form: {
      name: spec.control.replaceAll(/[^a-z0-9]+/gi, '-'),
      amount: { to: most / 2, step, most, start: 0 },
      begins: { ...time, start: 0 },
      ...(rate ? { replaces: true as const, lasts: { ...time, start: Math.min(60, horizon) } } : {}),
    },
  };
}
