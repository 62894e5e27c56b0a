import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccessAction } from './access.ts';
import { formatScope, narrowScopes, parseScope, scopePermits, scopeReach, scopeWords } from './scopes.ts';

const ANNA = 'Patient/anna';
const BEN = 'Patient/ben';
const LAB = 'http://terminology.hl7.org/CodeSystem/observation-category|laboratory';
const VITAL = 'http://terminology.hl7.org/CodeSystem/observation-category|vital-signs';

describe('one scope', () => {
  test.each([
    ['patient/Observation.rs', 'patient', 'Observation', 'rs'],
    ['user/*.cruds', 'user', '*', 'cruds'],
    ['system/Patient.s', 'system', 'Patient', 's'],
    ['patient/*.read', 'patient', '*', 'rs'],
    ['user/Condition.write', 'user', 'Condition', 'cud'],
    ['system/*.*', 'system', '*', 'cruds'],
  ])('%s is understood', (text, context, type, letters) => {
    expect(parseScope(text)).toEqual({ context, type, letters, only: [] });
  });

  test.each([
    '',
    'openid',
    'patient/Observation.',
    'patient/Observation.sr',
    'patient/Observation.rr',
    'patient/observation.rs',
    'patient/Observation',
    'patient/.rs',
    'Patient/Observation.rs',
    'patient/Observation.rs?',
    'patient/Observation.rs?category',
    'patient/Observation.rs?category=',
    'patient/Observation.rs?category=,',
    'patient/Observation.rs?code=1234',
    'patient/Observation.rs?category=a&subject=Patient/ben',
    'patient/Observation.rs?category=%E0%A4%A',
    'patient/Observation.rs patient/*.rs',
    'clinic/Observation.rs',
  ])('"%s" opens nothing', (text) => {
    expect(parseScope(text)).toBeNull();
    expect(scopePermits([text], ANNA, 'read', 'Observation', ANNA, [LAB])).toBe(false);
  });

  test('is narrowed by categories: one of each set', () => {
    const scope = parseScope(`patient/Observation.rs?category=${LAB},vital-signs&_security=N`);
    expect(scope!.only).toEqual([
      { by: 'category', any: [LAB, 'vital-signs'] },
      { by: '_security', any: ['N'] },
    ]);
  });
});

describe('what scopes permit', () => {
  const reads = (scope: string, patient: string | null, subject: string | null, labels?: readonly string[]) =>
    scopePermits([scope], patient, 'read', 'Observation', subject, labels);

  test('patient scopes reach the person of the launch and nobody else', () => {
    expect(reads('patient/*.rs', ANNA, ANNA)).toBe(true);
    expect(reads('patient/*.rs', ANNA, BEN)).toBe(false);
    expect(reads('patient/*.rs', null, ANNA)).toBe(false);
    expect(reads('user/*.rs', ANNA, BEN)).toBe(true);
  });

  test('patient scopes read what belongs to nobody, and do not change it', () => {
    expect(reads('patient/*.cruds', ANNA, null)).toBe(true);
    expect(scopePermits(['patient/*.cruds'], ANNA, 'update', 'Organization', null)).toBe(false);
    expect(scopePermits(['user/*.cruds'], ANNA, 'update', 'Organization', null)).toBe(true);
  });

  test('a narrowed scope opens only what bears its label', () => {
    const scope = `patient/Observation.rs?category=${LAB}`;
    expect(reads(scope, ANNA, ANNA, [LAB])).toBe(true);
    expect(reads(scope, ANNA, ANNA, [VITAL])).toBe(false);
    expect(reads(scope, ANNA, ANNA)).toBe(false);
    expect(reads('patient/Observation.rs?category=laboratory', ANNA, ANNA, [LAB])).toBe(true);
    expect(reads('patient/Observation.rs?category=oratory', ANNA, ANNA, [LAB])).toBe(false);
    expect(reads(`${scope}&_security=N`, ANNA, ANNA, [LAB])).toBe(false);
    expect(reads(`${scope}&_security=N`, ANNA, ANNA, [LAB, 'urn:x|N'])).toBe(true);
  });

  test('an action that needs two letters needs both, from one scope or two', () => {
    const simulates = (...scopes: string[]) => scopePermits(scopes, ANNA, 'simulate', 'Twin', ANNA);
    expect(simulates('patient/Twin.r')).toBe(false);
    expect(simulates('patient/Twin.r', 'patient/*.s')).toBe(true);
  });

  test('a search learns what to leave out', () => {
    expect(scopeReach(['patient/*.rs'], ANNA, 'search', 'Observation', ANNA)).toBe('all');
    expect(scopeReach(['patient/*.r'], ANNA, 'search', 'Observation', ANNA)).toEqual([[]]);
    expect(scopeReach(['patient/Observation.rs?category=laboratory'], ANNA, 'search', 'Observation', ANNA)).toEqual([
      [{ context: 'patient', type: 'Observation', letters: 'rs', only: [{ by: 'category', any: ['laboratory'] }] }],
    ]);
    expect(scopeReach('all', null, 'search', 'Observation', ANNA)).toBe('all');
  });
});

describe('what an app gets of what it asks for', () => {
  test.each<[string[], string[], string[]]>([
    [
      ['openid', 'launch/patient', 'patient/*.rs'],
      ['launch/patient', 'patient/Observation.rs'],
      ['launch/patient', 'patient/Observation.rs'],
    ],
    [['patient/*.read'], ['patient/*.cruds'], ['patient/*.read']],
    [['patient/*.*'], ['patient/*.rs'], ['patient/*.rs']],
    [
      ['patient/Observation.rs'],
      ['patient/Observation.rs?category=laboratory'],
      ['patient/Observation.rs?category=laboratory'],
    ],
    [['user/*.rs'], ['patient/*.rs'], []],
    [['made-up'], ['made-up'], []],
    [['patient/*.rs', 'patient/*.rs'], ['patient/*.rs'], ['patient/*.rs']],
  ])('%j within %j is %j', (asked, allowed, granted) => {
    expect(narrowScopes(asked, allowed)).toEqual(granted);
  });
});

describe('in plain words', () => {
  test.each([
    [
      'patient/Observation.rs?category=x|laboratory',
      'Read and search Observation (only laboratory) of the chosen person',
    ],
    ['user/MedicationRequest.cud', 'Add, change and delete Medication request of everybody whom you may see'],
    ['system/*.r', 'Read all data of everybody, without a person present'],
    ['patient/Twin.rs', 'Read and search the digital twin of the chosen person'],
    ['offline_access', 'Go on after you have logged out, until you withdraw it'],
  ])('%s: %s', (scope, words) => expect(scopeWords(scope)).toBe(words));
  test('a scope that opens nothing has no words', () => expect(scopeWords('patient/Observation.')).toBeNull());
});

const types = ['Observation', 'Condition', 'Twin'] as const;
const actions: readonly AccessAction[] = [
  'read',
  'search',
  'create',
  'update',
  'delete',
  'operate',
  'simulate',
  'release',
  'export',
  'erase',
];
const label = fc.constantFrom(LAB, VITAL, 'laboratory', 'vital-signs', 'urn:x|N');
const scope = fc
  .record({
    context: fc.constantFrom('patient', 'user', 'system'),
    type: fc.constantFrom('*', ...types),
    letters: fc.subarray([...'cruds'], { minLength: 1 }),
    only: fc.array(
      fc.record({
        by: fc.constantFrom('category', '_security'),
        any: fc.array(label, { minLength: 1, maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ letters, ...rest }) => ({ ...rest, letters: letters.join('') }) as const);
const scopes = fc.array(scope.map(formatScope), { maxLength: 4 });
const act = fc.record({
  patient: fc.constantFrom(ANNA, BEN, null),
  action: fc.constantFrom(...actions),
  type: fc.constantFrom(...types),
  subject: fc.constantFrom(ANNA, BEN, null),
  labels: fc.subarray([LAB, VITAL, 'urn:x|N', 'urn:y|laboratory']),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;
const permits = (held: readonly string[], { patient, action, type, subject, labels }: Act) =>
  scopePermits(held, patient, action, type, subject, labels);

describe('properties', () => {
  test('a scope written and read again is the same', () => {
    fc.assert(
      fc.property(scope, (one) => {
        expect(parseScope(formatScope(one))).toEqual(one);
      }),
    );
  });

  test('more scopes never permit less', () => {
    fc.assert(
      fc.property(scopes, scopes, act, (a, b, asked) => {
        if (permits(a, asked)) expect(permits([...a, ...b], asked)).toBe(true);
      }),
    );
  });

  test('what is granted permits an act of one letter exactly where what was asked and what is allowed both do', () => {
    const single = act.filter(({ action }) => ['read', 'search', 'create', 'update', 'delete'].includes(action));
    const oneEach = fc.record({ asked: scope.map(formatScope), allowed: scope.map(formatScope) });
    fc.assert(
      fc.property(oneEach, single, ({ asked, allowed }, one) => {
        const sameContext = asked.split('/')[0] === allowed.split('/')[0];
        const both = sameContext && permits([asked], one) && permits([allowed], one);
        expect(permits(narrowScopes([asked], [allowed]), one)).toBe(both);
      }),
    );
  });

  test('what is granted never permits what either of the two does not', () => {
    fc.assert(
      fc.property(scopes, scopes, act, (asked, allowed, one) => {
        if (!permits(narrowScopes(asked, allowed), one)) return;
        expect(permits(asked, one)).toBe(true);
        expect(permits(allowed, one)).toBe(true);
      }),
    );
  });

  test('patient scopes alone never open another person', () => {
    fc.assert(
      fc.property(scopes, act, (held, one) => {
        const own = held.filter((text) => text.startsWith('patient/'));
        if (one.subject !== null && one.subject !== one.patient) expect(permits(own, one)).toBe(false);
      }),
    );
  });

  test('any text at all is read or opens nothing', () => {
    fc.assert(
      fc.property(fc.string(), act, (text, one) => {
        if (parseScope(text) === null) expect(permits([text], one)).toBe(false);
      }),
    );
  });
});
