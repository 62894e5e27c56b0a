import { HOUR } from '@gemel/core';
import { sniffDoor } from '@gemel/exchange';
import { describe, expect, test } from 'vitest';
import { courseFiles, DEMO_COURSES, liveCourse } from './demo-courses.ts';
import { DEMO_NOW, DEMO_START } from './demo-people.ts';
import { decode } from './sources.ts';

function read(files: ReturnType<typeof courseFiles>) {
  return files.flatMap((file) => {
    const bytes = new TextEncoder().encode(file.text);
    const decoded = [
      ...decode({ name: file.name, bytes, sha256: '', door: sniffDoor(bytes, file.name)! }, file.options),
    ];
    expect(decoded.filter((entry) => entry.fate === 'refused')).toEqual([]);
    return decoded.flatMap((entry) => entry.items);
  });
}

describe.each(DEMO_COURSES.map((course) => [course.id, course] as const))('%s', (_id, course) => {
  const lived = liveCourse(course, 1);

  test('doses, levels, creatinine and who they are come back through the door, about one subject', () => {
    const items = read(courseFiles(lived, DEMO_START, DEMO_NOW, 'record'));
    expect(new Set(items.map(({ subject }) => subject))).toEqual(new Set([`Patient/${course.id}`]));
    const doses = lived.plan.doses.filter(({ to }) => to < DEMO_NOW);
    const levels = lived.levels.filter(({ at }) => at < DEMO_NOW);
    expect(items.filter(({ kind }) => kind === 'control')).toHaveLength(doses.length);
    expect(doses.length).toBeGreaterThan(3);
    expect(levels.length).toBeGreaterThan(1);
    const creatinine = lived.creatinine.filter(({ at }) => at < DEMO_NOW);
    expect(items.filter(({ kind }) => kind === 'observation')).toHaveLength(levels.length + creatinine.length);
    const facts = new Set(items.flatMap((item) => (item.kind === 'fact' ? [item.fact] : [])));
    for (const name of ['name', 'sex', 'birthDate', 'body.weight', 'body.height']) expect(facts).toContain(name);
  });

  test('the stay goes on in the demonstration, said once whatever it is cut into; equal seeds give equal stays', () => {
    const whole = read(courseFiles(lived, DEMO_NOW, DEMO_NOW + 48 * HOUR, 'a'));
    const pieces = Array.from({ length: 48 }, (_, h) =>
      read(courseFiles(lived, DEMO_NOW + h * HOUR, DEMO_NOW + (h + 1) * HOUR, `p${h}`)),
    ).flat();
    expect(whole.length).toBeGreaterThan(4);
    expect(pieces).toHaveLength(whole.length);
    expect(liveCourse(course, 1)).toEqual(lived);
    expect(liveCourse(course, 2).levels).not.toEqual(lived.levels);
  });
});
