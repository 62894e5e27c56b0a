/**
 * Colours as CSS custom properties, light and dark. Hues follow Okabe and Ito's palette for colour-vision deficiency
 * (jfly.uni-koeln.de/color), darkened or lightened until marks reach 3:1 and text 4.5:1 against the paper (WCAG 2.2).
 */
export const THEME = {
  '--gm-paper': { light: '#ffffff', dark: '#14181d' },
  '--gm-ink': { light: '#1a1f26', dark: '#eceff3' },
  '--gm-ink-soft': { light: '#4a5561', dark: '#b4bdc7' },
  '--gm-grid': { light: '#e3e7ec', dark: '#2b323a' },
  '--gm-axis': { light: '#7a8590', dark: '#7f8a95' },
  '--gm-panel': { light: '#f5f7f9', dark: '#1d232a' },
  '--gm-now': { light: '#1a1f26', dark: '#eceff3' },
  '--gm-observed': { light: '#1a1f26', dark: '#eceff3' },
  '--gm-target': { light: '#e6f4ee', dark: '#1b2d27' },
  '--gm-limit': { light: '#12805c', dark: '#3fc79a' },
  '--gm-warning': { light: '#b4341c', dark: '#ff8b6b' },
  '--gm-arm-1': { light: '#0067a3', dark: '#5cb8f0' },
  '--gm-arm-2': { light: '#b85000', dark: '#f59a4a' },
  '--gm-arm-3': { light: '#9a3f78', dark: '#e08fc0' },
  '--gm-arm-4': { light: '#0f7a58', dark: '#3fc79a' },
  '--gm-meal': { light: '#9a6200', dark: '#e6ab3c' },
  '--gm-bolus': { light: '#0067a3', dark: '#5cb8f0' },
  '--gm-basal': { light: '#3f6fb5', dark: '#8aa9e6' },
  '--gm-very-high': { light: '#c05600', dark: '#f08a30' },
  '--gm-high': { light: '#b88300', dark: '#f0c040' },
  '--gm-in-range': { light: '#1d8a4f', dark: '#45c27e' },
  '--gm-low': { light: '#d6333f', dark: '#f2656e' },
  '--gm-very-low': { light: '#8c1024', dark: '#c9445a' },
} as const;

export type ThemeColour = keyof typeof THEME;
