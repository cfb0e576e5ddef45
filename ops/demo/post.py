"""Posts the sample stream as the partner would, beside whoever watches, and remembers when each transfer was sent."""

import threading
import time
from collections.abc import Iterator, Sequence

from connectors.partners.post import Posted, Poster, PostError
from ops.demo.stream import PARTNER, transfer_id_of
from ops.errors import CommandError
from streams.domain.canonical import transfer_uid


class Posting:
    """A thread that posts `events` at `rate` a second (None: as fast as it goes).

    sent_at  epoch seconds at which the newest event of a transfer was handed to the producer, by transfer uid
    """

    def __init__(self, bootstrap: str, events: Sequence[bytes], rate: float | None) -> None:
        self.sent_at: dict[bytes, float] = {}
        self.sent = 0
        self.posted: Posted | None = None
        self._events, self._rate = events, rate
        self._failed: PostError | None = None
        self._stopping = threading.Event()
        self._poster = Poster(bootstrap, PARTNER)
        self._thread = threading.Thread(target=self._work, name="posting")

    def start(self) -> None:
        """Begins to post."""
        self._thread.start()

    def stop(self) -> None:
        """Posts nothing more; returns when the thread has ended."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._poster.close()

    def is_done(self) -> bool:
        """Whether the broker has every event. Raises CommandError when it refused one."""
        if self._failed is not None:
            raise CommandError(str(self._failed), "post") from self._failed
        if self.posted is None and not self._thread.is_alive():
            raise CommandError("The posting of the sample transfers broke off; see the traceback above.", "post")
        return self.posted is not None

    def _work(self) -> None:
        try:
            self.posted = self._poster.post(self._stamped(), self._rate, time, lambda _: None)
        except PostError as error:
            self._failed = error

    def _stamped(self) -> Iterator[bytes]:
        for event in self._events:
            if self._stopping.is_set():
                return
            yield event
            self.sent += 1
            self.sent_at[transfer_uid(PARTNER, transfer_id_of(event))] = time.time()
