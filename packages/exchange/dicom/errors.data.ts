import { defineErrors } from '@gemel/core/error';

/** Error codes of DICOM. Each is documented in docs/errors.md. */
export const dicomErrors = defineErrors({
  // data sets
  'dicom-not-dicom': {
    meaning: 'The bytes are no DICOM data set.',
    remedy: 'Give a DICOM file; export it again where it should be one.',
  },
  'dicom-truncated': {
    meaning: 'The file ends before an element does.',
    remedy: 'Copy or fetch it again; the elements before it were read.',
  },
  'dicom-length': {
    meaning: 'An element claims more bytes than the item or file around it holds, or a length its kind cannot have.',
    remedy: 'Export the object again; what lies outside the element was read.',
  },
  'dicom-element': {
    meaning: 'An element is not what its place in the data set asks for.',
    remedy: 'Export the object again; the rest was read.',
  },
  'dicom-odd-length': {
    meaning: 'An element has an odd length, which DICOM does not allow.',
    remedy: 'Nothing to do; it was read as it stands.',
  },
  'dicom-repaired': {
    meaning: 'The file breaks a rule of the format in a way that leaves only one reading.',
    remedy: 'Nothing to do; have the sender corrected where the message names it.',
  },
  'dicom-too-deep': {
    meaning: 'Sequences are nested deeper than any DICOM object nests them.',
    remedy: 'Check where the file comes from.',
  },
  'dicom-too-large': {
    meaning: 'The file holds, or unpacks to, more than is read at once.',
    remedy: 'Check where the file comes from; split it where it is what it should be.',
  },
  'dicom-deflate': {
    meaning: 'The deflated part of the file cannot be unpacked.',
    remedy: 'Fetch the object again, or in another transfer syntax.',
  },
  'dicom-syntax-unread': {
    meaning: 'The transfer syntax is one that is not read.',
    remedy: 'Convert the object to Explicit VR Little Endian, or one of the syntaxes that the README of dicom/ lists.',
  },
  'dicom-charset': {
    meaning: 'The character set of the text is not known.',
    remedy: 'Check names and other text; characters outside ASCII were not read.',
  },

  // pixels
  'dicom-pixels': {
    meaning:
      'The description of the pixels contradicts itself or the bytes that are there, or is of a kind that is not read.',
    remedy: 'Export the image again; the rest of the object was read.',
  },
  'dicom-codec': {
    meaning: 'A compressed frame cannot be unpacked.',
    remedy: 'Fetch the image again, or have it sent uncompressed.',
  },
  'dicom-codec-limit': {
    meaning: 'Unpacking a frame took more memory or time than is given to it.',
    remedy: 'Check where the image comes from; have it sent uncompressed where it is what it should be.',
  },
  'dicom-lossy': {
    meaning: 'The image was compressed with loss at some time: its numbers are not those that were measured.',
    remedy: 'Use the original image for measurement where there is one.',
  },

  // volumes
  'dicom-geometry': {
    meaning: 'An image does not say where in the patient it lies, or not in a way that can be.',
    remedy:
      'Leave the image that the message names out (a scout, a report page), or have the series exported with its geometry.',
  },
  'dicom-series-mixed': {
    meaning: 'Images that are to make one volume differ in patient, series, frame of reference, orientation or size.',
    remedy: 'Give the images of one series; leave scouts and reformatted images out.',
  },
  'dicom-slice-twice': {
    meaning: 'Two images lie at the same place.',
    remedy: 'Leave one of them out; of a series over time, give one time at once.',
  },
  'dicom-slice-gap': {
    meaning: 'Slices are missing or unevenly spaced, so that they make no regular grid.',
    remedy: 'Fetch the missing slices; the message names those at both sides.',
  },
  'dicom-gantry-tilt': {
    meaning: 'Slices are shifted against each other, as those of a tilted gantry are.',
    remedy: 'Nothing to do where the direction of the volume is used; resample where a rectangular grid is needed.',
  },
  'dicom-contour': {
    meaning: 'A contour cannot be put on the volume: it lies beside its slices, in another frame, or encloses nothing.',
    remedy: 'Give the series that the contours were drawn on.',
  },
  'dicom-uncalibrated': {
    meaning: 'The image does not say what its numbers mean, or not in a way that can be used.',
    remedy: 'Have the series exported with its rescale values, units and, for PET, dose, times and body weight.',
  },

  'dicom-encode': {
    meaning: 'A value cannot be written as the element asks for.',
    remedy: 'Change the value as the message says.',
  },
});
