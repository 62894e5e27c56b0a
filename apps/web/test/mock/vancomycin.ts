import { vancomycin as drug } from '@gemel/pack-dosing/drugs/vancomycin/index';
import { viewOf } from '@gemel/pack-dosing/view';

/** How the twin of vancomycin is shown. */
export const vancomycin = viewOf(drug);
