import { PhraseTable } from './phrases.ts';
import type { LexiconEntry } from './rules.ts';

const tableOf = (rows: readonly (readonly [name: string, also: string])[]): PhraseTable<LexiconEntry> => {
  const table = new PhraseTable<LexiconEntry>();
  for (const [name, also] of rows) {
    const entry: LexiconEntry = { name, codings: [] };
    for (const each of [name, ...also.split(',')]) table.add(each.trim(), entry);
  }
  return table;
};

/** Words by which a sentence speaks of allergies. */
export const allergyWords: ReadonlySet<string> = new Set(['allergic', 'allergy', 'allergies', 'nkda', 'nka', 'nkma']);

/** What besides the drugs of the lexicon one is allergic to; no code, as SNOMED's are the user's to load. */
export const allergens = tableOf([
  ['sulfonamide', 'sulfa, sulfa drugs, sulfonamides, sulfa antibiotics, sulpha'],
  ['latex', ''],
  ['shellfish', 'shrimp, crab, lobster'],
  ['peanut', 'peanuts'],
  ['tree nut', 'tree nuts, nuts, walnuts, cashews, almonds'],
  ['egg', 'eggs'],
  ['milk', 'dairy, cow milk'],
  ['soy', ''],
  ['wheat', 'gluten'],
  ['fish', ''],
  ['iodine', 'betadine'],
  ['iodinated contrast', 'contrast, iv contrast, contrast dye, iv dye, contrast media'],
  ['nonsteroidal anti-inflammatory drug', 'nsaids, nsaid'],
  ['ACE inhibitor', 'ace inhibitors, acei'],
  ['statin', 'statins'],
  ['opioid', 'opiates, opioids'],
  ['cephalosporin', 'cephalosporins'],
  ['quinolone', 'quinolones, fluoroquinolones'],
  ['macrolide', 'macrolides'],
  ['tetracycline', 'tetracyclines'],
  ['bee venom', 'bee stings, bee sting, bees, wasps'],
  ['pollen', 'ragweed, grass pollen'],
  ['dust mite', 'dust, dust mites'],
  ['animal dander', 'cats, dogs, cat dander, dog dander'],
  ['adhesive tape', 'tape, adhesive'],
]);

/** Reactions that are no finding of their own. */
export const reactionWords = tableOf([
  ['gastrointestinal upset', 'gi upset, upset stomach, stomach upset, gi intolerance'],
  ['throat swelling', 'throat closing, swelling of the throat, throat swells'],
  ['facial swelling', 'face swelling, lip swelling, swelling of face, tongue swelling'],
  ['Stevens-Johnson syndrome', 'sjs'],
  ['red man syndrome', 'redman syndrome, red man'],
  ['flushing', ''],
  ['unknown reaction', 'reaction unknown, unknown'],
]);

const none = new PhraseTable<true>();
for (const phrase of 'nkda|nka|nkma|no known drug allergies|no known allergies|no known drug allergy|no known medication allergies|no allergies|no drug allergies|denies allergies|denies drug allergies|denies any allergies|denies any drug allergies|no known food or drug allergies|no medication allergies|allergies none|allergies : none|no known allergy|has no allergies'.split(
  '|',
))
  none.add(phrase, true);
export const noAllergies = none;
