/** Two rings that overlap: the person and the twin. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#0b5c66" />
      <circle cx="12.5" cy="16" r="7" fill="none" stroke="#fff" strokeWidth="2.4" />
      <circle cx="19.5" cy="16" r="7" fill="none" stroke="#8fe3dc" strokeWidth="2.4" />
    </svg>
  );
}
