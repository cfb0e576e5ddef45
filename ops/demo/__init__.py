"""The demonstration: the whole gateway on a folder of its own, fed with an invented stream whose cases are known beforehand."""
