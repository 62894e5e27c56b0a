/** What policies are asked; the same answer for the same question, so that it may be remembered. */
export interface PolicyQuestion {
  readonly agent: { readonly id: string; readonly kind: string; readonly roles: readonly string[] };
  readonly action: string;
  readonly data: { readonly type: string; readonly classes: readonly string[]; readonly labels: readonly string[] };
  readonly purpose: string;
  readonly purposes: readonly string[];
  readonly consent: 'permit' | 'deny' | 'silent';
  readonly implied: boolean;
  readonly restricted: boolean;
  readonly personal: boolean;
  readonly own: boolean;
  readonly breakGlass: boolean;
}

/** A policy that decided. */
export interface PolicyNote {
  readonly id: string;
  /** Its `@reason`, in plain words. */
  readonly reason: string;
  /** Its `@code`, for programs; null where it has none. */
  readonly code: string | null;
}

export interface PolicyAnswer {
  readonly permit: boolean;
  /** Those that decided: of a refusal the forbidding ones, and none where nothing permits. */
  readonly policies: readonly PolicyNote[];
}

/** The policies in force. */
export interface PolicyEngine {
  /** SHA-256 over the schema and every policy. */
  readonly hash: string;
  readonly ids: readonly string[];
  answer(question: PolicyQuestion): PolicyAnswer;
}
