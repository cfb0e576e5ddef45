"""Runs the demonstration: starts the gateway on a folder of its own, posts, watches, waits until all is delivered, stops everything."""

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from connectors.kafka.admin import apply_topics
from ops.broker import embedded_broker, started_bootstrap, topic_specs
from ops.demo.follow import Follower, Results
from ops.demo.post import Posting
from ops.demo.screen import Moment, Screen
from ops.demo.stream import SampleCase
from ops.demo.verdict import Summary, audited, case_line, checks, goaml_file, newest_reports
from ops.errors import CommandError
from ops.lifecycle import start_processes, stop_processes
from ops.output import say
from ops.processes import ProcessFolder, ProcessRecord, is_live
from ops.registries import fius_of
from ops.settings import Settings
from ops.settled import unsettled
from schemas.registry import Fiu

FILINGS_FOLDER = "filings"
LOOK_EVERY_S = 1.0
RATE_OVER_S = 2.0


class Demonstration(NamedTuple):
    """What to run. rate: events a second, None for as fast as it goes; timeout_s: from the first event to the last filing."""

    settings: Settings
    events: Sequence[bytes]
    cases: Sequence[SampleCase]
    rate: float | None
    timeout_s: float


def throwaway_settings(environ: Mapping[str, str], home: Path) -> Settings:
    """The settings in force, on `home` and with an embedded broker of its own: the samples go to no cluster that is in use."""
    return Settings.from_env({**environ, "STRGW_HOME": str(home), "STRGW_KAFKA": "", "STRGW_KAFKA_PORT": ""})


def demonstrate(demo: Demonstration, screen: Screen) -> Summary:
    """Runs it to the end and stops all that it started, also when it fails or is interrupted."""
    started = time.monotonic()
    fius = fius_of(demo.settings)
    with running_gateway(demo.settings) as (bootstrap, records):
        posting = Posting(bootstrap, demo.events, demo.rate)
        results = Results(posting.sent_at)
        follower = Follower(bootstrap, sorted(fius), results, demo.settings.home / FILINGS_FOLDER)
        ready = time.monotonic()
        try:
            say(f"Posting {len(demo.events):,} transfers.")
            posting.start()
            with screen:
                _Watch(demo, bootstrap, records, screen).until_delivered(posting, follower, results)
            delivered = time.monotonic()
        finally:
            posting.stop()
            follower.close()
        say("Everything is delivered; checking that nothing was lost or doubled.")
        summary = _summary(demo, bootstrap, posting, results, fius)
    seconds = {"start": ready - started, "run": delivered - ready, "total": time.monotonic() - started}
    summary.seconds.update({name: round(value, 1) for name, value in seconds.items()})
    return summary


@contextmanager
def running_gateway(settings: Settings) -> Iterator[tuple[str, list[ProcessRecord]]]:
    """Broker, topics and processes; all of them are stopped at the end. SIGTERM ends it as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts us in the background would have it ignored
    try:
        say("Starting the broker.")
        bootstrap = started_bootstrap(settings)
        apply_topics(bootstrap, topic_specs(settings))
        say("Starting intake, worker and delivery.")
        yield bootstrap, start_processes(settings, bootstrap)
    finally:
        # A second Ctrl-C must not leave processes behind that nobody stops any more.
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        say("Stopping.")
        stop_processes(settings)
        embedded_broker(settings).stop()
        signal.signal(signal.SIGINT, interrupt)
        signal.signal(signal.SIGTERM, before)


class _Watch:
    """Follows the results until everything posted is delivered."""

    def __init__(self, demo: Demonstration, bootstrap: str, records: Sequence[ProcessRecord], screen: Screen) -> None:
        self._demo, self._bootstrap, self._records, self._screen = demo, bootstrap, records, screen
        self._started = time.monotonic()
        self._look_due = 0.0
        self._waiting_for = ""
        self._look: Future[str | None] | None = None  # beside the following, or findings would wait and seem late
        self._marks: list[tuple[float, int]] = [(self._started, 0)]

    def until_delivered(self, posting: Posting, follower: Follower, results: Results) -> None:
        """Returns when every event was judged and every filing delivered and read. Raises CommandError after the timeout."""
        with ThreadPoolExecutor(1, "looking") as looking:
            while not self._is_delivered(posting, looking):
                follower.step()
                if self._screen.is_due():
                    self._check_processes()
                    self._screen.show(self._moment(posting, results))
                self._check_time(posting)
        follower.catch_up()
        self._screen.show(self._moment(posting, results))

    def _is_delivered(self, posting: Posting, looking: Executor) -> bool:
        """Looks again every second once all is posted; a look is over when its future is done."""
        if self._look is None:
            if posting.is_done() and time.monotonic() >= self._look_due:
                self._look = looking.submit(unsettled, self._bootstrap)
            return False
        if not self._look.done():
            return False
        behind = self._look.result()
        self._look, self._look_due = None, time.monotonic() + LOOK_EVERY_S
        self._waiting_for = behind or ""
        return behind is None

    def _check_time(self, posting: Posting) -> None:
        if time.monotonic() - self._started > self._demo.timeout_s:
            raise CommandError(
                f"The demonstration is not done after {self._demo.timeout_s:.0f} s: {posting.sent:,} of {len(self._demo.events):,} "
                f"transfers are posted, {self._waiting_for or 'the posting'} has work left; try a lower --rate or a longer --timeout.",
                "timeout",
            )

    def _check_processes(self) -> None:
        folder = ProcessFolder(self._demo.settings.home)
        for record in self._records:
            if not is_live(record):
                raise CommandError(
                    f"The process {record.name} ended during the demonstration: {folder.last_line(record.name)} "
                    f"(log: {folder.log(record.name)})",
                    "process",
                )

    def _moment(self, posting: Posting, results: Results) -> Moment:
        now, sent = time.monotonic(), posting.sent
        self._marks = [(at, count) for at, count in self._marks if now - at <= RATE_OVER_S] or self._marks[-1:]
        at, count = self._marks[0]
        rate = (sent - count) / (now - at) if now > at else 0.0
        self._marks.append((now, sent))
        return Moment(
            now - self._started, sent, len(self._demo.events), rate, results.latency_ms(0.5), results.latency_ms(0.99),
            results.by_typology(), results.open_cases(), results.by_fiu(), self._waiting_for,
        )  # fmt: skip


def _summary(demo: Demonstration, bootstrap: str, posting: Posting, results: Results, fius: Mapping[str, Fiu]) -> Summary:
    posted = posting.posted
    assert posted is not None  # the watch returns after the last event was acknowledged
    reports = newest_reports(bootstrap)
    cases = tuple(case_line(case, reports) for case in demo.cases)
    goaml = goaml_file(results, fius)
    audit, once = audited(bootstrap, posted.sent)
    verdict = (once, *checks(results, reports, cases, goaml))
    return Summary(
        ok=all(check.ok for check in verdict),
        seconds={"post": round(posted.seconds, 1)},
        posted={"events": posted.sent, "rate": round(posted.rate, 1)},
        latency_ms={
            "p50": results.latency_ms(0.5),
            "p99": results.latency_ms(0.99),
            "max": results.latency_ms(1.0),
            "measured": len(results.latencies),
        },
        findings=results.by_typology(),
        cases=results.open_cases(),
        reports=len(reports),
        filings=results.by_fiu(),
        held=results.held,
        audit=audit,
        goaml=goaml,
        sample_cases=cases,
        checks=verdict,
        filings_folder=str(demo.settings.home / FILINGS_FOLDER),
    )
