import type { DatasetRecord, DatasetSubject } from '../dataset/read-dataset.ts';
import { populationErrors } from './errors.data.ts';
import { type CovariateEffect, type EffectScale, type PopulationModel, scaleOf } from './population-model.ts';

interface Law {
  readonly theta: number;
  readonly scale: EffectScale;
  /** Positions among the random effects of the subject and of an occasion; −1 where there is none. */
  readonly between: number;
  readonly within: number;
  readonly effects: readonly (CovariateEffect & { readonly theta: number })[];
}

/** A record's covariates and occasion, alike for many records. */
interface Setting {
  readonly covariates: readonly (readonly number[])[];
  readonly occasion: number;
}

/** The parameters of one subject as functions of fixed and random effects. */
export class Individual {
  readonly occasions: number;
  /** For each record, which setting holds. */
  readonly settingOf: readonly number[];
  readonly #laws: readonly Law[];
  readonly #settings: readonly Setting[];
  readonly #between: number;
  readonly #within: number;
  readonly #thetas: number;

  /** @throws population-covariate */
  constructor(model: PopulationModel, subject: DatasetSubject, file: string) {
    const { text, thetaNames, between, within, parameters } = model;
    this.#between = between.names.length;
    this.#within = within.names.length;
    this.#thetas = thetaNames.length;
    this.#laws = parameters.map((name) => ({
      theta: thetaNames.indexOf(name),
      scale: scaleOf(text, name),
      between: between.names.indexOf(name),
      within: within.names.indexOf(name),
      effects: (text.covariates?.[name] ?? []).map((effect) => ({
        ...effect,
        theta: thetaNames.indexOf(effect.coefficient),
      })),
    }));
    const read = (record: DatasetRecord, column: string): number => {
      const value = record.covariates.get(column.toUpperCase());
      if (value !== undefined) return value;
      const message = `${file}, row ${record.line}: subject ${subject.id} has no ${column}`;
      throw populationErrors.error('population-covariate', message, { file, line: record.line, field: column });
    };
    const occasions: number[] = [];
    const settings: Setting[] = [];
    const known = new Map<string, number>();
    this.settingOf = subject.records.map((record) => {
      const covariates = this.#laws.map((law) => law.effects.map(({ column }) => read(record, column)));
      let occasion = -1;
      if (text.occasions) {
        const value = read(record, text.occasions.column);
        if (!occasions.includes(value)) occasions.push(value);
        occasion = occasions.indexOf(value);
      }
      const key = JSON.stringify([covariates, occasion]);
      if (!known.has(key)) {
        known.set(key, settings.length);
        settings.push({ covariates, occasion });
      }
      return known.get(key)!;
    });
    this.#settings = settings;
    this.occasions = occasions.length;
  }

  get settings(): number {
    return this.#settings.length;
  }

  /**
   * How fixed effects shift random effects on the scales of the model's `links`, random effects × fixed effects: parameters depend on θ and η
   * through η + design · link(θ) alone. NaN in the column of a fixed effect that acts otherwise: one of a parameter
   * without random effects, of a covariate that changes, or of a form that does not add on the parameter's scale.
   */
  design(): Float64Array {
    const p = this.#thetas;
    const rows = this.#between + this.occasions * this.#within;
    const design = new Float64Array(rows * p);
    const put = (law: Law, theta: number, value: number) => {
      const adds = law.between >= 0 || law.within >= 0;
      if (!adds || Number.isNaN(value)) design[theta] = Number.NaN;
      else if (law.between >= 0) design[law.between * p + theta] += value;
      else
        for (let o = 0; o < this.occasions; o++)
          design[(this.#between + o * this.#within + law.within) * p + theta] += value;
    };
    this.#laws.forEach((law, l) => {
      const plain = law.scale === 'log' || law.effects.length === 0;
      put(law, law.theta, plain ? 1 : Number.NaN);
      law.effects.forEach(({ theta, form, reference }, k) => {
        const x = this.#settings[0].covariates[l][k];
        const constant = this.#settings.every(({ covariates }) => covariates[l][k] === x);
        const slope = form === 'power' ? Math.log(x / reference) : form === 'exponential' ? x - reference : Number.NaN;
        put(law, theta, constant && law.scale === 'log' ? slope : Number.NaN);
      });
    });
    return design;
  }

  /** Parameters in the model's order. */
  parameters(setting: number, theta: Float64Array, eta: Float64Array, out: Float64Array): void {
    const { covariates, occasion } = this.#settings[setting];
    for (let p = 0; p < this.#laws.length; p++) {
      const law = this.#laws[p];
      let typical = theta[law.theta];
      for (let k = 0; k < law.effects.length; k++) {
        const { form, reference, theta: at } = law.effects[k];
        const x = covariates[p][k];
        if (form === 'power') typical *= (x / reference) ** theta[at];
        else if (form === 'exponential') typical *= Math.exp(theta[at] * (x - reference));
        else typical *= 1 + theta[at] * (x - reference);
      }
      let effect = law.between < 0 ? 0 : eta[law.between];
      if (law.within >= 0 && occasion >= 0) effect += eta[this.#between + occasion * this.#within + law.within];
      if (law.scale === 'log') out[p] = typical * Math.exp(effect);
      else if (law.scale === 'normal') out[p] = typical + effect;
      else out[p] = 1 / (1 + ((1 - typical) / typical) * Math.exp(-effect));
    }
  }
}
