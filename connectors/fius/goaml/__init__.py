"""goAML: the form of an FIU that runs UNODC's software, driven by that FIU's own schema (compiled to a profile)."""
