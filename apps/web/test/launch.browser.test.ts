import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { courseFiles, DEMO_COURSES, liveCourse } from '@gemel/cli/node/demo-courses';
import { DEMO_NOW, DEMO_START } from '@gemel/cli/node/demo-people';
import { decode } from '@gemel/cli/node/sources';
import { sniffDoor } from '@gemel/exchange';
import { Access } from '@gemel/server/node/auth/access';
import { readConfiguration } from '@gemel/server/node/configuration';
import { type RunningServer, startServer } from '@gemel/server/node/server';
import { openWorld, sha256, type World } from '@gemel/server/node/world';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { strings } from '../strings.data.ts';
import { type BuiltWeb, buildWeb } from './build-web.ts';
import { openBrowser, openPage, skipReason } from './chromium.ts';
import { sideways, violations, type Watch, watchPage } from './watch-page.ts';

const PASSWORD = 'correct horse battery';
const ruth = DEMO_COURSES[0]!;
const otto = { ...ruth, id: 'otto', name: 'Otto Maier', sex: 'male' } as const;

describe('a launch from the hospital’s record', { timeout: 120_000 }, () => {
  let web: BuiltWeb;
  let world: World;
  let access: Access;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let watch: Watch;
  const folder = mkdtempSync(join(tmpdir(), 'gemel-launch-'));

  beforeAll(async () => {
    if (skipReason !== null) return;
    [web, browser] = await Promise.all([buildWeb(), openBrowser()]);
    world = await openWorld({ folder, seed: 1, clock: () => DEMO_NOW });
    for (const course of [ruth, otto])
      for (const file of courseFiles(liveCourse(course, 1), DEMO_START, DEMO_NOW, 'record')) {
        const bytes = new TextEncoder().encode(file.text);
        const door = sniffDoor(bytes, file.name)!;
        const source = { name: file.name, sha256: sha256(bytes), format: door.id, bytes: bytes.length };
        await world.hub.admit(decode({ name: file.name, bytes, sha256: source.sha256, door }, file.options), source);
      }
    const configuration = readConfiguration({ GEMEL_AUTH: 'embedded', GEMEL_LAUNCHER: 'on' });
    access = await Access.open({ configuration, world, folder });
    const doctor = {
      name: 'doctor',
      title: 'Dr Ada Stern',
      roles: ['clinician'] as const,
      fhirUser: null,
      subject: null,
    };
    await access.users.add(doctor, PASSWORD);
    await access.clients.add({
      id: 'chart',
      title: 'Growth chart',
      proof: 'none',
      redirects: [`http://127.0.0.1:1/done`],
      launch: null,
      scopes: ['launch/patient', 'patient/*.rs', 'offline_access'],
      keys: null,
      keysAddress: null,
      roles: [],
      purpose: 'TREAT',
    });
    server = await startServer({ world, access, webRoot: web.root });
    page = await openPage(browser);
    watch = watchPage(page, server.url);
  }, 120_000);
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

  const shot = (name: string) =>
    process.env.GEMEL_SCREENSHOTS === undefined
      ? undefined
      : page.screenshot({ path: join(process.env.GEMEL_SCREENSHOTS, `${name}.png`), fullPage: true });

  test('S1 who is not logged in is led to the log-in, told of a wrong password, and led on', async () => {
    await page.goto(`${server.url}/launcher`);
    await page.getByRole('heading', { name: 'Log in to Gemel' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await shot('log-in');
    const logIn = async (password: string) => {
      await page.getByLabel('Name').fill('doctor');
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Log in' }).click();
    };
    await logIn('not the one');
    await page.getByRole('alert').getByText('do not belong together').waitFor();
    watch.expect(/401/);
    expect(await violations(page)).toEqual([]);
    await logIn(PASSWORD);
    await page.getByRole('heading', { name: 'Hospital record' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/launcher');
    expect(await violations(page)).toEqual([]);
    expect(await sideways(page)).toEqual([]);
    await shot('record');
  });

  let frame: FrameLocator;
  test('S2 a person is opened in the record, and their twin stands in its frame', async () => {
    await page.getByRole('button', { name: ruth.name }).click();
    frame = page.frameLocator('iframe');
    await frame.getByRole('heading', { level: 1 }).filter({ hasText: ruth.name }).waitFor();
    await frame.getByTestId('research-strip').waitFor();
    expect(await page.getByRole('button', { name: ruth.name }).getAttribute('aria-current')).toBe('true');
    await shot('launched');
    expect(await violations(page)).toEqual([]);
    expect(watch.faults).toEqual([]);
  });

  test('S3 the launched app sees that person and nobody else', async () => {
    await frame.getByRole('link', { name: strings.nav.twins, exact: true }).click();
    await frame.getByText(ruth.name).first().waitFor();
    expect(await frame.getByText(otto.name).count()).toBe(0);
    // The frame's token, not the session of the page around it, is what the server goes by.
    expect(await frame.getByRole('button', { name: strings.account.logOut }).count()).toBe(0);
    expect(watch.faults).toEqual([]);
  });

  test('S4 the app keeps its token in no storage of the browser', async () => {
    const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    expect(kept).not.toMatch(/token|verifier|gemel\.launch/);
  });

  test('S5 a launch that nobody began, or of another server, is refused in words', async () => {
    await page.goto(`${server.url}/launch`);
    await page.getByRole('alert').getByText(strings.launch.notLaunched).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${server.url}/launch?iss=https%3A%2F%2Fevil.example%2Ffhir&launch=x`);
    await page.getByRole('alert').getByText('evil.example').waitFor();
    await page.goto(`${server.url}/launch?code=stolen&state=made-up`);
    await page.getByRole('alert').getByText(strings.launch.forgotten).waitFor();
    await shot('launch-refused');
    expect(watch.faults).toEqual([]);
  });

  test('S6 without a launch the same browser is the person’s own: everybody, a name, and a way out', async () => {
    await page.goto(server.url);
    await page.getByText(otto.name).first().waitFor();
    await page.getByText('Dr Ada Stern').waitFor();
    await shot('own');
    expect(await violations(page)).toEqual([]);
  });

  test('S7 an app from outside asks in plain words, and the person chooses whom', async () => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'chart',
      redirect_uri: 'http://127.0.0.1:1/done',
      state: 's',
      aud: `${server.url}/fhir`,
      scope: 'launch/patient patient/*.rs offline_access user/*.rs',
      code_challenge: 'A'.repeat(43),
      code_challenge_method: 'S256',
    });
    await page.goto(`${server.url}/oauth/authorize?${query}`);
    await page.getByRole('heading', { name: 'Growth chart asks to' }).waitFor();
    await page.getByText('Read and search all data of the chosen person').waitFor();
    expect(await violations(page)).toEqual([]);
    await shot('consent');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page, true)).toEqual([]);
    await shot('consent-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByLabel('Whose data').selectOption({ label: ruth.name });
  });

  test('S8 logging out ends it: the page leads to the log-in again', async () => {
    await page.goto(server.url);
    await page.getByRole('button', { name: strings.account.logOut }).click();
    await page.getByRole('heading', { name: 'Log in to Gemel' }).waitFor();
    await page.goto(`${server.url}/`);
    await page.getByRole('heading', { name: 'Log in to Gemel' }).waitFor();
    watch.expect(/401/);
    expect(watch.faults).toEqual([]);
  });
});
