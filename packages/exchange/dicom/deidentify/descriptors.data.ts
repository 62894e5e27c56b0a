/** Words that a cleaned description may keep: anatomy, acquisition and image kinds. Whatever else stands there is left out. */
export const DESCRIPTOR_WORDS: ReadonlySet<string> = new Set(
  `
abdomen abdominal abduction acquisition adc adduction adrenal aif and angio angiogram angiography ankle anterior aorta
aortic ap apical arm arterial arteries artery asl asymmetric average axial axis b0 b1000 baseline bilateral bladder
blood body bold bone bones bowel brachial brain breast breath breathhold bronchial calcium calf cardiac carotid cavity
cerebellum cerebral cervical chest cine circle clavicle coil colon color colour column contrast cor coronal coronary
cranial ct cta cube cuff cyst delayed dental derived diastolic diffusion digital dir dixon dorsal dose dual duplex dwi
dynamic early echo elbow enhanced epi equilibrium esophagus exam expiration extremity fast fat fatsat fdg femoral
femur fiesta finger flair flash foot for forearm fov frontal fse functional gallbladder gated gland gradient gre hand
haste head heart hepatic high hip hires humerus iliac image in inferior inner inspiration intracranial inversion
iodine ir joint kidney kidneys knee kv large late lateral left leg legs ligament limb liver localiser localizer long
longitudinal low lower lumbar lung lungs lymph magnetic main mammogram mammography mandible map mask maxilla medial
mediastinum meniscus mip mixed mode motion mpr mprage mr mra mri mrv multi muscle native neck nerve neuro no not
nuclear oblique occipital of on or orbit orbits ovary pa pancreas parallel parathyroid parenchyma pd pediatric pelvic
pelvis perfusion pet phantom phase pituitary plain plane planning plaque portal position positron post posterior pre
prostate protocol proton pulmonary pulse quantitative radial rapid recon reconstruction rectum reference reformat
registration renal resolution resonance rest resting right roi rotator routine sag sagittal saturation scan scanogram
scout screening se segment sella sense sequence series short shoulder single sinus sinuses skeletal skull slice soft
space spair spect spectroscopy spgr spin spine spleen standard static sternum stir stomach stress study subtraction
superior supine survey susceptibility swi systolic t1 t1w t2 t2w temporal testis the thick thigh thin thoracic thorax
thorough throat thyroid tibia time tissue to tof tomography tomosynthesis trachea transverse trufi tse tumor tumour
turbo two ultrasound unenhanced upper ureter urethra uterus vascular vein veins velocity venous ventral ventricle
vessel vibe view views volume warp water weighted whole wholebody window with without wrist x-ray xr yes mm cm ms sec
`
    .trim()
    .split(/\s+/),
);
