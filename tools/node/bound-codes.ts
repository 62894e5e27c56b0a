/** `node tools/node/bound-codes.ts`: writes the codes that packs bind, for terminology to know without a release. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Coding, SNOMED } from '@gemel/core';
import { discoverPacks } from '@gemel/server/node/world';
import { ROOT } from './repository.ts';

export const BOUND_CODES = 'packages/exchange/terminology/bound-codes.data.ts';

/** Each code once, by system and code. SNOMED CT's names belong to its releases and are left out. */
export async function boundCodes(): Promise<readonly Coding[]> {
  const found = new Map<string, Coding>();
  for (const { observes, controls } of await discoverPacks()) {
    for (const { system, code, display } of [...observes, ...controls].flatMap(({ codings }) => codings)) {
      const named = display !== undefined && system !== SNOMED ? { display } : {};
      const key = `${system}|${code}`;
      if (!found.has(key) || 'display' in named) found.set(key, { system, code, ...named });
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

export function renderBoundCodes(codes: readonly Coding[]): string {
  const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const systems = [...new Set(codes.map(({ system }) => system))].map((system) => {
    const rows = codes
      .filter((one) => one.system === system)
      .map(({ code, display }) => `    [${text(code)}, ${display === undefined ? 'null' : text(display)}],`);
    return `  ${text(system)}: [\n${rows.join('\n')}\n  ],`;
  });
  return `/** Codes that packs bind, by system, with their names; written by tools/node/bound-codes.ts. Notices: NOTICE. */
export const BOUND_CODES: Readonly<Record<string, readonly (readonly [code: string, display: string | null])[]>> = {
${systems.join('\n')}
};
`;
}

if (import.meta.main) writeFileSync(join(ROOT, BOUND_CODES), renderBoundCodes(await boundCodes()));
