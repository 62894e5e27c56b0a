import type { Binding, ControlSpec, Hub } from '@gemel/runtime';
import { viewOf } from '@gemel/runtime';
import type { PackRecords, RecordKind } from '../api.ts';

type AnyPack = Hub['packs'][number];

/** Units of amount that stand beside a unit of mass where a molar mass is known. */
const MOLAR: Readonly<Record<string, readonly string[]>> = {
  'mg/dL': ['umol/L', 'mmol/L'],
  'mg/L': ['umol/L'],
  'ug/mL': ['umol/L'],
  'ug/L': ['nmol/L'],
  'ng/mL': ['nmol/L'],
};

/** What a pack reads, for a form by which a person enters it. */
export function packRecords(pack: AnyPack): PackRecords {
  const { purposes, facts } = pack.needs;
  const kind = (name: string, spec: Binding | ControlSpec, title: string): RecordKind => ({
    name,
    title,
    coding: spec.codings[0]!,
    units: unitsOf(spec),
    purpose: purposes[name] ?? '',
  });
  const view = viewOf(pack);
  return {
    id: pack.id,
    title: pack.title,
    signals: pack.observes
      .filter(({ codings }: Binding) => codings.length > 0)
      .map((binding: Binding) => kind(binding.signal, binding, binding.title)),
    controls: pack.controls
      .filter(({ codings }: ControlSpec) => codings.length > 0)
      .map((spec: ControlSpec) =>
        kind(spec.control, spec, view.controls.find(({ control }) => control === spec.control)?.title ?? spec.title),
      ),
    facts: facts.map((fact: string) => ({ fact, purpose: purposes[fact] ?? '' })),
  };
}

/** The pack's own unit first, then those it knows other spellings of, then those of amount. */
function unitsOf({ unit, unitAliases = {}, molarMass }: Binding | ControlSpec): readonly string[] {
  const molar = molarMass === undefined ? [] : (MOLAR[unit] ?? []);
  return [...new Set([unit, ...Object.values(unitAliases), ...molar])];
}
