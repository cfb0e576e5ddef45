"""FinCEN's SAR batch: renders it, checks it, reads its acknowledgements."""
