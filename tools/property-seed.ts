import fc from 'fast-check';

// One seed, so that a check of the same sources says the same twice. GEMEL_PROPERTY_SEED=random looks elsewhere.
const asked = process.env.GEMEL_PROPERTY_SEED ?? '20261121';
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked) });
