import { timeline } from '@gemel/charts/timeline';
import { describe, expect, test } from 'vitest';
import { figureSvg } from '../chart/figure.ts';
import { cockpitChart, stretchOf } from '../cockpit/cockpit-chart.ts';
import { windowCsv } from '../cockpit/csv.ts';
import type { View } from '../cockpit/use-view.ts';
import { HOUR, localTime } from '../data/time.ts';
import { unitsOf } from '../data/units.ts';
import { needsOf } from '../list/import-needs.tsx';
import { missingOf } from '../proposal/decision.ts';
import { emptyArm } from '../twin/arm.ts';
import { detail, view as glucose, people } from './mock/twins.ts';

const now = Date.UTC(2026, 4, 5, 11, 20);
const [mg, mmol] = glucose.units.map(({ unit }) => unitsOf(glucose.units, unit));
const MG_PER_DL_IN_MMOL_PER_L = 1 / mmol!.shown.factor;
const view: View = { window: '6h', end: null, fan: 'fan', before: false, as: 'chart' };
const twin = detail(people[0]!, now, now - 12 * HOUR, now + 6 * HOUR, 0);
const stretch = stretchOf(view, now, twin.forecast?.horizon.to ?? null, glucose);
const time = localTime(120);

describe('files the cockpit gives', () => {
  test('F1 the CSV begins with the strip and holds every value of the window, in the unit shown', () => {
    const [strip, head, ...rows] = windowCsv(twin, stretch, time, mmol!).trimEnd().split('\r\n');
    expect(strip).toBe('# Research use. Not for clinical use.');
    const columns = head!.split(',');
    const measured = rows.map((row) => row.split(',')).filter((cells) => cells[columns.indexOf('kind')] === 'measured');
    const inside = twin.observations.filter((p) => p.at >= stretch.from && p.at <= stretch.to);
    expect(measured.length).toBe(inside.length);
    expect(measured.length).toBeGreaterThan(60);
    for (const [i, cells] of measured.entries()) {
      expect(Date.parse(cells[0]!)).toBe(inside[i]!.at);
      expect(Number(cells[columns.indexOf('value')])).toBeCloseTo(inside[i]!.value / MG_PER_DL_IN_MMOL_PER_L, 3);
    }
  });

  test('F2 no cell of the CSV is taken for a formula, and none breaks its row', () => {
    const spoiled = { ...twin.observations[0]!, at: now - HOUR, source: '=HYPERLINK("x"),\n"y"' };
    const text = windowCsv(
      { ...twin, observations: [spoiled], controls: [], past: [], forecast: null },
      stretch,
      time,
      mg!,
    );
    expect(text).toContain(`"'=HYPERLINK(""x""),\n""y"""`);
  });

  test('F3 the drawing is one well-formed file with the strip, whose it is, and no name left unescaped', () => {
    const chart = timeline(cockpitChart({ detail: twin, view, stretch, now, time, unit: mg!, width: 900, id: 'f' }));
    const svg = figureSvg(chart, 'Ada <script> & co');
    expect(svg).toContain('Research use. Not for clinical use.');
    expect(svg).toContain('Ada &lt;script&gt; &amp; co');
    expect(svg).not.toContain('<script');
    expect(svg.match(/<svg /g)?.length).toBe(2);
    expect(svg.match(/<\/svg>/g)?.length).toBe(2);
  });

  test('F4 the fan is off, lines or fan; what was predicted then is drawn when asked for', () => {
    const draw = (change: Partial<View>) =>
      cockpitChart({
        detail: twin,
        view: { ...view, ...change },
        stretch,
        now,
        time,
        unit: mg!,
        width: 900,
        id: 'f',
      });
    expect(draw({ fan: 'off' }).fans).toEqual([]);
    expect(draw({ fan: 'lines' }).fans?.[0]?.style).toBe('lines');
    expect(draw({}).past).toBeUndefined();
    expect(draw({ before: true }).past?.times.length).toBeGreaterThan(60);
  });
});

describe('what is asked of a person', () => {
  test('F5 zone, unit and person are asked for only where a remedy says to add them', () => {
    expect(needsOf([{ remedy: 'Add --zone with an IANA name, for example --zone Europe/Berlin.' }])).toEqual({
      zone: true,
      unit: false,
      dates: false,
      subject: false,
    });
    expect(needsOf([{ remedy: 'Leave --unit out, or give the unit that the source states.' }]).unit).toBe(false);
    expect(needsOf([{ remedy: 'Add --dates day-first or --dates month-first.' }]).dates).toBe(true);
    expect(needsOf([{ remedy: 'Add --subject with the identifier of the person.' }]).subject).toBe(true);
  });

  test('F6 a decision without choice, option, name or reason is incomplete; blanks are no reason', () => {
    const nothing = { kind: null, scenario: null, arm: emptyArm(glucose.controls), person: ' ', reason: '\n' };
    expect(Object.keys(missingOf(nothing, glucose.controls))).toEqual(['kind', 'person', 'reason']);
    expect(Object.keys(missingOf({ ...nothing, kind: 'agree', person: 'A', reason: 'b' }, glucose.controls))).toEqual([
      'scenario',
    ]);
    expect(Object.keys(missingOf({ ...nothing, kind: 'change', person: 'A', reason: 'b' }, glucose.controls))).toEqual([
      'controls',
    ]);
    expect(missingOf({ ...nothing, kind: 'reject', person: 'A', reason: 'b' }, glucose.controls)).toEqual({});
  });
});
