import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import './tokens.css';
import './app.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connect } from './data/live.ts';
import { PreferencesProvider } from './data/preferences.tsx';
import { cssVariables, theme } from './theme.ts';

// A launched app has no access before its launch is complete.
if (location.pathname !== '/launch') connect();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <PreferencesProvider>
        <App />
      </PreferencesProvider>
    </MantineProvider>
  </StrictMode>,
);
