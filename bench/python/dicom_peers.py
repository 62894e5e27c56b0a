"""Makes a CT series in three transfer syntaxes, and times its way to a calibrated volume with pydicom.

make FOLDER SLICES: writes FOLDER/raw, FOLDER/jls and FOLDER/j2k.  time FOLDER REPEATS: prints seconds by folder as JSON."""

import json
import os
import sys
import time

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless

SIZE = 512


def make(folder, slices):
    for kind in ("raw", "jls", "j2k"):
        os.makedirs(os.path.join(folder, kind), exist_ok=True)
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    for k in range(slices):
        body = np.hypot((x - 256) / 230, (y - 256) / (180 + k * 0.1)) < 1
        hu = np.full((SIZE, SIZE), -1000.0)
        hu[body] = 40 + 30 * np.sin(x / 9 + k / 10)[body]
        for centre in (170, 340):
            hu[np.hypot((x - centre) / 60, (y - 250) / 90) < 1] = -850
        hu[np.hypot(x - 256, y - 330) < 25] = 700
        hu += rng.normal(0, 12, hu.shape)
        d = Dataset()
        d.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        d.SOPInstanceUID = f"2.25.1{k:03d}"
        d.StudyInstanceUID, d.SeriesInstanceUID, d.FrameOfReferenceUID = "2.25.2", "2.25.3", "2.25.4"
        d.Modality, d.PatientID, d.PatientName = "CT", "P1", "Test^One"
        d.StudyDate, d.StudyTime = "20240131", "101500"
        d.Rows = d.Columns = SIZE
        d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
        d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 12, 11, 0
        d.PixelSpacing, d.SliceThickness = [0.7, 0.7], 1.5
        d.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        d.ImagePositionPatient = [-179.2, -179.2, -150 + 1.5 * k]
        d.RescaleSlope, d.RescaleIntercept, d.RescaleType = 1, -1024, "HU"
        d.PixelData = np.clip(np.round(hu + 1024), 0, 4095).astype(np.uint16).tobytes()
        d["PixelData"].VR = "OW"
        d.file_meta = FileMetaDataset()
        d.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        raw = os.path.join(folder, "raw", f"{k:03d}.dcm")
        d.save_as(raw, enforce_file_format=True)
        for kind, syntax in (("jls", JPEGLSLossless), ("j2k", JPEG2000Lossless)):
            packed = pydicom.dcmread(raw)
            packed.compress(syntax, generate_instance_uid=False)
            packed.save_as(os.path.join(folder, kind, f"{k:03d}.dcm"))


def volume(folder):
    slices = [pydicom.dcmread(os.path.join(folder, name)) for name in os.listdir(folder)]
    normal = np.cross(slices[0].ImageOrientationPatient[:3], slices[0].ImageOrientationPatient[3:])
    slices.sort(key=lambda d: float(np.dot(normal, d.ImagePositionPatient)))
    voxels = np.empty((len(slices), SIZE, SIZE), np.int16)
    for k, d in enumerate(slices):
        voxels[k] = d.pixel_array.astype(np.int16) * int(d.RescaleSlope) + int(d.RescaleIntercept)
    return voxels


def timed(folder, repeats):
    out = {}
    for kind in ("raw", "jls", "j2k"):
        least = float("inf")
        for _ in range(repeats):
            start = time.perf_counter()
            voxels = volume(os.path.join(folder, kind))
            least = min(least, time.perf_counter() - start)
        out[kind] = {"seconds": least, "sum": int(voxels.sum(dtype=np.int64))}
    out["versions"] = f"pydicom {pydicom.__version__}, numpy {np.__version__}, pylibjpeg-openjpeg, pyjpegls"
    print(json.dumps(out))


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]))
else:
    timed(sys.argv[2], int(sys.argv[3]))
