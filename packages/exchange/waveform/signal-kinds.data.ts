/** What a signal is a picture of, so far as its name tells. */
export type SignalKind = 'ecg' | 'ppg' | 'breathing';

/** By name in capitals; the first that fits. What fits none is of an unknown kind, and nothing is derived from it. */
export const SIGNAL_KINDS: readonly (readonly [RegExp, SignalKind])[] = [
  [/^(PLETH|PPG|SPO2 ?WAVE)/, 'ppg'],
  [/^(RESP|IMP(EDANCE)?\b|THOR|ABDO|CHEST|BELT)/, 'breathing'],
  [/^(MDC_ECG_LEAD_|ECG|EKG|ML?(I{1,3}|V\d?)$|MCL|CM5|CC5|AV[RLF]$|V\d?R?$|V[XYZ]$|[XYZ]$|I{1,3}$)/, 'ecg'],
];

export function signalKind(name: string): SignalKind | null {
  const plain = name.trim().toUpperCase();
  return SIGNAL_KINDS.find(([pattern]) => pattern.test(plain))?.[1] ?? null;
}
