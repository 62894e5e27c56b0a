import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Path of a Chromium on this machine; `GEMEL_CHROMIUM` names another. */
export const chromiumPath: string | null =
  process.env.GEMEL_CHROMIUM ?? PLACES.find((place) => existsSync(place)) ?? null;

/** Why browser tests are skipped; null where they run. With CI=true a missing browser is a failure, not a skip. */
export const skipReason: string | null =
  chromiumPath === null && process.env.CI !== 'true' ? `no Chromium at ${PLACES.join(', ')} or GEMEL_CHROMIUM` : null;

const FLAGS = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser; its profile is a fresh folder that is removed with it. */
export function openBrowser(): Promise<Browser> {
  if (chromiumPath === null) throw new Error(`No Chromium at ${PLACES.join(', ')}, and CI asks for one.`);
  return chromium.launch({ executablePath: chromiumPath, headless: true, args: FLAGS });
}

/** A page with storage of its own. */
export async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(20_000);
  return context.newPage();
}
