import type { TwinDetail } from '@gemel/server/api';
import { mainTrajectory } from '../data/main-trajectory.ts';
import { unitLabel } from '../data/number.ts';
import { trajectoryQuantile } from '../data/quantile.ts';
import { type LocalTime, MINUTE } from '../data/time.ts';
import { inShownUnit, type Units } from '../data/units.ts';
import { strings } from '../strings.data.ts';
import type { Stretch } from './cockpit-chart.ts';

/** A cell of a CSV file (RFC 4180); a text that a spreadsheet would take for a formula is made a text. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  const text = typeof value === 'number' ? String(value) : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Four digits after the point are more than any sensor gives, and keep the value equal within rounding. */
const round = (value: number) => Number(value.toFixed(4));

/**
 * What the window holds as CSV, in the unit shown: measured values, events, the forecast and what was predicted then.
 * The first line says what the data may be used for.
 */
export function windowCsv(detail: TwinDetail, stretch: Stretch, time: LocalTime, unit: Units): string {
  const inside = (at: number) => at >= stretch.from && at <= stretch.to;
  const convert = (value: number, ucum: string) => round(ucum === unit.base.unit ? inShownUnit(value, unit) : value);
  const rows: { at: number; cells: (string | number | null)[] }[] = [];
  for (const p of detail.observations.filter((point) => inside(point.at)))
    rows.push({
      at: p.at,
      cells: [
        strings.table.measured,
        p.signal,
        convert(p.value, p.unit),
        unitLabel(p.unit, unit),
        null,
        null,
        null,
        null,
        p.bound,
        p.grade,
        p.source,
      ],
    });
  for (const c of detail.controls.filter((control) => inside(control.from)))
    rows.push({
      at: c.from,
      cells: [
        c.status,
        c.control,
        convert(c.value.value, c.value.unit),
        unitLabel(c.value.unit, unit),
        null,
        null,
        null,
        null,
        null,
        c.grade,
        c.provenance.source,
      ],
    });
  const trajectory = mainTrajectory(detail.forecast, detail.view);
  for (const [i, at] of (trajectory?.times ?? []).entries()) {
    if (trajectory === null || !inside(at)) continue;
    const q = (p: number) => convert(trajectoryQuantile(trajectory, p, i), trajectory.unit);
    rows.push({
      at,
      cells: [
        strings.table.predicted,
        trajectory.name,
        q(0.5),
        unitLabel(trajectory.unit, unit),
        q(0.05),
        q(0.25),
        q(0.75),
        q(0.95),
        null,
        null,
        detail.forecast?.hash ?? null,
      ],
    });
  }
  const signalUnit = trajectory?.unit ?? unit.base.unit;
  for (const p of detail.past.filter((point) => inside(point.at)))
    rows.push({
      at: p.at,
      cells: [
        `${strings.table.predicted} ${p.leadMinutes * MINUTE > 0 ? `${p.leadMinutes} min before` : ''}`.trim(),
        trajectory?.name ?? '',
        convert(p.median, signalUnit),
        unitLabel(signalUnit, unit),
        convert(p.low, signalUnit),
        null,
        null,
        convert(p.high, signalUnit),
        null,
        null,
        null,
      ],
    });
  rows.sort((a, b) => a.at - b.at);
  const head = ['time', 'kind', 'name', 'value', 'unit', 'q05', 'q25', 'q75', 'q95', 'bound', 'grade', 'source'];
  const lines = rows.map((row) => [time.iso(row.at), ...row.cells].map(cell).join(','));
  return `${[`# ${strings.banner}`, head.join(','), ...lines].join('\r\n')}\r\n`;
}
