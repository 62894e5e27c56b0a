import { CodedError } from '../error.ts';
import { converter, validUnit } from '../units.ts';
import { defineValidation } from '../validation.ts';

type Case = Readonly<Record<string, string>>;

/** The cases of one section of the test file, by their attributes. */
function cases(xml: string, section: string): readonly Case[] {
  const body = new RegExp(`<${section}>([\\s\\S]*?)</${section}>`).exec(xml)?.[1] ?? '';
  const shown = body.replace(/<!--[\s\S]*?-->/g, '');
  return [...shown.matchAll(/<case\s([^>]*?)\/>/g)].map(([, attributes]) =>
    Object.fromEntries([...attributes!.matchAll(/([\w]+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!])),
  );
}

/** Equal to as many digits as the expected number was printed with. */
function agrees(value: number, printed: string): boolean {
  const [digits, exponent] = printed.toLowerCase().split('e');
  const decimals = (digits!.split('.')[1] ?? '').length - Number(exponent ?? 0);
  const expected = Number(printed);
  return Math.abs(value - expected) <= Math.max(0.5 * 10 ** -decimals, 4e-15 * Math.abs(expected)) * (1 + 1e-9);
}

function converts(value: string, from: string, to: string, outcome: string): boolean {
  try {
    return agrees(converter(from, to)(Number(value)), outcome);
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}

/** Products and quotients are converted from the composed unit; an empty result unit is unity. */
function composes(c: Case, value: number, operator: '.' | '/'): boolean {
  return converts(String(value), `${c.u1}${operator}(${c.u2})`, c.uRes || '1', c.vRes!);
}

export default defineValidation({
  id: 'ucum2021',
  title: 'UCUM functional tests: validation, conversion, multiplication, division (display names are not offered)',
  citation:
    'Grieve G, Schadow G, McKenzie L, Alexiev V. UCUM functional tests, entry of 3 February 2021, unitsofmeasure.org',
  data: ['ucum/UcumFunctionalTests.xml'],
  slow: false,
  rows: [
    { name: 'validation, share passed', source: 'section validation', unit: '1', expected: 1 },
    { name: 'validation, cases', source: 'section validation', unit: '{cases}', expected: null },
    { name: 'conversion, share passed', source: 'section conversion', unit: '1', expected: 1 },
    { name: 'conversion, cases', source: 'section conversion', unit: '{cases}', expected: null },
    { name: 'multiplication, share passed', source: 'section multiplication', unit: '1', expected: 1 },
    { name: 'division, share passed', source: 'section division', unit: '1', expected: 1 },
  ],
  run({ read }) {
    const xml = new TextDecoder().decode(read('ucum/UcumFunctionalTests.xml'));
    const share = (section: string, holds: (c: Case) => boolean) => {
      const all = cases(xml, section);
      return { share: all.filter(holds).length / all.length, count: all.length };
    };
    const validation = share('validation', (c) => validUnit(c.unit!) === (c.valid === 'true'));
    const conversion = share('conversion', (c) => converts(c.value!, c.srcUnit!, c.dstUnit!, c.outcome!));
    const multiplication = share('multiplication', (c) => composes(c, Number(c.v1) * Number(c.v2), '.'));
    const division = share('division', (c) => composes(c, Number(c.v1) / Number(c.v2), '/'));
    return {
      'validation, share passed': validation.share,
      'validation, cases': validation.count,
      'conversion, share passed': conversion.share,
      'conversion, cases': conversion.count,
      'multiplication, share passed': multiplication.share,
      'division, share passed': division.share,
    };
  },
});
