import { THEME, type ThemeColour } from './theme.data.ts';

export { THEME, type ThemeColour };

/** A colour of the theme for use in an SVG attribute; without a stylesheet it is the light one. */
export function colour(name: ThemeColour): string {
  return `var(${name},${THEME[name].light})`;
}

/** The typeface of charts and reports: what the reader's system has. */
export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif";

const declare = (scheme: 'light' | 'dark') =>
  Object.entries(THEME)
    .map(([name, value]) => `${name}:${value[scheme]}`)
    .join(';');

/**
 * The stylesheet that charts look to: light by default, dark where the reader's system asks for it or where an ancestor
 * carries `data-theme="dark"`; paper is always light. A page includes it once.
 */
export const CHART_CSS = [
  `:root{${declare('light')}}`,
  `@media screen and (prefers-color-scheme:dark){:root:not([data-theme="light"]){${declare('dark')}}}`,
  `@media screen{[data-theme="dark"]{${declare('dark')}}}`,
].join('\n');
