import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** What a page did that it should not: console errors, uncaught errors, requests to other origins. */
export interface Watch {
  readonly faults: string[];
  /** Console errors that a step brings about on purpose (a refused request) are taken out by this. */
  expect(pattern: RegExp): void;
}

export function watchPage(page: Page, origin: string): Watch {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:') && !url.startsWith('blob:'))
      faults.push(`leaves the origin: ${url}`);
  });
  return {
    faults,
    expect: (pattern) => {
      const kept = faults.filter((fault) => !pattern.test(fault));
      if (kept.length === faults.length) kept.push(`expected a fault like ${pattern}, saw none`);
      faults.splice(0, faults.length, ...kept);
    },
  };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeWindow {
  axe: {
    run(
      context: unknown,
      options: unknown,
    ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
  };
}

const WCAG = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
/** The rules of that list that depend on colours. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** Violations of WCAG 2.2 A and AA on the page as it stands, one line each; `colours` runs only the rules about colours. */
export async function violations(page: Page, colours = false): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(
    async (runOnly) => {
      const { axe } = window as unknown as AxeWindow;
      const result = await axe.run(document, { runOnly, resultTypes: ['violations'] });
      return result.violations.flatMap((violation) =>
        violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
      );
    },
    colours ? COLOURS : WCAG,
  );
}

/** What makes the page wider than the window; empty where nothing does. */
export function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const over = [...document.querySelectorAll('body *')].filter(
      (e) => e.getBoundingClientRect().right > clientWidth + 0.5,
    );
    return [`${scrollWidth} px of ${clientWidth}`, ...over.map((e) => `${e.tagName} ${e.getAttribute('class')}`)];
  });
}
