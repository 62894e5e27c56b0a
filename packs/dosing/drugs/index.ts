import type { Drug } from '../drug.ts';
import { amikacin } from './amikacin/index.ts';
import { busulfan } from './busulfan/index.ts';
import { carboplatin } from './carboplatin/index.ts';
import { digoxin } from './digoxin/index.ts';
import { gentamicin } from './gentamicin/index.ts';
import { meropenem } from './meropenem/index.ts';
import { methotrexate } from './methotrexate/index.ts';
import { piperacillin } from './piperacillin/index.ts';
import { tacrolimus } from './tacrolimus/index.ts';
import { tobramycin } from './tobramycin/index.ts';
import { vancomycin } from './vancomycin/index.ts';
import { voriconazole } from './voriconazole/index.ts';
import { warfarin } from './warfarin/index.ts';

/** Every drug of the pack. */
export const drugs: readonly Drug[] = [
  vancomycin,
  gentamicin,
  tobramycin,
  amikacin,
  meropenem,
  piperacillin,
  tacrolimus,
  digoxin,
  busulfan,
  carboplatin,
  warfarin,
  voriconazole,
  methotrexate,
];
