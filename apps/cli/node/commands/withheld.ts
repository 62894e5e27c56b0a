import type { Withheld } from '@gemel/runtime';

/** A service that was withheld, with every reason. */
export function withheldText(withheld: Withheld): string {
  const reasons = withheld.missing.map((part) => `  ${part.code}: ${part.statement}`);
  return [`${withheld.service} withheld:`, ...reasons].join('\n');
}
