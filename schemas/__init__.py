"""What every word means: the records that travel between the stages, and the reference data. No I/O beyond packaged files."""
