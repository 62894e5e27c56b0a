import { existsSync, readFileSync } from 'node:fs';
import type { Decoded, RawControl, RawItem, RawObservation } from '@gemel/core/raw';
import { isoInstant } from '@gemel/core/time';
import { describe, expect, test } from 'vitest';
import type { DoorOptions } from '../../door.ts';
import { doors, sniffDoor } from '../../doors.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function read(id: string, text: string | Uint8Array, options: Partial<DoorOptions> = {}): Decoded[] {
  const data = typeof text === 'string' ? bytes(text) : text;
  return [...doors.find((door) => door.id === id)!.decode(data, { name: 'export.csv', ...options })];
}

/** One line an item: time, code, value. */
function lines(decoded: readonly Decoded[]): string[] {
  return decoded.flatMap((entry) => entry.items).map(line);
}

function line(item: RawItem): string {
  if (item.kind === 'fact') return `fact ${item.fact} ${item.value.kind === 'text' ? item.value.text : ''}`.trim();
  const { time, value, codings } = item as RawObservation | RawControl;
  const end = time.end === undefined ? '' : `/${isoInstant(time.end).slice(11, 16)}`;
  const amount = value.kind === 'quantity' ? `${value.comparator ?? ''}${value.value} ${value.unit}` : value.kind;
  return `${isoInstant(time.start).slice(0, 16)}${end} ${time.offset} ${codings[0]!.code} ${amount}`;
}

const fates = (decoded: readonly Decoded[]) => decoded.map((entry) => `${entry.type} ${entry.fate}`);
const codes = (decoded: readonly Decoded[]) =>
  decoded.flatMap((entry) => entry.problems.map((problem) => problem.code));

describe('Dexcom Clarity', () => {
  const HEADER =
    'Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Patient Info,Device Info,Source Device ID,' +
    'Glucose Value (mg/dL),Insulin Value (u),Carb Value (grams),Duration (hh:mm:ss),' +
    'Glucose Rate of Change (mg/dL/min),Transmitter Time (Long Integer)';
  const rows = [
    '1,,FirstName,,Anna,,,,,,,,',
    '2,,LastName,,Muster,,,,,,,,',
    '3,,DateOfBirth,,1990-05-01,,,,,,,,',
    '4,,Device,,,Dexcom G6 Mobile App,iPhone G6,,,,,,',
    '5,,Alert,High,,,iPhone G6,250,,,,,',
    '6,2024-01-10T08:00:00,EGV,,,,iPhone G6,Low,,,,,100',
    '7,2024-01-10T08:05:00,EGV,,,,iPhone G6,High,,,,,400',
    '8,2024-01-10T08:10:00,EGV,,,,iPhone G6,123,,,,,700',
    '9,2024-01-10T08:10:00,EGV,,,,iPhone G6,123,,,,,700',
    '10,2024-01-10T08:11:00,Calibration,,,,iPhone G6,130,,,,,',
    '11,2024-01-10T08:12:00,Insulin,Fast-Acting,,,iPhone G6,,3.5,,,,',
    '12,2024-01-10T08:13:00,Insulin,Long-Acting,,,iPhone G6,,14,,,,',
    '13,2024-01-10T08:14:00,Carbs,,,,iPhone G6,,,45,,,',
    '14,2024-01-10T08:15:00,Exercise,Light,,,iPhone G6,,,,00:30:00,,',
    '15,2024-01-10T08:16:00,Health,Illness,,,iPhone G6,,,,,,',
    '16,2024-01-10T08:17:00,EGV,,,,iPhone G6,x12,,,,,1200',
    '17,soon,EGV,,,,iPhone G6,120,,,,,1300',
    '18,2024-01-10T08:20:00,Moonrise,,,,iPhone G6,,,,,,',
    '19,2024-01-10T08:25',
  ];
  const file = [HEADER, ...rows].join('\r\n');

  test('every row has one fate; values, LO and HI, insulin, meals and facts come out in order', () => {
    const decoded = read('dexcom-clarity', file, { zone: 'Europe/Berlin' });
    expect(decoded.length).toBe(rows.length);
    expect(lines(decoded)).toEqual([
      'fact name Anna Muster',
      'fact birthDate 1990-05-01',
      '2024-01-10T07:00 60 99504-3 <40 mg/dL',
      '2024-01-10T07:05 60 99504-3 >400 mg/dL',
      '2024-01-10T07:10 60 99504-3 123 mg/dL',
      '2024-01-10T07:10 60 99504-3 123 mg/dL',
      '2024-01-10T07:11 60 41653-7 130 mg/dL',
      '2024-01-10T07:12 60 insulin.bolus 3.5 U',
      '2024-01-10T07:13 60 insulin.long-acting 14 U',
      'fact medication',
      '2024-01-10T07:14 60 meal.carbohydrate 45 g',
    ]);
    expect(fates(decoded).slice(-6)).toEqual([
      'Exercise kept',
      'Health kept',
      'EGV refused',
      'EGV refused',
      'row kept',
      'row refused',
    ]);
    expect(codes(decoded).slice(-4)).toEqual([
      'exchange-number-unreadable',
      'exchange-date-unreadable',
      'exchange-record-unknown',
      'exchange-truncated',
    ]);
    expect(decoded[5]!.items[0]!.subject).toBe('Anna Muster 1990-05-01');
    expect(decoded.at(-4)!.problems[0]!.where).toEqual({
      file: 'export.csv',
      element: 'row 16',
      field: 'Glucose Value',
      line: 17,
      byte: expect.any(Number),
    });
  });

  test('without a zone the file is refused and says what to add', () => {
    const [entry, ...rest] = read('dexcom-clarity', file);
    expect(rest).toEqual([]);
    expect(entry!.problems[0]).toMatchObject({ code: 'exchange-zone-missing', where: { file: 'export.csv' } });
    expect(entry!.problems[0]!.remedy).toContain('--zone Europe/Berlin');
  });

  test('semicolons, decimal commas, mmol/L and headers in another language', () => {
    const german = [
      '"Index";"Zeitstempel (JJJJ-MM-TTThh:mm:ss)";"Ereignistyp";"Ereignissubtyp";"Patienteninfo";"Geräteinfo";"Quelle";' +
        '"Glukosewert (mmol/l)";"Insulinwert (E)";"Kohlenhydratwert (Gramm)";"Dauer (hh:mm:ss)";"Rate (mmol/l/min)";"Transmitterzeit"',
      '1;2024-01-10T08:00:00;EGV;;;;x;"5,6";;;;;100',
      '2;2024-01-10T08:05:00;EGV;;;;x;Niedrig;;;;;400',
      '',
    ].join('\n');
    const decoded = read('dexcom-clarity', `\ufeff${german}`, { zone: '+01:00', subject: 'a' });
    expect(lines(decoded)).toEqual([
      '2024-01-10T07:00 60 105272-9 5.6 mmol/L',
      '2024-01-10T07:05 60 105272-9 <2.2 mmol/L',
    ]);
  });

  test('a unit that disagrees with the header is told, and the header holds', () => {
    const decoded = read('dexcom-clarity', file, { zone: 'UTC', unit: 'mmol/L' });
    expect(codes(decoded)[0]).toBe('exchange-unit-conflict');
    expect(lines(decoded)[4]).toBe('2024-01-10T08:10 0 99504-3 123 mg/dL');
  });
});

describe('LibreView', () => {
  const HEADER =
    'Device,Serial Number,Device Timestamp,Record Type,Historic Glucose mg/dL,Scan Glucose mg/dL,' +
    'Non-numeric Rapid-Acting Insulin,Rapid-Acting Insulin (units),Non-numeric Food,Carbohydrates (grams),' +
    'Carbohydrates (servings),Non-numeric Long-Acting Insulin,Long-Acting Insulin (units),Notes,' +
    'Strip Glucose mg/dL,Ketone mmol/L,Meal Insulin (units),Correction Insulin (units),User Change Insulin (units)';
  const row = (time: string, type: string, cells: Record<number, string>) => {
    const all = ['FreeStyle Libre 3', 'X1', time, type, ...Array<string>(15).fill('')];
    for (const [i, text] of Object.entries(cells)) all[Number(i)] = text;
    return all.join(',');
  };
  const about = 'Glucose Data,Generated on,20-06-2024 10:00 UTC,Generated by,Anna Muster';

  test('all record types', () => {
    const file = [
      about,
      HEADER,
      row('13-06-2024 10:00', '0', { 4: '110' }),
      row('13-06-2024 10:02', '1', { 5: 'LO' }),
      row('13-06-2024 10:03', '2', { 14: '98' }),
      row('13-06-2024 10:04', '3', { 15: '0.4' }),
      row('13-06-2024 10:05', '4', { 7: '4' }),
      row('13-06-2024 10:06', '4', { 12: '18' }),
      row('13-06-2024 10:07', '4', { 16: '3', 17: '1' }),
      row('13-06-2024 10:08', '4', { 6: '1' }),
      row('13-06-2024 10:09', '5', { 9: '60' }),
      row('13-06-2024 10:10', '5', { 8: '1' }),
      row('13-06-2024 10:11', '6', { 13: 'a walk' }),
      row('13-06-2024 10:12', '9', {}),
      '',
    ].join('\r\n');
    const decoded = read('libreview', file, { zone: 'Europe/Berlin' });
    expect(lines(decoded)).toEqual([
      '2024-06-13T08:00 120 99504-3 110 mg/dL',
      '2024-06-13T08:02 120 99504-3 <40 mg/dL',
      '2024-06-13T08:03 120 41653-7 98 mg/dL',
      '2024-06-13T08:04 120 53061-8 0.4 mmol/L',
      '2024-06-13T08:05 120 insulin.bolus 4 U',
      '2024-06-13T08:06 120 insulin.long-acting 18 U',
      'fact medication',
      '2024-06-13T08:07 120 insulin.bolus 4 U',
      '2024-06-13T08:09 120 meal.carbohydrate 60 g',
    ]);
    expect(codes(decoded)).toEqual([
      'exchange-beyond-sensor',
      'exchange-amount-unknown',
      'exchange-amount-unknown',
      'exchange-record-unknown',
    ]);
    expect(decoded[0]!.items[0]!.subject).toBe('Anna Muster');
  });

  test('dates that could be either way round are refused unless the data or an option settles them', () => {
    const open = [about, HEADER, row('05-06-2024 10:00', '0', { 4: '110' }), ''].join('\n');
    expect(codes(read('libreview', open, { zone: 'UTC' }))).toEqual(['exchange-date-ambiguous']);
    expect(read('libreview', open, { zone: 'UTC' })[0]!.problems[0]!.remedy).toContain('--dates day-first');
    expect(lines(read('libreview', open, { zone: 'UTC', dates: 'month-first' }))[0]).toContain('2024-05-06T10:00');
    const midnight = [
      about,
      HEADER,
      row('05-06-2024 23:55', '0', { 4: '110' }),
      row('06-06-2024 00:10', '0', { 4: '112' }),
      '',
    ].join('\n');
    expect(lines(read('libreview', midnight, { zone: 'UTC' }))[0]).toContain('2024-06-05T23:55');
    const american = [about, HEADER, row('05-23-2024 11:55 PM', '0', { 4: '110' }), ''].join('\n');
    expect(lines(read('libreview', american, { zone: 'UTC' }))[0]).toContain('2024-05-23T23:55');
  });

  test('in another language the nineteen columns are known by their order and units', () => {
    const header = HEADER.replace('Record Type', 'Aufzeichnungstyp').replace('Historic Glucose', 'Glukosewert-Verlauf');
    const file = ['Glukose-Werte,Erstellt am,20-06-2024 10:00 UTC,Erstellt von,Anna', header].concat(
      row('13-06-2024 10:00', '0', { 4: '110' }),
      '',
    );
    const data = bytes(file.join('\n'));
    expect(sniffDoor(data, 'x.csv')?.id).toBe('libreview');
    expect(lines(read('libreview', data, { zone: 'UTC' }))).toEqual(['2024-06-13T10:00 0 99504-3 110 mg/dL']);
  });
});

describe('Nightscout', () => {
  const at = Date.parse('2024-06-13T08:00:00Z');
  const site = {
    entries: [
      { _id: '1', type: 'sgv', sgv: 120, date: at, dateString: '2024-06-13T10:00:00.000+02:00' },
      { _id: '2', type: 'sgv', sgv: 39, date: at + 300_000, utcOffset: 120 },
      { _id: '3', type: 'sgv', sgv: 401, date: at + 600_000, utcOffset: 120 },
      { _id: '4', type: 'sgv', sgv: 5, date: at + 900_000 },
      { _id: '5', type: 'mbg', mbg: 118, dateString: '2024-06-13T08:16:00Z' },
      { _id: '6', type: 'cal', slope: 900, intercept: 30000, scale: 1, date: at },
      { _id: '7', type: 'sgv', sgv: 121, date: at + 1_200_000, dateString: '2024-06-13T12:20:00Z' },
      { _id: '8', type: 'sgv', sgv: 122 },
    ],
    treatments: [
      {
        _id: 'a',
        eventType: 'Meal Bolus',
        insulin: 4.2,
        carbs: 50,
        created_at: '2024-06-13T08:00:00Z',
        utcOffset: 120,
      },
      { _id: 'b', eventType: 'Correction Bolus', insulin: 1, created_at: '2024-06-13T08:05:00Z' },
      { _id: 'c', eventType: 'Temp Basal', absolute: 0.4, duration: 30, created_at: '2024-06-13T08:10:00Z' },
      { _id: 'd', eventType: 'Temp Basal', percent: -100, duration: 30, created_at: '2024-06-13T08:20:00Z' },
      { _id: 'e', eventType: 'Temp Basal', percent: 50, duration: 30, created_at: '2024-06-13T09:20:00Z' },
      { _id: 'f', eventType: 'Carb Correction', carbs: 15, created_at: '2024-06-13T08:30:00Z' },
      {
        _id: 'g',
        eventType: 'Combo Bolus',
        insulin: 2,
        enteredinsulin: '5',
        splitNow: 40,
        splitExt: 60,
        duration: 90,
        created_at: '2024-06-13T08:35:00Z',
      },
      { _id: 'h', eventType: 'Site Change', created_at: '2024-06-13T08:40:00Z' },
      { _id: 'i', eventType: 'Sensor Start', created_at: '2024-06-13T08:41:00Z' },
      {
        _id: 'j',
        eventType: 'BG Check',
        glucose: 5.5,
        glucoseType: 'Finger',
        units: 'mmol',
        created_at: '2024-06-13T08:42:00Z',
      },
      { _id: 'k', eventType: 'BG Check', glucose: 99, glucoseType: 'Finger', created_at: '2024-06-13T08:43:00Z' },
      { _id: 'l', eventType: 'Note', notes: 'hi', created_at: '2024-06-13T08:44:00Z' },
      { _id: 'm', eventType: 'Mood', created_at: '2024-06-13T08:45:00Z' },
    ],
    profile: [{ _id: 'p', defaultProfile: 'Default', store: { Default: { basal: [{ time: '00:00', value: 0.8 }] } } }],
  };

  test('entries, treatments and profile', () => {
    const decoded = read('nightscout', JSON.stringify(site), { subject: 'anna' });
    expect(decoded.length).toBe(22);
    expect(lines(decoded)).toEqual([
      '2024-06-13T08:00 120 99504-3 120 mg/dL',
      '2024-06-13T08:05 120 99504-3 <40 mg/dL',
      '2024-06-13T08:10 120 99504-3 >400 mg/dL',
      '2024-06-13T08:16 0 41653-7 118 mg/dL',
      '2024-06-13T08:20 null 99504-3 121 mg/dL',
      '2024-06-13T08:00 120 insulin.bolus 4.2 U',
      '2024-06-13T08:00 120 meal.carbohydrate 50 g',
      '2024-06-13T08:05 0 insulin.bolus 1 U',
      '2024-06-13T08:10/08:20 0 insulin.basal 0.4 U/h',
      '2024-06-13T08:20/08:50 0 insulin.basal 0 U/h',
      '2024-06-13T08:30 0 meal.carbohydrate 15 g',
      '2024-06-13T08:35 0 insulin.bolus 2 U',
      '2024-06-13T08:35/10:05 0 insulin.bolus 3 U',
      'fact pump.site-change',
      'fact sensor.start',
      '2024-06-13T08:42 0 14743-9 5.5 mmol/L',
    ]);
    expect(codes(decoded)).toEqual([
      'exchange-beyond-sensor',
      'exchange-beyond-sensor',
      'exchange-sensor-error',
      'exchange-time-disagrees',
      'exchange-date-unreadable',
      'exchange-rate-unknown',
      'exchange-unit-missing',
      'exchange-value-missing',
      'exchange-record-unknown',
    ]);
    expect(decoded[0]!.provenance).toMatchObject({ element: 'entries[0]', sourceId: '1' });
    const combo = decoded.find((entry) => entry.type === 'Combo Bolus')!;
    expect(combo.items.map((item) => item.provenance.sourceId)).toEqual(['g', 'g#extended']);
  });

  test('whose data it is must be said', () => {
    expect(codes(read('nightscout', JSON.stringify(site)))).toEqual(['exchange-subject-missing']);
  });
});

describe('Tidepool', () => {
  const common = { deviceId: 'd', timezoneOffset: -240, conversionOffset: 0, clockDriftOffset: 0, _userId: 'u1' };
  const time = (minute: string) => ({
    time: `2024-06-13T12:${minute}:00.000Z`,
    deviceTime: `2024-06-13T08:${minute}:00`,
  });
  const data = [
    { ...common, ...time('00'), id: '1', type: 'cbg', units: 'mmol/L', value: 100 / 18.01559 },
    { ...common, ...time('05'), id: '2', type: 'cbg', units: 'mmol/L', value: 5.6 },
    {
      ...common,
      ...time('10'),
      id: '3',
      type: 'cbg',
      units: 'mmol/L',
      value: 39 / 18.01559,
      annotations: [{ code: 'bg/out-of-range', value: 'low', threshold: 40 }],
    },
    { ...common, ...time('11'), id: '4', type: 'smbg', units: 'mg/dL', value: 97 },
    { ...common, ...time('12'), id: '5', type: 'bolus', subType: 'normal', normal: 2.5 },
    { ...common, ...time('13'), id: '6', type: 'bolus', subType: 'square', extended: 3, duration: 3_600_000 },
    {
      ...common,
      ...time('14'),
      id: '7',
      type: 'bolus',
      subType: 'dual/square',
      normal: 1,
      extended: 2,
      duration: 1_800_000,
    },
    { ...common, ...time('15'), id: '8', type: 'basal', deliveryType: 'scheduled', rate: 0.8, duration: 900_000 },
    {
      ...common,
      ...time('30'),
      id: '9',
      type: 'basal',
      deliveryType: 'temp',
      percent: 0.5,
      duration: 900_000,
      suppressed: { rate: 0.8 },
    },
    { ...common, ...time('45'), id: '10', type: 'basal', deliveryType: 'suspend', duration: 600_000 },
    { ...common, ...time('46'), id: '11', type: 'wizard', carbInput: 60, carbUnits: 'grams', bolus: '5' },
    { ...common, ...time('47'), id: '12', type: 'food', nutrition: { carbohydrate: { net: 20, units: 'grams' } } },
    { ...common, ...time('48'), id: '13', type: 'deviceEvent', subType: 'timeChange', change: {} },
    { ...common, ...time('49'), id: '14', type: 'deviceEvent', subType: 'prime', primeTarget: 'cannula', volume: 0.3 },
    { ...common, ...time('50'), id: '15', type: 'deviceEvent', subType: 'reservoirChange' },
    {
      ...common,
      id: '16',
      type: 'cbg',
      units: 'mmol/L',
      value: 6,
      deviceTime: '2024-06-13T09:51:00',
      conversionOffset: 3_600_000,
    },
    { ...common, ...time('52'), id: '17', type: 'cbg', units: 'mmol/L', value: 6, conversionOffset: -3_600_000 },
    { ...common, ...time('53'), id: '18', type: 'wizard', carbInput: 4, carbUnits: 'exchanges' },
    { ...common, ...time('54'), id: '19', type: 'cbg', value: 6 },
    { ...common, ...time('55'), id: '20', type: 'upload' },
    { ...common, ...time('56'), id: '21', type: 'dream' },
  ];

  test('all types; mg/dL stored as mmol/L comes back exactly', () => {
    const decoded = read('tidepool', JSON.stringify(data));
    expect(decoded.length).toBe(data.length);
    expect(lines(decoded)).toEqual([
      '2024-06-13T12:00 -240 99504-3 100 mg/dL',
      '2024-06-13T12:05 -240 105272-9 5.6 mmol/L',
      '2024-06-13T12:10 -240 99504-3 <40 mg/dL',
      '2024-06-13T12:11 -240 41653-7 97 mg/dL',
      '2024-06-13T12:12 -240 insulin.bolus 2.5 U',
      '2024-06-13T12:13/13:13 -240 insulin.bolus 3 U',
      '2024-06-13T12:14 -240 insulin.bolus 1 U',
      '2024-06-13T12:14/12:44 -240 insulin.bolus 2 U',
      '2024-06-13T12:15/12:30 -240 insulin.basal 0.8 U/h',
      '2024-06-13T12:30/12:45 -240 insulin.basal 0.4 U/h',
      '2024-06-13T12:45/12:55 -240 insulin.basal 0 U/h',
      '2024-06-13T12:46 -240 meal.carbohydrate 60 g',
      '2024-06-13T12:47 -240 meal.carbohydrate 20 g',
      'fact pump.site-change',
      'fact pump.reservoir-change',
      '2024-06-13T12:51 -240 105272-9 6 mmol/L',
      '2024-06-13T12:52 -240 105272-9 6 mmol/L',
    ]);
    expect(codes(decoded)).toEqual([
      'exchange-beyond-sensor',
      'exchange-clock-changed',
      'exchange-time-disagrees',
      'exchange-unit-unknown',
      'exchange-unit-missing',
      'exchange-record-unknown',
    ]);
  });
});

describe('plain tables', () => {
  test('subject, meter, insulin, meals and a unit column', () => {
    const file =
      'patient,timestamp,glucose,unit,insulin,carbs,smbg\n' +
      'a,2024-06-13T10:00:00+02:00,120,mg/dL,,,\n' +
      'b,2024-06-13T10:05:00+02:00,5.5,mmol/L,2,30,\n' +
      'b,2024-06-13T10:10:00+02:00,100,grains,,,\n' +
      'b,2024-06-13T10:15:00+02:00,NA,,,,\n' +
      'b,2024-06-13T10:20:00+02:00,LO,mg/dL,,,\n';
    const decoded = read('cgm-csv', file);
    expect(lines(decoded)).toEqual([
      '2024-06-13T08:00 120 99504-3 120 mg/dL',
      '2024-06-13T08:05 120 105272-9 5.5 mmol/L',
      '2024-06-13T08:05 120 insulin.bolus 2 U',
      '2024-06-13T08:05 120 meal.carbohydrate 30 g',
    ]);
    expect(codes(decoded)).toEqual(['exchange-unit-unknown', 'exchange-value-missing', 'exchange-bound-unknown']);
    expect(decoded.map((entry) => entry.items[0]?.subject)).toEqual(['a', 'b', undefined, undefined, undefined]);
  });

  test('rows with and without an offset: only those without one need the zone', () => {
    const file = 'id,time,glucose (mg/dL)\na,2024-06-13T10:00:00Z,120\na,2024-06-13 10:05:00,121\n';
    const decoded = read('cgm-csv', file);
    expect(fates(decoded)).toEqual(['row mapped', 'row refused']);
    expect(codes(decoded)).toEqual(['exchange-zone-missing']);
  });

  test('numbers that cannot be in the stated unit refuse the file', () => {
    const file = 'id,time,gl\na,2024-06-13T10:00:00Z,5.5\na,2024-06-13T10:05:00Z,6.1\n';
    const [entry] = read('cgm-csv', file, { unit: 'mg/dL' });
    expect(entry!.problems[0]!.code).toBe('exchange-unit-conflict');
    expect(entry!.problems[0]!.remedy).toContain('--unit mmol/L');
  });

  test('one subject given for several keeps them apart and says so', () => {
    const file = 'id,time,glucose (mg/dL)\na,2024-06-13T10:00:00Z,120\nb,2024-06-13T10:00:00Z,121\n';
    const decoded = read('cgm-csv', file, { subject: 'x' });
    expect(codes(decoded)).toEqual(['exchange-subject-conflict']);
    expect(decoded.flatMap((entry) => entry.items.map((item) => item.subject))).toEqual(['a', 'b']);
  });
});

describe('a file that is not what its name says', () => {
  test.each([
    ['scan.csv', '%PDF-1.7 ...', 'a PDF document'],
    ['table.csv', '[{"sgv":120,"date":1}]', 'Nightscout data in JSON'],
    ['data.json', 'time,glucose\n2024-01-01 10:00,100\n', 'a table in text (CSV)'],
    ['book.csv', 'PK\u0003\u0004....', 'a ZIP archive (or an Excel workbook)'],
    ['page.json', '<!DOCTYPE html><html></html>', 'an HTML page'],
  ])('%s is refused as %s', (name, text, seems) => {
    const data = bytes(text);
    const [entry] = [...sniffDoor(data, name)!.decode(data, { name })];
    expect(entry!.problems[0]).toMatchObject({ code: 'exchange-not-this-format', where: { file: name } });
    expect(entry!.problems[0]!.message).toContain(seems);
  });

  test('a door given another format names what it got', () => {
    expect(read('dexcom-clarity', '{"resourceType":"Bundle"}')[0]!.problems[0]!.message).toContain('FHIR in JSON');
    expect(read('tidepool', 'time,gl\n1,2\n')[0]!.problems[0]!.message).toContain('CSV');
    expect(codes(read('libreview', new Uint8Array()))).toEqual(['exchange-empty']);
  });

  test('what no door understands is nobody’s', () => {
    expect(sniffDoor(bytes('dear diary'), 'diary')).toBeNull();
  });
});

const folder = process.env.GEMEL_DATA ?? new URL('../../../../../shared/data', import.meta.url).pathname;
const real = `${folder}/cgm/iglu-subject-1.csv`;
describe.skipIf(!existsSync(real))(`the real CGM file (skipped where ${real} is absent)`, () => {
  test('all 2,915 rows are taken in', () => {
    const data = new Uint8Array(readFileSync(real));
    const door = sniffDoor(data, 'iglu-subject-1.csv')!;
    const decoded = [...door.decode(data, { name: 'iglu-subject-1.csv', unit: 'mg/dL', zone: 'America/New_York' })];
    expect(decoded.length).toBe(2915);
    expect(decoded.every((entry) => entry.fate === 'mapped' && entry.items.length === 1)).toBe(true);
    const values = decoded.map((entry) => {
      const { value } = entry.items[0] as RawObservation;
      return value.kind === 'quantity' ? value.value : Number.NaN;
    });
    expect(values.reduce((a, b) => a + b, 0) / values.length).toBeCloseTo(123.6655232, 6);
  });
});
