import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { type GlucoseUnit, sentenceInUnit } from './glucose.ts';

const KEY = 'gemel-glucose-unit';

interface Preferences {
  readonly unit: GlucoseUnit;
  readonly setUnit: (unit: GlucoseUnit) => void;
}

const Context = createContext<Preferences>({ unit: 'mg/dL', setUnit: () => {} });

function stored(): GlucoseUnit {
  try {
    return localStorage.getItem(KEY) === 'mmol/L' ? 'mmol/L' : 'mg/dL';
  } catch {
    return 'mg/dL';
  }
}

/** What this reader prefers; kept in this browser only. */
export function PreferencesProvider({ children }: { readonly children: ReactNode }) {
  const [unit, setState] = useState<GlucoseUnit>(stored);
  const value = useMemo(
    () => ({
      unit,
      setUnit: (next: GlucoseUnit) => {
        setState(next);
        try {
          localStorage.setItem(KEY, next);
        } catch {
          // a browser that keeps nothing still switches
        }
      },
    }),
    [unit],
  );
  return <Context value={value}>{children}</Context>;
}

/** Writes the server's sentences in the unit shown. */
export function useSentence(): (sentence: string) => string {
  const { unit } = usePreferences();
  return (sentence) => sentenceInUnit(sentence, unit);
}

export function usePreferences(): Preferences {
  return useContext(Context);
}
