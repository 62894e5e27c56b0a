export * from './contract.ts';
export * from './errors.data.ts';
export * from './memory.ts';
export * from './merkle.ts';
