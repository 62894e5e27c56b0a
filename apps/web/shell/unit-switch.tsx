import { SegmentedControl } from '@mantine/core';
import type { GlucoseUnit } from '../data/glucose.ts';
import { usePreferences } from '../data/preferences.tsx';
import { strings } from '../strings.data.ts';

const UNITS: GlucoseUnit[] = ['mg/dL', 'mmol/L'];

export function UnitSwitch() {
  const { unit, setUnit } = usePreferences();
  return (
    <SegmentedControl
      aria-label={strings.units.label}
      size="xs"
      data={UNITS}
      value={unit}
      onChange={(value) => setUnit(value as GlucoseUnit)}
    />
  );
}
