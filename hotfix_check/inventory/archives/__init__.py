"""Archives as targets: zip, tar, 7z, ISO 9660 and UDF images, cabinets, read in memory."""
