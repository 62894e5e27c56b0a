import { THEME } from '@gemel/charts/theme';
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Deep water blue-green: the one accent; risk and ranges have their own colours in tokens.css. */
const accent: MantineColorsTuple = [
  '#e9f5f5',
  '#d5e8e9',
  '#a9d2d5',
  '#7abcc1',
  '#54a9b0',
  '#3c9da5',
  '#2e97a0',
  '#1d7f88',
  '#0b6670',
  '#00545d',
];

/** Surfaces of the dark scheme in the same cool hue as tokens.css. */
const dark: MantineColorsTuple = [
  '#e9eef2',
  '#b8bec4',
  '#8d97a0',
  '#73808a',
  '#3b4750',
  '#2c373f',
  '#1f2930',
  '#182026',
  '#10171c',
  '#0b1013',
];

const FONT = "'Inter Variable', system-ui, sans-serif";

export const theme = createTheme({
  colors: { accent, dark },
  primaryColor: 'accent',
  primaryShade: 8,
  autoContrast: true,
  luminanceThreshold: 0.3,
  fontFamily: FONT,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontFamily: FONT, fontWeight: '650' },
  defaultRadius: 'md',
  respectReducedMotion: true,
  components: {
    Slider: { defaultProps: { thumbSize: 26, size: 6 } },
    Tooltip: { defaultProps: { withArrow: true, events: { hover: true, focus: true, touch: true } } },
  },
});

/** The charts' own colours in this scheme. */
function chartColours(scheme: 'light' | 'dark'): Record<string, string> {
  const colours = Object.fromEntries(Object.entries(THEME).map(([name, value]) => [name, value[scheme]]));
  return { ...colours, '--gm-paper': 'var(--surface)' };
}

/** Greys that keep 4.5:1 on every surface of the app, and the charts' colours. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#495057',
    '--mantine-color-placeholder': '#5c636a',
    '--mantine-color-error': '#a61b1b',
    '--mantine-color-text': '#16202a',
    ...chartColours('light'),
  },
  dark: {
    '--mantine-color-dimmed': '#b8bec4',
    '--mantine-color-placeholder': '#9aa1a8',
    '--mantine-color-error': '#ff9a94',
    '--mantine-color-body': '#182026',
    '--mantine-color-text': '#e9eef2',
    ...chartColours('dark'),
  },
});
