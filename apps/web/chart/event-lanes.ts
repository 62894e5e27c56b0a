import { joinSteps, type Lane, type LaneItem } from '@gemel/charts/lanes';
import type { ControlInput } from '@gemel/core';
import { unitLabel } from '../data/number.ts';
import { strings } from '../strings.data.ts';

type LaneLook = Pick<Lane, 'title' | 'colour' | 'kind' | 'decimals'>;

/** Lanes that are always there, so that the axis does not jump when an event comes in. */
const KNOWN: Readonly<Record<string, LaneLook & { readonly unit: string }>> = {
  'insulin.bolus': { title: strings.chart.bolus, colour: '--gm-bolus', kind: 'marks', decimals: 1, unit: 'U' },
  'insulin.basal': { title: strings.chart.basal, colour: '--gm-basal', kind: 'steps', decimals: 2, unit: 'U/h' },
  'meal.carbohydrate': { title: strings.chart.meals, colour: '--gm-meal', kind: 'marks', decimals: 0, unit: 'g' },
};

function item(control: ControlInput): LaneItem {
  const base = { from: control.from, value: control.value.value, status: control.status };
  return control.to === undefined ? base : { ...base, to: control.to };
}

/**
 * Control inputs as lanes under the chart, one a control; `overlay` is laid over what is on record.
 * The known lanes are there, empty or not, where `always` is set: charts beside one another then match.
 */
export function eventLanes(
  controls: readonly ControlInput[],
  overlay: readonly ControlInput[] = [],
  always = controls.length + overlay.length > 0,
): Lane[] {
  const all = [...controls, ...overlay];
  const names = new Set([...(always ? Object.keys(KNOWN) : []), ...all.map((control) => control.control)]);
  return [...names].map((name) => {
    const own = all.filter((control) => control.control === name);
    const look = KNOWN[name];
    const unit = own[0]?.value.unit ?? look?.unit ?? '';
    const kind = look?.kind ?? (unit.includes('/') ? 'steps' : 'marks');
    const items = own.map(item);
    return {
      title: look?.title ?? own[0]?.code.text ?? name,
      colour: look?.colour ?? '--gm-bolus',
      decimals: look?.decimals ?? 1,
      unit: unitLabel(unit, 'mg/dL'),
      kind,
      items: kind === 'steps' ? joinSteps(items) : items,
    };
  });
}
