import { defineErrors } from '@gemel/core/error';

/** Error codes of NIfTI images. Each is documented in docs/errors.md. */
export const niftiErrors = defineErrors({
  'nifti-not-nifti': {
    meaning: 'The bytes are no NIfTI-1 or NIfTI-2 file.',
    remedy: 'Convert the image to NIfTI; an older Analyze 7.5 file states no orientation.',
  },
  'nifti-pair': {
    meaning: 'The file is one half of a pair of header and image files.',
    remedy: 'Convert the pair to one .nii file.',
  },
  'nifti-header': {
    meaning: 'The header contradicts itself or the format.',
    remedy: 'Write the image again with current software.',
  },
  'nifti-size': {
    meaning: 'The file is not as long as its header says.',
    remedy: 'Copy or export the image again.',
  },
  'nifti-too-large': {
    meaning: 'The image is larger than is read, or unpacks to more.',
    remedy: 'Crop or resample the image.',
  },
  'nifti-gzip': {
    meaning: 'The compressed file is damaged.',
    remedy: 'Copy or export the image again.',
  },
  'nifti-datatype': {
    meaning: 'The values are of a kind that is not read: complex, colour, binary or 128-bit.',
    remedy: 'Convert the image to whole numbers or floating point.',
  },
  'nifti-axes': {
    meaning: 'The image has more than space and one further axis.',
    remedy: 'Split it into images of at most four axes.',
  },
  'nifti-value-inexact': {
    meaning: 'Some 64-bit whole numbers are too large to be held exactly.',
    remedy: 'Convert the image to float64, or to smaller whole numbers.',
  },
  'nifti-scale': {
    meaning: 'The scale of the values is not a finite number.',
    remedy: 'Correct scl_slope and scl_inter.',
  },
  'nifti-orientation-missing': {
    meaning: 'Neither sform nor qform says how the image lies in the body.',
    remedy: 'Set the sform or qform from the original DICOM images; left and right cannot be told otherwise.',
  },
  'nifti-orientation': {
    meaning: 'The stated orientation cannot be used: it is not finite, not invertible, or no rotation.',
    remedy: 'Correct the sform or the qform from the original images.',
  },
  'nifti-forms-disagree': {
    meaning: 'The sform and the qform place voxels differently.',
    remedy: 'Check which one registered the image; the sform was used.',
  },
  'nifti-unit-unknown': {
    meaning: 'The unit of length or time is none the format defines.',
    remedy: 'Correct xyzt_units.',
  },
  'nifti-unit-missing': {
    meaning: 'The header states no unit of length; millimetres were taken, as NIfTI software writes.',
    remedy: 'Set xyzt_units if it is another.',
  },
  'nifti-extension': {
    meaning: 'A header extension is damaged.',
    remedy: 'Nothing to do; the image does not depend on it.',
  },
});
