import { defineErrors } from '@gemel/core/error';

/** Error codes of de-identification. Each is documented in docs/errors.md. */
export const deidentifyErrors = defineErrors({
  'deidentify-unread': {
    meaning: 'The object could not be read whole, so that it is not known what would be released.',
    remedy: 'Fetch it again, and give it whole.',
  },
  'deidentify-content': {
    meaning:
      'The object holds what cannot be searched for identities: an encapsulated document, audio, video or a surface.',
    remedy: 'Release it by hand, or leave it out.',
  },
  'deidentify-report': {
    meaning: 'The object is a structured report, which the basic profile alone would empty.',
    remedy: 'Add --clean-structured-content: texts and names are replaced, codes, numbers and references stay.',
  },
  'deidentify-burned-in': {
    meaning: 'Text may be burned into the pixels.',
    remedy:
      'Add --clean-pixels with --blank x,y,width,height for each place that has text, or --clean-pixels alone where the object states its ultrasound regions.',
  },
  'deidentify-pixels': {
    meaning: 'The pixels would have to be changed and are in a form in which they cannot be.',
    remedy: 'Convert the object to Explicit VR Little Endian first.',
  },
  'deidentify-overlay': {
    meaning: 'An overlay lies in unused bits of the pixels.',
    remedy: 'Move the overlay into Overlay Data, or remove it, first.',
  },
  'deidentify-face': {
    meaning: 'The images are, or may be, of a head, from which a face can be made.',
    remedy: 'Add --clean-faces; where nothing of a head is in the images, state it with --no-head.',
  },
  'deidentify-face-left': {
    meaning: 'The face could not be removed safely.',
    remedy: 'Deface the images with a dedicated tool, look at the result, and release it with --no-head.',
  },
  'deidentify-region': {
    meaning: 'A rectangle to blank is not one, or lies outside the image.',
    remedy: 'Give --blank x,y,width,height in pixels from the upper left corner.',
  },
  'deidentify-duplicate': {
    meaning: 'Two objects have the same SOP instance UID, so that one would replace the other.',
    remedy: 'Release them apart, or leave out the one that is not wanted.',
  },
  'deidentify-key': {
    meaning: 'The key is too short to keep anyone from trying all of them.',
    remedy: 'Give a file of at least 16 random bytes, and keep it: the same key gives the same pseudonyms.',
  },
});
