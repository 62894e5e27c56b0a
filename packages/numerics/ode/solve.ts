import { type ExplicitMethod, explicitStep, stagesFor } from './method.ts';
import type { OdeProblem } from './problem.ts';
import { OdeSolution, type OdeStatus, type Segment } from './solution.ts';
import { type AdaptiveSteps, type StepControl, scaledError, stepFactor } from './step-control.ts';

/**
 * Solves a problem with an explicit method under fixed or adaptive steps. Never throws for numerical reasons: the
 * solution's `status` says how it ended. Adaptive steps need a method with an error estimate (RangeError otherwise).
 */
export function solve(problem: OdeProblem, method: ExplicitMethod, control: StepControl): OdeSolution {
  if (control.kind === 'adaptive' && method.error === undefined) {
    throw new RangeError(`${method.name} has no error estimate: give it fixed steps.`);
  }
  const [start, end] = problem.span;
  const stops = [...(problem.jumps ?? []).filter((t) => t > start && t < end), end];
  const stages = stagesFor(method, problem.initial.length);
  const ends = new Float64Array(problem.initial.length);
  let evaluations = 0;
  // While a step ends on a jump, its last stages must see f from the left of it.
  let latest = Number.POSITIVE_INFINITY;
  const rhs = (t: number, y: Float64Array, dy: Float64Array) => {
    evaluations++;
    problem.rhs(Math.min(t, latest), y, dy);
  };
  const times = [start];
  const states = [problem.initial.slice()];
  const segments: Segment[] = [];
  let rejected = 0;
  let status: OdeStatus = 'complete';
  let t = start;
  let y = states[0];
  let lastError = 1;
  const most = control.kind === 'adaptive' ? (control.mostSteps ?? 1_000_000) : Number.POSITIVE_INFINITY;
  rhs(t, y, stages.k[0]);
  let h = control.kind === 'fixed' ? control.step : (control.first ?? firstStep(control, rhs, t, y, stages.k[0], end));
  const longest = control.kind === 'adaptive' ? (control.longest ?? Number.POSITIVE_INFINITY) : control.step;

  solving: for (const stop of stops) {
    while (t < stop) {
      if (segments.length + rejected >= most) {
        status = 'too-many-steps';
        break solving;
      }
      const wanted = Math.min(h, longest);
      // A remainder of rounding size is not worth a step of its own.
      const lands = t + wanted * (1 + 1e-12) >= stop;
      const step = lands ? stop - t : wanted;
      if (!(step > Math.abs(t) * 4.5e-16)) {
        status = 'step-too-small';
        break solving;
      }
      const jump = lands && stop < end;
      latest = jump ? justBefore(stop) : Number.POSITIVE_INFINITY;
      const next = new Float64Array(y.length);
      explicitStep(method, rhs, t, y, step, stages, next);
      const finite = allFinite(next);
      if (control.kind === 'adaptive') {
        const error = finite ? scaledError(control, method.error!, stages.k, step, y, next) : Number.POSITIVE_INFINITY;
        if (!(error <= 1)) {
          rejected++;
          h = step * (Number.isFinite(error) ? Math.min(0.9, stepFactor(error, 1, method.order)) : 0.2);
          continue;
        }
        const grown = step * stepFactor(error, lastError, method.order);
        h = lands ? Math.max(grown, Math.min(h, 5 * step)) : grown;
        lastError = Math.max(error, 1e-4);
      } else if (!finite) {
        status = 'not-finite';
        break solving;
      }
      const from = t;
      t = lands ? stop : t + step;
      // Hermite needs the derivative at the step's end, from before any jump.
      if (!method.firstSameAsLast) rhs(t, next, ends);
      const k = method.firstSameAsLast ? stages.k : [...stages.k, ends];
      const kept = new Float64Array(k.length * next.length);
      for (let i = 0; i < k.length; i++) kept.set(k[i], i * next.length);
      latest = Number.POSITIVE_INFINITY;
      if (jump) rhs(t, next, stages.k[0]);
      else stages.k[0].set(k[k.length - 1]);
      segments.push({ t: from, h: step, y, k: kept });
      times.push(t);
      states.push(next);
      y = next;
    }
  }
  return new OdeSolution(method, status, times, states, segments, { rejected, evaluations });
}

function allFinite(y: Float64Array): boolean {
  for (let i = 0; i < y.length; i++) if (!Number.isFinite(y[i])) return false;
  return true;
}

/** The largest number below t. */
function justBefore(t: number): number {
  return t === 0 ? -Number.MIN_VALUE : t - Math.abs(t) * 1.2e-16;
}

/** Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.4: a first step from f and its change. */
function firstStep(
  control: AdaptiveSteps,
  rhs: (t: number, y: Float64Array, dy: Float64Array) => void,
  t: number,
  y: Float64Array,
  slope: Float64Array,
  end: number,
): number {
  const floor = (i: number) =>
    (typeof control.absolute === 'number' ? control.absolute : control.absolute[i]) + control.relative * Math.abs(y[i]);
  const norm = (v: Float64Array) => Math.sqrt(v.reduce((sum, value, i) => sum + (value / floor(i)) ** 2, 0) / v.length);
  const size = norm(y);
  const speed = norm(slope);
  const guess = size < 1e-5 || speed < 1e-5 ? 1e-6 : (0.01 * size) / speed;
  const moved = y.map((value, i) => value + guess * slope[i]);
  const there = new Float64Array(y.length);
  rhs(t + guess, moved, there);
  const bend = norm(there.map((value, i) => value - slope[i])) / guess;
  const most = Math.max(speed, bend);
  const second = most <= 1e-15 ? Math.max(1e-6, guess * 1e-3) : (0.01 / most) ** (1 / 5);
  return Math.min(100 * guess, second, end - t);
}
