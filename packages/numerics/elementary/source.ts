import type { Kernel } from './arithmetic.ts';
import { functionText } from './javascript-text.ts';
import { kernels, OF_TWO } from './kernels.ts';

/** Text of elementary.ts, before formatting. */
export function elementarySource(): string {
  const names = Object.keys(kernels);
  const functions = Object.entries(kernels).map(([name, kernel]) =>
    functionText(name, kernel as Kernel, OF_TWO.includes(name) ? ['x', 'y'] : ['x']),
  );
  return [
    [
      '// Long because written from kernels.ts by node/write-elementary.ts, each value a variable or part of an expression.',
      '// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: coefficients are what the kernels say',
      '// biome-ignore-all lint/suspicious/noSelfCompare: the test for what is not a number',
    ].join('\n'),
    "import { exponent, powerOfTwo, significand } from './bits.ts';",
    ...functions,
    '/** Every elementary function by its name, of double-precision numbers. */',
    `export const elementary = { ${names.join(', ')} } as const;`,
  ].join('\n\n');
}
