import { solveLower } from '@gemel/numerics/linalg/cholesky';
import { covarianceRoot } from '@gemel/numerics/linalg/lower-factor';
import { logGamma } from '@gemel/numerics/special/gamma';
import { inferenceErrors } from '../errors.data.ts';

/** What is observed of a state at one time, and with what error: the same for every filter. */
export interface ObservationOperator {
  /** Number of observed values. */
  readonly size: number;
  /** Covariance of the error, size × size, row-major. */
  readonly covariance: Float64Array;
  /** members × dimension → members × size, free of error. */
  observe(ensemble: Float64Array, members: number): Float64Array;
  /** size × dimension derivative at one state; absent: central differences. */
  jacobian?(state: Float64Array): Float64Array;
}

/** Values observed at one time; a component that is NaN is missing. */
export interface Observation {
  readonly time: number;
  readonly operator: ObservationOperator;
  readonly values: Float64Array;
}

/** y = H x: `matrix` is size × dimension. */
export function linearObservation(
  matrix: Float64Array,
  size: number,
  dimension: number,
  covariance: Float64Array,
): ObservationOperator {
  return {
    size,
    covariance,
    jacobian: () => matrix,
    observe(ensemble, members) {
      const y = new Float64Array(members * size);
      for (let m = 0; m < members; m++) {
        for (let i = 0; i < size; i++) {
          let s = 0;
          for (let j = 0; j < dimension; j++) s += matrix[i * dimension + j] * ensemble[m * dimension + j];
          y[m * size + i] = s;
        }
      }
      return y;
    },
  };
}

/** Some coordinates of the state observed directly, with independent errors of the given variances. */
export function coordinateObservation(
  coordinates: readonly number[],
  dimension: number,
  variances: ArrayLike<number>,
): ObservationOperator {
  const size = coordinates.length;
  const matrix = new Float64Array(size * dimension);
  const covariance = new Float64Array(size * size);
  coordinates.forEach((c, i) => {
    matrix[i * dimension + c] = 1;
    covariance[i * size + i] = variances[i];
  });
  return {
    ...linearObservation(matrix, size, dimension, covariance),
    observe(ensemble, members) {
      const y = new Float64Array(members * size);
      for (let m = 0; m < members; m++)
        for (let i = 0; i < size; i++) y[m * size + i] = ensemble[m * dimension + coordinates[i]];
      return y;
    },
  };
}

/** y = f(x) for one state at a time. */
export function functionObservation(
  size: number,
  dimension: number,
  f: (state: Float64Array) => ArrayLike<number>,
  covariance: Float64Array,
  jacobian?: (state: Float64Array) => Float64Array,
): ObservationOperator {
  return {
    size,
    covariance,
    ...(jacobian && { jacobian }),
    observe(ensemble, members) {
      const y = new Float64Array(members * size);
      for (let m = 0; m < members; m++) y.set(f(ensemble.subarray(m * dimension, (m + 1) * dimension)), m * size);
      return y;
    },
  };
}

/**
 * The observation without its missing (NaN) components; itself where none is missing.
 * @throws inference-shape where values and operator differ in number
 */
export function presentComponents(observation: Observation): Observation {
  const { operator, values, time } = observation;
  if (values.length !== operator.size) {
    throw inferenceErrors.error(
      'inference-shape',
      `${values.length} values were given to an operator of ${operator.size}, at time ${time}.`,
    );
  }
  const kept = [...values.keys()].filter((i) => !Number.isNaN(values[i]));
  if (kept.length === operator.size) return observation;
  const { size } = operator;
  const rows = (a: Float64Array, columns: number) => {
    const out = new Float64Array(kept.length * columns);
    kept.forEach((k, i) => {
      out.set(a.subarray(k * columns, (k + 1) * columns), i * columns);
    });
    return out;
  };
  const covariance = new Float64Array(kept.length ** 2);
  kept.forEach((a, i) => {
    kept.forEach((b, j) => {
      covariance[i * kept.length + j] = operator.covariance[a * size + b];
    });
  });
  return {
    time,
    values: rows(values, 1),
    operator: {
      size: kept.length,
      covariance,
      observe(ensemble, members) {
        const all = operator.observe(ensemble, members);
        const y = new Float64Array(members * kept.length);
        for (let m = 0; m < members; m++)
          for (let i = 0; i < kept.length; i++) y[m * kept.length + i] = all[m * size + kept[i]];
        return y;
      },
      jacobian: (state) => rows(jacobianOf(operator, state), state.length),
    },
  };
}

/** Observations of one time as one, their errors independent of each other. */
export function stackObservations(parts: readonly Observation[]): Observation {
  if (parts.length === 1) return parts[0];
  const size = parts.reduce((sum, p) => sum + p.operator.size, 0);
  const covariance = new Float64Array(size * size);
  const values = new Float64Array(size);
  let at = 0;
  for (const { operator, values: v } of parts) {
    values.set(v, at);
    for (let i = 0; i < operator.size; i++)
      for (let j = 0; j < operator.size; j++)
        covariance[(at + i) * size + at + j] = operator.covariance[i * operator.size + j];
    at += operator.size;
  }
  return {
    time: parts[0].time,
    values,
    operator: {
      size,
      covariance,
      observe(ensemble, members) {
        const y = new Float64Array(members * size);
        let from = 0;
        for (const { operator } of parts) {
          const part = operator.observe(ensemble, members);
          for (let m = 0; m < members; m++)
            y.set(part.subarray(m * operator.size, (m + 1) * operator.size), m * size + from);
          from += operator.size;
        }
        return y;
      },
      jacobian(state) {
        const h = new Float64Array(size * state.length);
        let from = 0;
        for (const { operator } of parts) {
          h.set(jacobianOf(operator, state), from * state.length);
          from += operator.size;
        }
        return h;
      },
    },
  };
}

/** size × dimension derivative of the operator at a state. */
export function jacobianOf(operator: ObservationOperator, state: Float64Array): Float64Array {
  return operator.jacobian?.(state) ?? centralDifferences(state, operator.size, (e, m) => operator.observe(e, m));
}

/** outputs × dimension derivative by central differences, all points in one call; steps of ε^⅓ of the coordinate. */
export function centralDifferences(
  state: Float64Array,
  outputs: number,
  f: (ensemble: Float64Array, members: number) => Float64Array,
): Float64Array {
  const n = state.length;
  const points = new Float64Array(2 * n * n);
  const steps = state.map((x) => Math.cbrt(Number.EPSILON) * Math.max(1, Math.abs(x)));
  for (let j = 0; j < n; j++) {
    points.set(state, 2 * j * n);
    points.set(state, (2 * j + 1) * n);
    points[2 * j * n + j] += steps[j];
    points[(2 * j + 1) * n + j] -= steps[j];
  }
  const y = f(points, 2 * n);
  const jacobian = new Float64Array(outputs * n);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < outputs; i++) {
      jacobian[i * n + j] = (y[2 * j * outputs + i] - y[(2 * j + 1) * outputs + i]) / (2 * steps[j]);
    }
  }
  return jacobian;
}

/**
 * log p(values | state) per member, for particle filters: normal errors, or with `freedom` a multivariate Student error of
 * that scale matrix, under which an outlier loses its pull. Missing components are left out. −Infinity for every member
 * where the covariance is singular or not positive; for a member whose prediction is not finite.
 */
export function observationLogLikelihood(
  observation: Observation,
  ensemble: Float64Array,
  members: number,
  freedom?: number,
): Float64Array {
  const { operator, values } = presentComponents(observation);
  const { size } = operator;
  const root = covarianceRoot(operator.covariance, size);
  const out = new Float64Array(members);
  if (size === 0) return out;
  let logDeterminant = 0;
  if (root) for (let i = 0; i < size; i++) logDeterminant += 2 * Math.log(root[i * size + i]);
  if (!root || !Number.isFinite(logDeterminant)) return out.fill(-Infinity);
  const y = operator.observe(ensemble, members);
  const residual = new Float64Array(size);
  for (let m = 0; m < members; m++) {
    for (let i = 0; i < size; i++) residual[i] = values[i] - y[m * size + i];
    let square = 0;
    for (const e of solveLower(root, size, residual)) square += e * e;
    if (!Number.isFinite(square)) out[m] = -Infinity;
    else if (freedom === undefined) out[m] = -0.5 * (square + logDeterminant + size * Math.log(2 * Math.PI));
    else {
      out[m] =
        logGamma((freedom + size) / 2) -
        logGamma(freedom / 2) -
        0.5 * (size * Math.log(freedom * Math.PI) + logDeterminant + (freedom + size) * Math.log1p(square / freedom));
    }
  }
  return out;
}
