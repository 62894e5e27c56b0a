import { valueText } from '../data/number.ts';
import { useUnits } from '../data/preferences.tsx';
import type { Interval } from '../data/quantile.ts';
import { strings } from '../strings.data.ts';

/** "5.2 to 7.0" in the unit shown, without the unit. */
export function IntervalText({ of, unit }: { readonly of: Pick<Interval, 'low' | 'high'>; readonly unit: string }) {
  const shown = useUnits();
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      {valueText(of.low, unit, shown)} {strings.to} {valueText(of.high, unit, shown)}
    </span>
  );
}
