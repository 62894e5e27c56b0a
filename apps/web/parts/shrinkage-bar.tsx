/** The prior spread as a pale bar, what is left of it as a dark one in its middle. */
export function ShrinkageBar({ share }: { readonly share: number }) {
  const width = 72;
  const left = Math.min(1, Math.max(0.03, share)) * width;
  return (
    <svg viewBox={`0 0 ${width} 12`} width={width} height="12" aria-hidden="true" focusable="false">
      <rect x="0" y="3" width={width} height="6" rx="3" fill="var(--edge)" />
      <rect x={(width - left) / 2} y="1" width={left} height="10" rx="4" fill="var(--predicted)" />
    </svg>
  );
}
