import { coding, instant, LOINC, type Problem, type Provenance } from '@gemel/core';
import type { Decoded, RawObservation } from '@gemel/core/raw';
import { type CsvRow, csvRows } from '@gemel/exchange/device/csv';
import type { Door, DoorOptions } from '@gemel/exchange/door';
import { exchangeErrors } from '@gemel/exchange/errors.data';

const HEADER = /^time,temperature(,unit)?$/i;
/** An instant with its offset: without one it would be a guess. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * A thermometer's export: a header `time,temperature[,unit]`, then one row per reading. Yields every row in the source's own
 * words; what they mean is decided by `admit`.
 */
export const plainThermometerDoor = {
  id: 'plain-thermometer',
  title: 'Plain thermometer (CSV)',
  sniff(head) {
    for (const row of csvRows(head, ',')) return HEADER.test(row.cells.join(',').trim()) ? 0.9 : 0;
    return 0;
  },
  *decode(bytes, options) {
    let rows = 0;
    for (const row of csvRows(bytes, ',')) {
      rows++;
      if (rows > 1) yield decodeRow(row, options);
      else if (!HEADER.test(row.cells.join(',').trim())) {
        yield refused(
          'file',
          place(row, options),
          'exchange-not-this-format',
          `${options.name} is no thermometer export`,
        );
        return;
      }
    }
    if (rows === 0)
      yield refused('file', { source: options.name, element: 'file' }, 'exchange-empty', 'The file is empty');
  },
} satisfies Door;

function decodeRow(row: CsvRow, options: DoorOptions): Decoded {
  const provenance = place(row, options);
  const refuse = (code: Parameters<typeof exchangeErrors.problem>[0], message: string) =>
    refused('row', provenance, code, message);
  const [time = '', temperature = '', unit = options.unit ?? ''] = row.cells.map((cell) => cell.trim());
  if (!row.closed && row.cells.length < 2) return refuse('exchange-truncated', 'The file ends within this row');
  if (options.subject === undefined) return refuse('exchange-subject-missing', 'The file names no subject');
  const at = INSTANT.test(time) ? Date.parse(time) : Number.NaN;
  if (!Number.isFinite(at)) return refuse('exchange-date-unreadable', `“${time}” is no instant with an offset`);
  const value = temperature === '' ? Number.NaN : Number(temperature);
  if (!Number.isFinite(value)) return refuse('exchange-number-unreadable', `“${temperature}” is no number`);
  if (unit === '') return refuse('exchange-unit-missing', 'The row has no unit, and none was given');
  const item: RawObservation = {
    kind: 'observation',
    subject: options.subject,
    codings: [coding(LOINC, '8310-5', 'Body temperature')],
    value: { kind: 'quantity', value, unit },
    time: { start: instant(at), offset: offsetOf(time) },
    provenance,
  };
  return { type: 'row', fate: 'mapped', items: [item], problems: [], provenance };
}

/** Minutes east of UTC as written. */
function offsetOf(time: string): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(time) ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (60 * Number(hours) + Number(minutes));
}

function place(row: CsvRow, options: DoorOptions): Provenance {
  const { line, byteStart, byteEnd } = row;
  return {
    source: options.name,
    element: `row ${line}`,
    line,
    ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }),
    ...(byteStart === undefined || byteEnd === undefined ? {} : { byteStart, byteEnd }),
  };
}

function refused(
  type: string,
  provenance: Provenance,
  code: Parameters<typeof exchangeErrors.problem>[0],
  message: string,
): Decoded {
  const { source: file, element, line } = provenance;
  const where: Problem['where'] = line === undefined ? { file, element } : { file, element, line };
  return { type, fate: 'refused', items: [], problems: [exchangeErrors.problem(code, message, where)], provenance };
}
