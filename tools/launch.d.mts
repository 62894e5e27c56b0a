export const ROOT: string;
export function install(): void;
export function findNode(): string;
export function environment(extra?: Readonly<Record<string, string>>): NodeJS.ProcessEnv;
export function runNode(
  args: readonly string[],
  options?: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
): Promise<number>;
export function say(line: string): void;
