import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { personFiles } from '@gemel/cli/node/demo-files';
import { DEMO_PEOPLE, DEMO_START, liveDays } from '@gemel/cli/node/demo-people';
import { DAY, HOUR, instant } from '@gemel/core';
import type { TwinSummary } from '@gemel/server/api';
import { type RunningServer, startServer } from '@gemel/server/node/server';
import { openWorld, type World } from '@gemel/server/node/world';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { strings } from '../strings.data.ts';
import { type BuiltWeb, buildWeb } from './build-web.ts';
import { openBrowser, openPage, skipReason } from './chromium.ts';
import { sideways, violations, type Watch, watchPage } from './watch-page.ts';

const PATIENCE = { timeout: 100_000, interval: 100 };
/** Five days of records, then mid-morning: the clock stands still, so that what was read is what is acted on. */
const NOW = instant(DEMO_START + 5 * DAY + 10 * HOUR + 2 * 60_000);

describe('the whole loop over the real server', { timeout: 120_000 }, () => {
  let web: BuiltWeb;
  let world: World;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let watch: Watch;
  const folder = mkdtempSync(join(tmpdir(), 'gemel-loop-'));

  beforeAll(async () => {
    if (skipReason !== null) return;
    [web, browser] = await Promise.all([buildWeb(), openBrowser()]);
    world = await openWorld({ folder, seed: 1, clock: () => NOW });
    const clock = () => ({ kind: 'demonstration' as const, now: NOW, speed: 1 });
    server = await startServer({ world, webRoot: web.root, clock });
    page = await openPage(browser);
    watch = watchPage(page, server.url);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await world?.close();
    await web?.remove();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach((context) => {
    if (skipReason !== null) context.skip(skipReason);
  });

  test('L1 records come in by the import dialog, which asks for what a file does not say', async () => {
    const anna = DEMO_PEOPLE.find((person) => person.id === 'anna')!;
    const files = personFiles(liveDays(anna, 1, 6), DEMO_START, NOW, 'record');
    await page.goto(server.url);
    await page.getByText(strings.twins.emptyTitle).waitFor();
    for (const file of files) {
      await page.getByRole('button', { name: strings.importing.button }).first().click();
      const dialog = page.getByRole('dialog');
      await page.setInputFiles('input[type=file]', {
        name: file.name,
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(file.text),
      });
      const take = dialog.getByRole('button', { name: strings.importing.take });
      const account = page.getByTestId('loss-account');
      const again = dialog.getByRole('button', { name: strings.importing.again });
      await account.or(again).or(take).first().waitFor();
      if (await take.isVisible()) {
        await dialog.getByRole('combobox', { name: strings.importing.subject }).selectOption({ label: 'Anna Sommer' });
        await take.click();
        await account.or(again).first().waitFor();
      }
      for (let round = 0; round < 3 && (await again.isVisible()); round++) {
        const field = async (label: string, act: () => Promise<void>) => {
          if ((await dialog.getByText(label).count()) > 0) await act();
        };
        await field(strings.importing.zone, async () => {
          await dialog.getByRole('combobox').fill('Europe/Berlin');
          await page.keyboard.press('Tab');
        });
        await field(strings.importing.unit, () => dialog.getByRole('radio', { name: anna.unit }).check());
        await field(strings.importing.dates, () => dialog.getByRole('radio', { name: /day first/ }).check());
        await again.click();
        await dialog.getByText(strings.importing.reading(file.name)).waitFor({ state: 'detached' });
      }
      await account.waitFor();
      expect(await account.textContent()).toContain(strings.importing.mapped);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    const twins = (await (await fetch(`${server.url}/api/twins`)).json()) as TwinSummary[];
    expect(twins.map((twin) => twin.name)).toEqual(['Anna Sommer']);
    await page.getByTestId('twin-row').first().waitFor();
    expect(await page.getByTestId('twin-row').first().textContent()).toContain(twins[0]!.headline.value);
  });

  test('L2 the cockpit says why there is no forecast, calibrates, and then draws the fan without a reload', async () => {
    await page.getByRole('link', { name: 'Anna Sommer' }).click();
    await page.getByRole('heading', { level: 1, name: 'Anna Sommer' }).waitFor();
    await page.getByRole('heading', { name: strings.noForecast.title }).waitFor();
    await page.getByRole('button', { name: strings.standing.calibrate }).first().click();
    await page.getByRole('heading', { name: strings.quantities.title }).waitFor({ timeout: PATIENCE.timeout });
    expect(await page.getByText(strings.posterior.none).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  test('L3 a what-if compares two arms; limits have the last word', async () => {
    await page.getByRole('link', { name: strings.nav.whatif, exact: true }).click();
    await page.getByTestId('arms').waitFor();
    const before = await page.getByTestId('arms').innerHTML();
    await page.getByRole('textbox', { name: `Bolus, ${strings.whatif.amount}, U` }).fill('40');
    await expect.poll(() => page.getByTestId('arms').innerHTML(), PATIENCE).not.toBe(before);
    const worst = page.getByText(/: (reduced|forbidden)\./);
    await expect.poll(() => worst.count(), PATIENCE).toBeGreaterThan(0);
    expect(new URL(page.url()).searchParams.get('bolus')).toBe('40');
    expect(await violations(page)).toEqual([]);
  });

  test('L4 a proposal says why, is decided by a person with a reason, and leaves as a draft that replays', async () => {
    await page.getByRole('link', { name: new RegExp(`^${strings.nav.proposal}`) }).click();
    await page.getByRole('button', { name: strings.proposal.ask }).click();
    await page.getByTestId('statement').waitFor({ timeout: PATIENCE.timeout });
    expect(await page.getByRole('region', { name: strings.proposal.inputs }).first().textContent()).toContain(
      'Sensor glucose',
    );
    expect(await violations(page)).toEqual([]);
    await page.getByRole('radio', { name: /^Reject/ }).check();
    await page.getByLabel(strings.proposal.person).fill('Dr Example');
    await page.getByLabel(strings.proposal.reason).fill('Lunch is earlier than planned.');
    await page.getByRole('button', { name: strings.proposal.submit.reject }).click();
    await page.getByTestId('recorded').waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: strings.proposal.bundle }).click(),
    ]);
    expect(JSON.parse(readFileSync(await file.path(), 'utf8'))).toMatchObject({ resourceType: 'Bundle' });
    await page.getByRole('button', { name: strings.proposal.replay }).click();
    await page.getByText(strings.proposal.replayed).waitFor({ timeout: PATIENCE.timeout });
    watch.faults.splice(0, watch.faults.length, ...watch.faults.filter((fault) => !/status of 422/.test(fault)));
    expect(watch.faults).toEqual([]);
  });

  test('L5 a pharmacist types a person and pastes doses and levels; what is wrong stands beside its field; a twin is made', async () => {
    await page.goto(server.url);
    await page.getByRole('link', { name: strings.entry.button }).click();
    await page.getByRole('combobox', { name: strings.entry.twin }).selectOption({ label: 'Dosing of Vancomycin' });
    await page.getByLabel(strings.entry.name).fill('Vera Voss');
    await page.getByLabel(strings.entry.born).fill('65');
    await page.getByLabel(strings.entry.sex, { exact: true }).selectOption('female');
    await page.getByLabel(strings.entry.weight).fill('80');
    await page.getByLabel(strings.entry.height).fill('175');
    await page.getByText(strings.entry.paste).click();
    await page
      .getByLabel(strings.entry.pasteLabel)
      .fill(
        [
          'creatinine; 2026-03-06 06:00; 97; umol/L',
          'dose; 2026-03-05 08:00; 1500; mg; 1.5',
          'dose; 2026-03-05 20:00; 1000; mg; 1',
          'dose; 2026-03-06 08:00; 1000; mg; 1',
          'level; 2026-03-06 07:30; 9,5; mg/L',
          'level; yesterday; 11.8; mg/L',
          'level; 2026-03-06 19:30; 5000; mg/L',
        ].join('\n'),
      );
    await page.getByRole('button', { name: strings.entry.pasteAction }).click();
    const rows = page.getByTestId('entry-row');
    expect(await rows.count()).toBe(7);
    await page.getByRole('button', { name: strings.entry.submit }).click();
    await page.getByText(strings.entry.wrong.time).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel(`${strings.entry.row(6)}, ${strings.entry.time}`).fill('2026-03-07 07:30');
    await page.getByRole('button', { name: strings.entry.submit }).click();
    const account = page.getByTestId('loss-account');
    await account.waitFor();
    // What the import says of a row stands under that row, by its code.
    await expect.poll(() => rows.nth(6).textContent(), PATIENCE).toMatch(/\([a-z]+-[a-z-]+\)/);
    expect(await rows.nth(5).textContent()).not.toMatch(/\([a-z]+-[a-z-]+\)/);
    for (const width of [375, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await expect.poll(() => sideways(page), PATIENCE).toEqual([]);
    }
    await account.getByRole('link', { name: /Vera Voss/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Vera Voss' }).waitFor();
    await page.getByRole('button', { name: strings.standing.calibrate }).first().click();
    await page.getByRole('heading', { name: strings.quantities.title }).waitFor({ timeout: PATIENCE.timeout });
  });

  test('L6 a drug’s cockpit offers no unit of glucose, calls no level stale, and compares models with why some are left out', async () => {
    expect(await page.getByTestId('now-value').textContent()).toContain('mg/L');
    expect(await page.getByTestId('now-value').getAttribute('data-stale')).toBe('false');
    expect(await page.getByRole('radio', { name: 'mmol/L' }).count()).toBe(0);
    const models = page.getByTestId('model');
    expect(await models.count()).toBe(7);
    expect(await page.locator('[data-testid=model][data-used=false]').count()).toBeGreaterThan(0);
    const region = page.getByRole('region', { name: strings.models.title }).first();
    expect(await region.textContent()).toContain('is not used');
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    expect(await violations(page, true)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    for (const width of [375, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await expect.poll(() => sideways(page), PATIENCE).toEqual([]);
    }
  });

  test('L7 what if this dose: dose, interval and infusion are set, the target’s chance stands for both arms, the link holds it', async () => {
    await page.getByRole('link', { name: strings.nav.whatif, exact: true }).click();
    await page.getByTestId('arms').waitFor();
    await page
      .getByRole('button', { name: /As last given: 1000 mg/ })
      .first()
      .click();
    await expect.poll(() => new URL(page.url()).searchParams.get('dose'), PATIENCE).toBe('1000');
    expect(new URL(page.url()).searchParams.get('dose-every')).toBe('12');
    const chances = page.getByRole('region', { name: strings.whatif.chances }).first();
    const before = await chances.textContent();
    await page
      .getByRole('textbox', { name: `Vancomycin dose, ${strings.whatif.amount}, mg` })
      .first()
      .fill('1500');
    await expect.poll(() => chances.textContent(), PATIENCE).not.toBe(before);
    expect(await chances.textContent()).toContain('AUC24: 400 to 600 mg·h/L');
    expect(await violations(page)).toEqual([]);
    const report = await fetch(`${server.url}/api/twins/${encodeURIComponent(await subjectOfVera())}/report`);
    const html = await report.text();
    for (const part of ['Proposal', 'Course', 'Doses', 'Levels', 'Models', 'Research use. Not for clinical use.'])
      expect(html).toContain(part);
    expect(html).not.toMatch(/<script|<link|src="http|url\(http/);
    watch.faults.splice(0, watch.faults.length, ...watch.faults.filter((fault) => !/status of 422/.test(fault)));
    expect(watch.faults).toEqual([]);
  });

  async function subjectOfVera(): Promise<string> {
    const twins = (await (await fetch(`${server.url}/api/twins`)).json()) as TwinSummary[];
    return twins.find(({ name }) => name === 'Vera Voss')!.subject;
  }
});
