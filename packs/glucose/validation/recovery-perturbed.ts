import { instant } from '@gemel/core';
import { defineValidation } from '@gemel/core/validation';
import { EVERYDAY } from '../generate.ts';
import { recover, recoveryRows } from '../recovery-study.ts';

/** Everyday life besides: sensitivity that varies, dawn, miscounted and unannounced meals, absorption that differs by meal. */
export default defineValidation({
  id: 'recovery-perturbed',
  title: 'Parameter recovery: truths from the prior, a perturbed model, a finer solver',
  citation:
    'Study of this project on generated patients; simulation-based calibration after Talts et al. 2018, arXiv:1804.06788',
  data: [],
  slow: true,
  rows: recoveryRows(),
  run: () => recover(400, 30_000, instant(Date.UTC(2024, 2, 4)), EVERYDAY),
});
