import type { RawItem } from '@gemel/core';
import { DAY, HOUR } from '@gemel/core';
import { sniffDoor } from '@gemel/exchange';
import { describe, expect, test } from 'vitest';
import { personFiles } from './demo-files.ts';
import { DEMO_PEOPLE, DEMO_START, deviceLog, liveDays, subjectOf } from './demo-people.ts';
import { decode } from './sources.ts';

function read(files: ReturnType<typeof personFiles>): RawItem[] {
  return files.flatMap((file) => {
    const bytes = new TextEncoder().encode(file.text);
    const door = sniffDoor(bytes, file.name)!;
    const decoded = [...decode({ name: file.name, bytes, sha256: '', door }, file.options)];
    expect(decoded.filter((entry) => entry.fate === 'refused')).toEqual([]);
    return decoded.flatMap((entry) => entry.items);
  });
}

const controlsOf = (items: readonly RawItem[], code: string) =>
  items.filter((item) => item.kind === 'control' && item.codings.some((coding) => coding.code === code));

describe.each(DEMO_PEOPLE.map((person) => [person.id, person] as const))('%s', (_id, person) => {
  const life = liveDays(person, 1, 2);

  test('every record of the days comes back through the doors, about one subject', () => {
    const to = DEMO_START + 2 * DAY;
    const log = deviceLog(life, DEMO_START, to);
    const items = read(personFiles(life, DEMO_START, to, 'record'));
    expect(new Set(items.map((item) => item.subject))).toEqual(new Set([subjectOf(person)]));
    expect(items.filter((item) => item.kind === 'observation').length).toBe(log.glucose.length);
    expect(controlsOf(items, 'insulin.bolus').length).toBe(log.bolus.length);
    expect(controlsOf(items, 'insulin.basal').length).toBe(log.basal.length);
    expect(controlsOf(items, 'meal.carbohydrate').length).toBe(log.carbohydrate.length);
    const facts = new Set(items.filter((item) => item.kind === 'fact').map((item) => item.fact));
    expect(facts).toContain('birthDate');
    expect(facts).toContain('condition');
    expect(facts).toContain('sensor.start');
    if (person.records === 'complete') expect(facts).toContain('therapy.carbohydrate-ratio');
    else expect(log.bolus.length + log.basal.length + log.carbohydrate.length).toBe(0);
  });

  test('files of a day cut in pieces hold what the files of the whole day hold', () => {
    const key = (item: RawItem) =>
      JSON.stringify([
        item.kind,
        'time' in item ? item.time : null,
        'value' in item ? item.value : null,
        'codings' in item && item.codings,
      ]);
    const whole = read(personFiles(life, DEMO_START, DEMO_START + DAY, 'a')).map(key);
    const pieces = Array.from({ length: 24 }, (_, hour) =>
      read(personFiles(life, DEMO_START + hour * HOUR, DEMO_START + (hour + 1) * HOUR, `p${hour}`)).map(key),
    ).flat();
    const only = (lines: string[]) => [...new Set(lines)].sort();
    expect(only(pieces)).toEqual(only(whole));
  });
});

test('equal seeds give equal files', () => {
  const [person] = DEMO_PEOPLE;
  const files = () => personFiles(liveDays(person!, 3, 1), DEMO_START, DEMO_START + DAY, 'x').map((file) => file.text);
  expect(files()).toEqual(files());
});
