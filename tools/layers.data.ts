/** One folder of the house and what it may import. The check knows no exceptions; a new need changes this table in the open. */
export interface Layer {
  /** Folder from the root; `*` stands for each folder in it. */
  readonly folder: string;
  /** Folders it may import by package name; `all` for everything. A part after the package narrows it to those subfolders. */
  readonly imports: readonly string[] | 'all';
  /** Whether code outside folders named `node/` and outside tests must take clock, dice, disk and sockets as arguments. */
  readonly pure: boolean;
}

export const layers: readonly Layer[] = [
  { folder: 'packages/numerics', imports: [], pure: true },
  { folder: 'packages/core', imports: ['packages/numerics/random', 'packages/numerics/special'], pure: true },
  { folder: 'packages/inference', imports: ['packages/numerics'], pure: true },
  { folder: 'packages/modeling', imports: ['packages/core', 'packages/numerics'], pure: true },
  { folder: 'packages/exchange', imports: ['packages/core', 'packages/numerics/signal'], pure: true },
  { folder: 'packages/charts', imports: ['packages/core'], pure: true },
  { folder: 'packages/store', imports: ['packages/core'], pure: true },
  {
    folder: 'packages/runtime',
    imports: ['packages/core', 'packages/modeling', 'packages/inference', 'packages/numerics', 'packages/store'],
    pure: true,
  },
  {
    folder: 'packs/*',
    imports: [
      'packages/core',
      'packages/numerics',
      'packages/inference',
      'packages/modeling',
      'packages/charts',
      'packages/runtime',
      'packages/store',
    ],
    pure: true,
  },
  {
    folder: 'templates/pack',
    imports: ['packages/core', 'packages/numerics', 'packages/runtime', 'packages/store'],
    pure: true,
  },
  { folder: 'templates/method', imports: ['packages/inference', 'packages/numerics'], pure: true },
  { folder: 'templates/adapter', imports: ['packages/core', 'packages/exchange'], pure: true },
  { folder: 'apps/*', imports: 'all', pure: false },
  { folder: 'examples/*', imports: 'all', pure: false },
  { folder: 'evidence', imports: 'all', pure: false },
  { folder: 'bench', imports: 'all', pure: false },
  { folder: 'tools', imports: 'all', pure: false },
];

/** Globals that reach the clock, the dice, the disk, the network or the screen. */
export const impureGlobals: readonly string[] = [
  'process',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'requestAnimationFrame',
  'fetch',
  'WebSocket',
  'EventSource',
  'XMLHttpRequest',
  'Worker',
  'crypto',
  'Buffer',
  'require',
  'console',
  'globalThis',
  'window',
  'self',
  'document',
  'navigator',
  'localStorage',
  'sessionStorage',
  'indexedDB',
];

/** Members that do so on globals that are otherwise pure. */
export const impureMembers: readonly string[] = ['Date.now', 'Math.random'];

/** File and folder names that say nothing. */
export const emptyNames: readonly string[] = ['util', 'utils', 'common', 'helper', 'helpers', 'misc'];

export const MOST_LINES = 700;
