import { writtenUnit } from '@gemel/core/written-unit';
import { SegmentedControl } from '@mantine/core';
import { type OfferedUnits, usePreferences } from '../data/preferences.tsx';
import { strings } from '../strings.data.ts';

/** The choice of unit that the page's twins leave, one for each kind of value; nothing where they leave none. */
export function UnitSwitch() {
  const { offered } = usePreferences();
  return offered.map((units) => <Choice key={units[0].unit} units={units} />);
}

function Choice({ units }: { readonly units: OfferedUnits }) {
  const { chosen, choose } = usePreferences();
  const base = units[0].unit;
  const own = units.find(({ unit }) => unit === chosen[base]) ?? units[0];
  return (
    <SegmentedControl
      aria-label={strings.units.label(writtenUnit(base))}
      size="xs"
      data={units.map(({ unit }) => ({ value: unit, label: writtenUnit(unit) }))}
      value={own.unit}
      onChange={(unit) => choose(base, unit)}
    />
  );
}
