import type { Instant } from '@gemel/core';
import type { History, Pack } from './pack.ts';
import { belongs, declares } from './pack-checks/declaration.ts';
import { behaves } from './pack-checks/dynamics.ts';
import { speaks } from './pack-checks/service.ts';

export { loadPack } from './load-pack.ts';

/** A past the pack can be calibrated on, and the instant it is calibrated for. */
export interface PackExample {
  readonly history: History;
  readonly now: Instant;
}

/** One rule, proved by running it: throws when it does not hold. */
export interface PackCheck {
  readonly name: string;
  readonly run: () => void;
}

interface TestApi {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => void) => unknown;
}

/** Every rule a pack keeps, as checks to run. */
// biome-ignore lint/suspicious/noExplicitAny: the state is the pack's own affair
export function packChecks(pack: Pack<any>, example: PackExample): readonly PackCheck[] {
  return [...declares(pack), ...belongs(pack), ...behaves(pack, example), ...speaks(pack, example)];
}

/** The one contract test run over every pack: `packContract(pack, example, { describe, it })`. */
// biome-ignore lint/suspicious/noExplicitAny: the state is the pack's own affair
export function packContract(pack: Pack<any>, example: PackExample, api: TestApi): void {
  api.describe(`pack contract: ${pack.id}`, () => {
    for (const check of packChecks(pack, example)) api.it(check.name, check.run);
  });
}
