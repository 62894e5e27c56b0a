import { exchangeErrors } from '../../errors.data.ts';
import { parseZone, type Zone } from '../zone.ts';
import { MG_PER_MMOL } from './item.ts';
import type { CgmEncoder, DeviceLog, EncodeOptions } from './log.ts';

const MINUTE = 60_000;

/** Throws `exchange-zone-unknown`. */
function zoneFor(options: EncodeOptions): Zone {
  const zone = parseZone(options.zone);
  if (!zone)
    throw exchangeErrors.error('exchange-zone-unknown', `"${options.zone}" is no zone known here`, { field: 'zone' });
  return zone;
}

function wall(at: number, zone: Zone): string {
  return new Date(at + zone.offsetAt(at) * MINUTE).toISOString().slice(0, 19);
}

function shown(mgdl: number, options: EncodeOptions): string {
  return options.unit === 'mg/dL' ? String(mgdl) : (mgdl / MG_PER_MMOL).toFixed(1);
}

function csv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

interface TimedRow {
  readonly at: number;
  readonly cells: readonly string[];
}

const byTime = (a: { readonly at: number }, b: { readonly at: number }) => a.at - b.at;

/** Dexcom Clarity CSV; the transmitter's seconds count from the first reading. */
export const encodeClarity: CgmEncoder = {
  id: 'dexcom-clarity',
  extension: 'csv',
  omits: ['basal', 'sensorStart', 'siteChange'],
  encode(log, options) {
    const zone = zoneFor(options);
    const { unit } = options;
    const header = [
      'Index',
      'Timestamp (YYYY-MM-DDThh:mm:ss)',
      'Event Type',
      'Event Subtype',
      'Patient Info',
      'Device Info',
      'Source Device ID',
      `Glucose Value (${unit})`,
      'Insulin Value (u)',
      'Carb Value (grams)',
      'Duration (hh:mm:ss)',
      `Glucose Rate of Change (${unit}/min)`,
      'Transmitter Time (Long Integer)',
      'Transmitter ID',
    ];
    const start = log.glucose[0]?.at ?? 0;
    const event = (at: number, type: string, cells: Readonly<Record<number, string>>): TimedRow => ({
      at,
      cells: ['', wall(at, zone), type, ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((i) => cells[i] ?? '')],
    });
    const device = 'Simulated CGM';
    const rows = [
      ...log.glucose.map(({ at, value, beyond }) =>
        event(at, 'EGV', {
          6: device,
          7: beyond === 'low' ? 'Low' : beyond === 'high' ? 'High' : shown(value, options),
          12: String(Math.round((at - start) / 1000)),
          13: 'SIM001',
        }),
      ),
      ...log.meter.map(({ at, value }) => event(at, 'Calibration', { 6: device, 7: shown(value, options) })),
      ...log.bolus.map(({ at, units }) => event(at, 'Insulin', { 3: 'Fast-Acting', 6: device, 8: String(units) })),
      ...log.carbohydrate.map(({ at, grams }) => event(at, 'Carbs', { 6: device, 9: String(grams) })),
    ].sort(byTime);
    const [first, ...rest] = (log.name ?? '').split(' ');
    const head = (type: string, column: number, text: string) =>
      ['', '', type, '', '', '', '', '', '', '', '', '', '', ''].with(column, text);
    const about = [
      ...(first ? [head('FirstName', 4, first)] : []),
      ...(rest.length > 0 ? [head('LastName', 4, rest.join(' '))] : []),
      ...(log.birthDate ? [head('DateOfBirth', 4, log.birthDate)] : []),
      head('Device', 5, device),
    ];
    const all = [...about, ...rows.map((row) => row.cells)].map((cells, i) => cells.with(0, String(i + 1)));
    return csv([header, ...all]);
  },
};

/** LibreView CSV with day-first dates to the minute; glucose every 15 minutes is what the device itself would keep. */
export const encodeLibreview: CgmEncoder = {
  id: 'libreview',
  extension: 'csv',
  omits: ['basal', 'sensorStart', 'siteChange', 'birthDate'],
  encode(log, options) {
    const zone = zoneFor(options);
    const { unit } = options;
    const header =
      `Device,Serial Number,Device Timestamp,Record Type,Historic Glucose ${unit},Scan Glucose ${unit},` +
      'Non-numeric Rapid-Acting Insulin,Rapid-Acting Insulin (units),Non-numeric Food,Carbohydrates (grams),' +
      'Carbohydrates (servings),Non-numeric Long-Acting Insulin,Long-Acting Insulin (units),Notes,' +
      `Strip Glucose ${unit},Ketone mmol/L,Meal Insulin (units),Correction Insulin (units),User Change Insulin (units)`;
    const stamp = (at: number) => wall(at, zone).replace(/^(\d+)-(\d+)-(\d+)T(\d+:\d+).*$/, '$3-$2-$1 $4');
    const record = (at: number, type: number, column: number, text: string): TimedRow => ({
      at,
      cells: ['Simulated Libre', 'SIM001', stamp(at), String(type), ...Array<string>(15).fill('')].with(column, text),
    });
    const rows = [
      ...log.glucose.map(({ at, value, beyond }) =>
        record(at, 0, 4, beyond === 'low' ? 'LO' : beyond === 'high' ? 'HI' : shown(value, options)),
      ),
      ...log.meter.map(({ at, value }) => record(at, 2, 14, shown(value, options))),
      ...log.bolus.map(({ at, units }) => record(at, 4, 7, String(units))),
      ...log.carbohydrate.map(({ at, grams }) => record(at, 5, 9, String(grams))),
    ].sort(byTime);
    const last = rows.at(-1)?.at ?? 0;
    const about = ['Glucose Data', 'Generated on', `${stamp(last)} UTC`, 'Generated by', log.name ?? log.subject];
    return csv([about, header.split(','), ...rows.map((row) => row.cells)]);
  },
};

/** Nightscout: entries and treatments under their names, basal as temporary basals in absolute rates. */
export const encodeNightscout: CgmEncoder = {
  id: 'nightscout',
  extension: 'json',
  omits: ['name', 'birthDate', 'subject'],
  encode(log, options) {
    const zone = zoneFor(options);
    const iso = (at: number) => new Date(at).toISOString();
    // An id by time: a reading sent twice has the same one.
    const id = (kind: string, at: number) => `${kind}${at}`;
    const entries = [
      ...log.glucose.map(({ at, value, beyond }) => ({
        _id: id('s', at),
        type: 'sgv',
        sgv: beyond === 'low' ? 39 : beyond === 'high' ? 401 : value,
        date: at,
        dateString: iso(at),
        utcOffset: zone.offsetAt(at),
        device: 'simulated',
      })),
      ...log.meter.map(({ at, value }) => ({
        _id: id('m', at),
        type: 'mbg',
        mbg: value,
        date: at,
        dateString: iso(at),
        utcOffset: zone.offsetAt(at),
        device: 'simulated',
      })),
    ];
    const treatment = (kind: string, at: number, eventType: string, more: object) => ({
      at,
      record: {
        _id: id(kind, at),
        eventType,
        created_at: iso(at),
        utcOffset: zone.offsetAt(at),
        enteredBy: 'simulated',
        ...more,
      },
    });
    const treatments = [
      ...log.bolus.map(({ at, units, minutes }) =>
        minutes === undefined
          ? treatment('b', at, 'Correction Bolus', { insulin: units })
          : treatment('b', at, 'Combo Bolus', { insulin: units, splitNow: 0, splitExt: 100, duration: minutes }),
      ),
      ...log.basal.map(({ from, to, rate }) =>
        treatment('t', from, 'Temp Basal', { absolute: rate, duration: (to - from) / MINUTE }),
      ),
      ...log.carbohydrate.map(({ at, grams }) => treatment('c', at, 'Carb Correction', { carbs: grams })),
      ...log.sensorStart.map((at) => treatment('n', at, 'Sensor Start', {})),
      ...log.siteChange.map((at) => treatment('p', at, 'Site Change', {})),
    ].sort(byTime);
    return `${JSON.stringify({ entries, treatments: treatments.map(({ record }) => record) }, null, 1)}\n`;
  },
};

/** Tidepool: UTC, device time and the offset between them; glucose in mmol/L to full precision. */
export const encodeTidepool: CgmEncoder = {
  id: 'tidepool',
  extension: 'json',
  omits: ['name', 'birthDate', 'sensorStart'],
  encode(log, options) {
    const zone = zoneFor(options);
    // An id by time: a reading sent twice has the same one.
    const datum = (kind: string, at: number, more: object) => ({
      at,
      record: {
        id: `${log.subject}-${kind}${at}`,
        _userId: log.subject,
        time: new Date(at).toISOString(),
        deviceTime: wall(at, zone),
        timezoneOffset: zone.offsetAt(at),
        conversionOffset: 0,
        clockDriftOffset: 0,
        deviceId: 'simulated',
        ...more,
      },
    });
    const annotation = (beyond: 'low' | 'high' | undefined) =>
      beyond
        ? { annotations: [{ code: 'bg/out-of-range', value: beyond, threshold: beyond === 'low' ? 40 : 400 }] }
        : {};
    const rows = [
      ...log.glucose.map(({ at, value, beyond }) =>
        datum('g', at, { type: 'cbg', units: 'mmol/L', value: value / MG_PER_MMOL, ...annotation(beyond) }),
      ),
      ...log.meter.map(({ at, value }) =>
        datum('m', at, { type: 'smbg', units: 'mmol/L', value: value / MG_PER_MMOL }),
      ),
      ...log.bolus.map(({ at, units, minutes }) =>
        minutes === undefined
          ? datum('b', at, { type: 'bolus', subType: 'normal', normal: units })
          : datum('b', at, { type: 'bolus', subType: 'square', extended: units, duration: minutes * MINUTE }),
      ),
      ...log.basal.map(({ from, to, rate }) =>
        datum('t', from, {
          type: 'basal',
          deliveryType: 'scheduled',
          scheduleName: 'usual',
          rate,
          duration: to - from,
        }),
      ),
      ...log.carbohydrate.map(({ at, grams }) =>
        datum('c', at, { type: 'food', nutrition: { carbohydrate: { net: grams, units: 'grams' } } }),
      ),
      ...log.siteChange.map((at) => datum('p', at, { type: 'deviceEvent', subType: 'prime', primeTarget: 'cannula' })),
    ].sort(byTime);
    return `${JSON.stringify(
      rows.map(({ record }) => record),
      null,
      1,
    )}\n`;
  },
};

/** A plain table: subject, time with offset, glucose, insulin, carbohydrate, basal rate and its minutes. */
export const encodePlainCgm: CgmEncoder = {
  id: 'cgm-csv',
  extension: 'csv',
  omits: ['name', 'birthDate', 'sensorStart', 'siteChange'],
  encode(log, options) {
    const zone = zoneFor(options);
    const stamp = (at: number) => {
      const offset = zone.offsetAt(at);
      const size = Math.abs(offset);
      const two = (n: number) => String(n).padStart(2, '0');
      return `${wall(at, zone)}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
    };
    const row = (at: number, column: number, ...cells: string[]): TimedRow => {
      const all = [log.subject, stamp(at), '', '', '', '', '', ''];
      cells.forEach((text, i) => {
        all[column + i] = text;
      });
      return { at, cells: all };
    };
    const rows = [
      ...log.glucose.map(({ at, value, beyond }) =>
        row(
          at,
          2,
          beyond === 'low'
            ? `<${shown(40, options)}`
            : beyond === 'high'
              ? `>${shown(400, options)}`
              : shown(value, options),
        ),
      ),
      ...log.meter.map(({ at, value }) => row(at, 3, shown(value, options))),
      ...log.bolus.map(({ at, units }) => row(at, 4, String(units))),
      ...log.carbohydrate.map(({ at, grams }) => row(at, 5, String(grams))),
      ...log.basal.map(({ from, to, rate }) => row(from, 6, String(rate), String((to - from) / MINUTE))),
    ].sort(byTime);
    const { unit } = options;
    const header = [
      'id',
      'time',
      `glucose (${unit})`,
      `smbg (${unit})`,
      'insulin (U)',
      'carbs (g)',
      'basal rate (U/h)',
      'basal minutes',
    ];
    return csv([header, ...rows.map(({ cells }) => cells)]);
  },
};

export const cgmEncoders: readonly CgmEncoder[] = [
  encodeClarity,
  encodeLibreview,
  encodeNightscout,
  encodeTidepool,
  encodePlainCgm,
];
export type { DeviceLog };
