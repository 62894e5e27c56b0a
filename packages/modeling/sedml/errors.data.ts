import { defineErrors } from '@gemel/core/error';

/** Error codes of simulation experiments (SED-ML) and their archives (OMEX). Each is documented in docs/errors.md. */
export const sedmlErrors = defineErrors({
  'omex-not-zip': {
    meaning: 'The archive is not a zip file, or is cut short or damaged.',
    remedy: 'Give a COMBINE archive (.omex) as it was downloaded or written.',
  },
  'omex-too-large': {
    meaning: 'The archive, a file in it, or all of them unpacked are larger than an experiment can sensibly be.',
    remedy: 'Leave out data that the experiment does not need; raise the limits only for a source you trust.',
  },
  'omex-path': {
    meaning: 'A file in the archive has a name that leads out of it, is absolute, or stands there twice.',
    remedy: 'Write the archive again with plain relative names.',
  },
  'omex-unsupported': {
    meaning:
      'The archive uses a feature of zip that is not read: encryption, zip64, several disks or another compression.',
    remedy: 'Write the archive again as a plain zip file (stored or deflated).',
  },
  'omex-damaged': {
    meaning: 'A file in the archive does not have the length or checksum that the archive gives for it.',
    remedy: 'Fetch or write the archive again.',
  },
  'omex-manifest': {
    meaning: 'The archive has no manifest, or the manifest names no experiment, or a file that is not there.',
    remedy: 'Write the archive again with a tool that makes COMBINE archives.',
  },
  'sedml-not-sedml': {
    meaning: 'The document is XML, but not SED-ML of Level 1.',
    remedy: 'Give a SED-ML file of Level 1, Versions 1 to 4.',
  },
  'sedml-element': {
    meaning: 'An element or attribute that is needed is missing, or its value is not one it may have.',
    remedy: 'Correct the document at the line named.',
  },
  'sedml-reference': {
    meaning: 'An identifier or file that is referred to is not there.',
    remedy: 'Declare it, put it into the archive, or correct the reference.',
  },
  'sedml-unsupported': {
    meaning: 'The experiment uses a feature that is not supported. It is refused rather than run without it.',
    remedy: 'Write the experiment as uniform time courses of one model each, with attribute changes.',
  },
  'sedml-external': {
    meaning: 'The experiment names a model outside the archive.',
    remedy: 'Put the model into the archive and name it by its place there.',
  },
  'sedml-algorithm': {
    meaning: 'The algorithm, or a parameter of it, is not one that is offered here, nor a kind of one.',
    remedy: 'Name another algorithm of KiSAO; docs list those offered.',
  },
  'sedml-algorithm-replaced': {
    meaning: 'The algorithm named is not offered; one of the same kind, by KiSAO, is used in its place.',
    remedy: 'Nothing need be done where the results agree within the tolerances asked.',
  },
  'sedml-target': {
    meaning: 'A target is not a path that is read here, or fits no element of the model, or more than one.',
    remedy: "Name the element by its identifier, as in …/sbml:parameter[@id='k']/@value.",
  },
  'sedml-not-changeable': {
    meaning: 'A value given for a run cannot be said as the change of one attribute of the model file.',
    remedy: 'Change the model file itself, and export that.',
  },
  'sedml-ignored': {
    meaning: 'A part of the experiment that does not change its numbers has not been taken in.',
    remedy: 'Nothing need be done for the numbers.',
  },
});
