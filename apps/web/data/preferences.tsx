import type { ShownUnit } from '@gemel/server/api';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { sentenceInUnit, type Units, unitsOf } from './units.ts';

const KEY = 'gemel-units';

export type OfferedUnits = readonly [ShownUnit, ...ShownUnit[]];

interface Preferences {
  /** Chosen unit by the unit values are kept in. */
  readonly chosen: Readonly<Record<string, string>>;
  readonly choose: (base: string, unit: string) => void;
  /** What the page gives a choice of. */
  readonly offered: readonly OfferedUnits[];
  readonly offer: (offered: readonly OfferedUnits[]) => void;
}

const Context = createContext<Preferences>({ chosen: {}, choose: () => {}, offered: [], offer: () => {} });

function stored(): Readonly<Record<string, string>> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter(([, unit]) => typeof unit === 'string'));
  } catch {
    return {};
  }
}

/** What this reader prefers; kept in this browser only. */
export function PreferencesProvider({ children }: { readonly children: ReactNode }) {
  const [chosen, setChosen] = useState(stored);
  const [offered, offer] = useState<readonly OfferedUnits[]>([]);
  const value = useMemo(
    () => ({
      chosen,
      offered,
      offer,
      choose: (base: string, unit: string) => {
        const next = { ...chosen, [base]: unit };
        setChosen(next);
        try {
          localStorage.setItem(KEY, JSON.stringify(next));
        } catch {
          // a browser that keeps nothing still switches
        }
      },
    }),
    [chosen, offered],
  );
  return <Context value={value}>{children}</Context>;
}

export function usePreferences(): Preferences {
  return useContext(Context);
}

/** Tells the header which units this page's twins leave a choice of; each set once, single units left out. */
export function useOffer(units: readonly OfferedUnits[]): void {
  const { offer } = usePreferences();
  const choices = units.filter((own, i) => own.length > 1 && units.findIndex((u) => u[0].unit === own[0].unit) === i);
  const key = JSON.stringify(choices);
  useEffect(() => offer(JSON.parse(key) as OfferedUnits[]), [offer, key]);
}

/** Where nothing is said of a twin: values stand in their own units. */
const OWN: OfferedUnits = [{ unit: '', factor: 1, decimals: 0 }];
const Twin = createContext<OfferedUnits>(OWN);

/** Writes the values within in the units of one twin. */
export function UnitsOfTwin({ units, children }: { readonly units: OfferedUnits; readonly children: ReactNode }) {
  return <Twin value={units}>{children}</Twin>;
}

/** How the values of the twin about are written. */
export function useUnits(): Units {
  const { chosen } = usePreferences();
  const offered = useContext(Twin);
  const unit = chosen[offered[0].unit];
  return useMemo(() => unitsOf(offered, unit), [offered, unit]);
}

/** Writes the server's sentences in the unit shown. */
export function useSentence(): (sentence: string) => string {
  const offered = useContext(Twin);
  const units = useUnits();
  return (sentence) => sentenceInUnit(sentence, offered, units);
}
