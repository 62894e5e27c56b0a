import { canonicalJson } from '@gemel/core';
import type { Pack } from './pack.ts';

/**
 * Names the model a belief belongs to: the pack's version and every table that gives its numbers a meaning. Code is named by
 * the version: a pack whose equations change must change it.
 */
// biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
export function modelHash(pack: Pack<any>, sha256: (text: string) => string): string {
  const { id, version, parameters, forecast, needs } = pack;
  return sha256(
    canonicalJson({
      id,
      version,
      parameters,
      forecast,
      needs,
      signals: pack.dynamics.signals,
      coordinates: pack.dynamics.coordinates?.names,
      observes: pack.observes.map(({ signal, unit, molarMass }) => ({ signal, unit, molarMass })),
      controls: pack.controls.map(({ control, unit, molarMass }) => ({ control, unit, molarMass })),
      quantities: pack.quantities.map(({ name, unit, kind, code, events }) => ({ name, unit, kind, code, events })),
      rewards: pack.rewards.map(({ name, weight }) => ({ name, weight })),
      limits: pack.limits.map(({ name }) => name),
      publishes: pack.publishes,
      consumes: pack.consumes,
    }),
  );
}

/** The fixed and prior values alone, with their sources. */
// biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
export function parameterHash(pack: Pack<any>, sha256: (text: string) => string): string {
  return sha256(canonicalJson(pack.parameters));
}
