import { PathDecimal } from '../path/expression.ts';

/** Parses JSON with decimals that keep the digits they are written with: `1.0` is known to a tenth, `1` is not. @throws SyntaxError */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, value, context?: { readonly source?: string }) => {
    const source = context?.source;
    return typeof value === 'number' && source !== undefined && source.includes('.')
      ? PathDecimal.getDecimal(source)
      : value;
  });
}
