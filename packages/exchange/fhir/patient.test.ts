import { expect, test } from 'vitest';
import { decodeResources } from './decode.ts';

function facts(patient: object): Record<string, unknown> {
  const [decoded] = decodeResources([{ resourceType: 'Patient', id: '1', ...patient }], { name: 'x.json' });
  return Object.fromEntries(
    (decoded?.items ?? []).flatMap((item) =>
      item.kind === 'fact' && item.value.kind === 'text' ? [[item.fact, item.value.text]] : [],
    ),
  );
}

test('where a person lives and is called at are facts, as on an envelope; what is old or empty is none', () => {
  const address = [
    { use: 'old', text: 'Elsewhere 1' },
    { use: 'home', line: ['5 Mill Lane', ''], postalCode: '10115', city: 'Berlin', text: 'ignored' },
  ];
  const telecom = [
    { system: 'email', value: 'a@b.org' },
    { system: 'phone', use: 'old', value: '1' },
    { system: 'phone', value: '+49 30 1234567' },
  ];
  expect(facts({ address, telecom })).toMatchObject({
    address: '5 Mill Lane, 10115 Berlin',
    telecom: '+49 30 1234567',
  });
  expect(facts({ address: [{ text: '5 Mill Lane' }] }).address).toBe('5 Mill Lane');
  expect(
    facts({ birthDate: '1990-01-01', address: [{ line: 'no list' }], telecom: [{ system: 'phone', value: 7 }] }),
  ).toEqual({
    birthDate: '1990-01-01',
  });
});
