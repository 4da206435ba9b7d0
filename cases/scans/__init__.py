"""CT volumes from files: NIfTI, NRRD, and folders of DICOM slices."""
