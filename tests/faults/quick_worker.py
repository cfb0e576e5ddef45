"""A worker of all stages as `strgw worker` runs it, but given up for dead after Kafka's shortest time instead of twelve seconds."""

import os

from ops.processes import announce_ready
from ops.registries import fius_of, partners_of
from ops.settings import Settings
from schemas.fius import load_sharing
from streams.app import APP_ID, stages
from streams.runtime.worker import WorkerOptions, run_worker

SESSION_S = 6.0

if __name__ == "__main__":
    settings = Settings.from_env(os.environ)
    specs = stages(partners_of(settings), fius_of(settings), load_sharing())
    run_worker(WorkerOptions(settings.kafka, APP_ID, specs, SESSION_S, ready=lambda: announce_ready(settings, 0)))
