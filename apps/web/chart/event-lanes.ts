import { joinSteps, type Lane, type LaneItem } from '@gemel/charts/lanes';
import type { ThemeColour } from '@gemel/charts/theme';
import type { ControlInput } from '@gemel/core';
import { writtenUnit } from '@gemel/core/written-unit';
import type { TwinView } from '@gemel/server/api';

const COLOURS: readonly ThemeColour[] = ['--gm-bolus', '--gm-basal', '--gm-meal', '--gm-arm-3'];

function item(control: ControlInput): LaneItem {
  const base = { from: control.from, value: control.value.value, status: control.status };
  return control.to === undefined ? base : { ...base, to: control.to };
}

/**
 * Control inputs as lanes under the chart, one a control; `overlay` is laid over what is on record. The lanes of the view are
 * there, empty or not, where `always` is set: charts beside one another then match, and the axis does not jump.
 */
export function eventLanes(
  view: TwinView,
  controls: readonly ControlInput[],
  overlay: readonly ControlInput[] = [],
  always = controls.length + overlay.length > 0,
): Lane[] {
  const all = [...controls, ...overlay];
  const known = new Map(view.controls.map((own) => [own.control, own]));
  const names = new Set([...(always ? known.keys() : []), ...all.map((control) => control.control)]);
  return [...names].map((name, i) => {
    const own = all.filter((control) => control.control === name);
    const look = known.get(name);
    const unit = own[0]?.value.unit ?? look?.unit ?? '';
    const kind = unit.includes('/') ? ('steps' as const) : ('marks' as const);
    const items = own.map(item);
    return {
      title: look?.short ?? own[0]?.code.text ?? name,
      colour: COLOURS[i % COLOURS.length]!,
      decimals: look?.decimals ?? 1,
      unit: writtenUnit(unit),
      kind,
      items: kind === 'steps' ? joinSteps(items) : items,
    };
  });
}
