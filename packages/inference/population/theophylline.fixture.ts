import type { Subject } from './population.ts';
import { rowsBySubject } from './subject-table.fixture.ts';

/** One subject of the theophylline study: an oral dose, and concentrations over a day. */
export interface Course {
  readonly id: string;
  /** kg. */
  readonly weight: number;
  /** mg per kg. */
  readonly dose: number;
  /** h. */
  readonly times: Float64Array;
  /** mg/L. */
  readonly observed: Float64Array;
}

/** Reads rows of subject, weight, dose, time, concentration; readings before `from` hours are left out. */
export function theophylline(bytes: Uint8Array, from = 0): readonly Course[] {
  return rowsBySubject(new TextDecoder().decode(bytes)).map(([id, own]) => {
    const kept = own.filter(([, , , time]) => time >= from);
    return {
      id: String(id),
      weight: own[0][1],
      dose: own[0][2],
      times: Float64Array.from(kept, ([, , , time]) => time),
      observed: Float64Array.from(kept, ([, , , , y]) => y),
    };
  });
}

/** Subjects of one compartment with first-order absorption; the law gives dose, ka, volume and elimination constant. */
export function oralSubjects(
  courses: readonly Course[],
  design: (course: Course) => Float64Array,
  law: (
    course: Course,
    theta: Float64Array,
    eta: Float64Array,
  ) => { readonly dose: number; readonly ka: number; readonly volume: number; readonly ke: number },
  /** Hours since earlier doses of the same size. */
  earlier: readonly number[] = [],
): readonly Subject[] {
  return courses.map((course) => ({
    id: course.id,
    observed: course.observed,
    design: design(course),
    predict: (theta, eta, out) => {
      const { dose, ka, volume, ke } = law(course, theta, eta);
      const scale = (dose * ka) / (volume * (ka - ke));
      const after = (t: number) => scale * (Math.exp(-ke * t) - Math.exp(-ka * t));
      for (let i = 0; i < out.length; i++) {
        out[i] = after(course.times[i]);
        for (const delay of earlier) out[i] += after(course.times[i] + delay);
      }
      return true;
    },
  }));
}
