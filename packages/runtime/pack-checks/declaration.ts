import { codingKey } from '@gemel/core';
import { validUnit } from '@gemel/core/units';
import { loadPack } from '../load-pack.ts';
import type { Pack } from '../pack.ts';
import type { PackCheck } from '../pack-contract.ts';
import { viewOf } from '../view.ts';
import { demand } from './demand.ts';

/** What a pack says of itself is whole and well formed. */
// biome-ignore lint/suspicious/noExplicitAny: the state is the pack's own affair
export function declares(pack: Pack<any>): readonly PackCheck[] {
  return [
    { name: 'P1 has all six components', run: () => void loadPack(pack) },
    {
      name: 'P2 states every parameter as value : unit : meaning : source, and the prior spread of personal ones',
      run: () => {
        for (const p of pack.parameters) {
          demand(Number.isFinite(p.value), `${p.name} has value ${p.value}`);
          demand(validUnit(p.unit), `${p.name}: “${p.unit}” is not a UCUM unit`);
          demand(p.meaning.trim() !== '' && p.source.trim() !== '', `${p.name} lacks its meaning or source`);
          demand(!p.personal || (p.sd !== undefined && p.sd > 0), `${p.name} is personal but states no prior sd`);
        }
      },
    },
    {
      name: 'P3 gives every part a name of its own',
      run: () => {
        const names: Readonly<Record<string, readonly string[]>> = {
          parameters: pack.parameters.map((p) => p.name),
          observes: pack.observes.map((b) => b.signal),
          controls: pack.controls.map((c) => c.control),
          quantities: pack.quantities.map((q) => q.name),
          rewards: pack.rewards.map((r) => r.name),
          limits: pack.limits.map((l) => l.name),
        };
        for (const [part, own] of Object.entries(names)) {
          const twice = own.filter((name, i) => own.indexOf(name) !== i);
          demand(twice.length === 0, `${part} names ${twice.join(', ')} twice`);
        }
      },
    },
    {
      name: 'P4 binds codes with UCUM units, plausible ranges and lower-case local names',
      run: () => {
        for (const bound of [...pack.observes, ...pack.controls]) {
          const name = 'signal' in bound ? bound.signal : bound.control;
          demand(validUnit(bound.unit), `${name}: “${bound.unit}” is not a UCUM unit`);
          demand(bound.codings.length > 0, `${name} has no code`);
          demand(bound.plausible[0] < bound.plausible[1], `${name} has an empty plausible range`);
          for (const local of bound.localNames ?? []) {
            demand(local === local.toLowerCase().trim(), `${name}: local name “${local}” is not lower case`);
          }
          for (const [from, to] of Object.entries(bound.unitAliases ?? {})) {
            demand(validUnit(to), `${name}: the spelling “${from}” leads to “${to}”, which is not a UCUM unit`);
          }
        }
      },
    },
  ];
}

/** What a pack says of itself fits together. */
// biome-ignore lint/suspicious/noExplicitAny: the state is the pack's own affair
export function belongs(pack: Pack<any>): readonly PackCheck[] {
  return [
    {
      name: 'P5 gives every quantity a predicted code that no measured or given thing has',
      run: () => {
        const measured = new Set(
          [...pack.observes, ...pack.controls].flatMap((bound) => bound.codings.map((code) => codingKey(code))),
        );
        for (const { name, code } of pack.quantities) {
          demand(code.codings.length > 0, `quantity ${name} has no code`);
          for (const each of code.codings) demand(!measured.has(codingKey(each)), `${name} uses ${codingKey(each)}`);
        }
      },
    },
    {
      name: 'P6 names in needs, forecast, scores and couplings only what it has',
      run: () => {
        const { needs, forecast } = pack;
        const has = (all: readonly string[], name: string, where: string) =>
          demand(all.includes(name), `${where}: ${name}`);
        const bound = pack.observes.map((b) => b.signal);
        const controls = pack.controls.map((c) => c.control);
        const signals = Object.keys(pack.dynamics.signals);
        const quantities = pack.quantities.map((q) => q.name);
        for (const signal of needs.signals) has(bound, signal, 'needs an unbound signal');
        for (const control of needs.controls) has(controls, control, 'needs an unknown control');
        for (const name of [...needs.signals, ...needs.controls, ...needs.facts]) {
          demand((needs.purposes[name] ?? '').trim() !== '', `no purpose is stated for ${name}`);
        }
        for (const signal of forecast.signals) has(signals, signal, 'forecast records an unknown signal');
        demand(
          forecast.stepMinutes > 0 && forecast.horizonMinutes >= forecast.stepMinutes,
          'the horizon is below one step',
        );
        for (const score of pack.scores) {
          has(needs.signals, score.signal, 'scores a signal it does not need');
          has(quantities, score.quantity, 'scores an unknown quantity');
          demand(
            pack.quantities.find((q) => q.name === score.quantity)!.kind === 'trajectory',
            `${score.quantity} has no times`,
          );
          for (const lead of score.leadsMinutes)
            demand(lead > 0 && lead <= forecast.horizonMinutes, `lead ${lead} is beyond the horizon`);
        }
        for (const { quantity } of pack.publishes ?? []) has(quantities, quantity, 'publishes an unknown quantity');
        for (const { control } of pack.consumes ?? []) has(controls, control, 'consumes an unknown control');
        for (const [signal, { unit }] of Object.entries(pack.dynamics.signals)) {
          demand(validUnit(unit), `signal ${signal}: “${unit}” is not a UCUM unit`);
        }
        for (const { name, unit } of pack.quantities) demand(validUnit(unit), `${name}: “${unit}” is not a UCUM unit`);
      },
    },
    {
      name: 'P7 shows only what it has: signals, a trajectory in their unit, controls in their own',
      run: () => {
        const view = viewOf(pack);
        const bound = new Map(pack.observes.map((b) => [b.signal, b]));
        for (const signal of view.signals) demand(bound.has(signal), `shows an unbound signal: ${signal}`);
        const drawn = pack.quantities.find(({ name }) => name === view.quantity);
        demand(drawn?.kind === 'trajectory', `draws ${view.quantity}, which is no trajectory`);
        const [kept] = view.units;
        demand(kept.factor === 1, `values are kept in ${kept.unit}, and shown in it times ${kept.factor}`);
        demand(
          drawn!.unit === kept.unit,
          `${view.quantity} is in ${drawn!.unit}, its values are shown as ${kept.unit}`,
        );
        for (const signal of view.signals) {
          const { unit } = bound.get(signal)!;
          demand(unit === kept.unit, `${signal} is in ${unit}, its values are shown as ${kept.unit}`);
        }
        const forms = view.controls.map(({ form }) => form.name);
        demand(new Set(forms).size === forms.length, 'two forms of controls have one name');
        for (const { control, unit } of view.controls) {
          const spec = pack.controls.find((own) => own.control === control);
          demand(spec?.unit === unit, `${control} is shown in ${unit}, and is given in ${spec?.unit ?? 'nothing'}`);
        }
      },
    },
  ];
}
