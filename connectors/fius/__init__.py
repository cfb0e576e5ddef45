"""The FIU side: resolve a report, render it in the form of the FIU, validate it, deliver it."""
