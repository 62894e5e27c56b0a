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

const FONT = "'Inter Variable', system-ui, sans-serif";

export const theme = createTheme({
  colors: { accent },
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
    ...chartColours('light'),
  },
  dark: {
    '--mantine-color-dimmed': '#b8bec4',
    '--mantine-color-placeholder': '#9aa1a8',
    '--mantine-color-error': '#ff9a94',
    '--mantine-color-body': '#0f1418',
    ...chartColours('dark'),
  },
});
