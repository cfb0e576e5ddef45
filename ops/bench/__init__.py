"""Measuring the gateway on this machine: load made from the sample cases, throughput, latency, memory."""
