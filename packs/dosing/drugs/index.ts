import type { Drug } from '../drug.ts';
import { vancomycin } from './vancomycin/index.ts';

/** Every drug of the pack. */
export const drugs: readonly Drug[] = [vancomycin];
