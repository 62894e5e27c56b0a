export * from './model.ts';
export * from './pack.ts';
