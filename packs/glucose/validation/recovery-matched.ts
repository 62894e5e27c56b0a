import { instant } from '@gemel/core';
import { defineValidation } from '@gemel/core/validation';
import { UNPERTURBED } from '../generate.ts';
import { recover, recoveryRows } from '../recovery-study.ts';

/** The model the twin has, integrated by another solver; settings as a clinic would program them. */
export default defineValidation({
  id: 'recovery-matched',
  title: 'Parameter recovery: truths from the prior, the same physiology, a finer solver',
  citation:
    'Study of this project on generated patients; simulation-based calibration after Talts et al. 2018, arXiv:1804.06788',
  data: [],
  slow: true,
  rows: recoveryRows(),
  run: () => recover(800, 20_000, instant(Date.UTC(2024, 2, 4)), { ...UNPERTURBED, therapyError: 0.15 }),
});
