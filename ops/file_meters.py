"""What `strgw files` measures, on top of ops.metrics."""

from collections.abc import Callable, Iterable

from prometheus_client import Counter, Gauge

from ops.metrics import DOOR_OUTCOMES, FILE_STATUSES, Metrics


class FileMetrics:
    """Meters of `strgw files` (connectors.partners.files). Nothing here depends on suspicion.

    partners  ids of those who leave files
    """

    def __init__(self, metrics: Metrics, partners: Iterable[str]) -> None:
        files, items, away = (
            metrics.counter("strgw_files"),
            metrics.counter("strgw_file_items"),
            metrics.gauge("strgw_file_places_away"),
        )
        names = sorted(set(partners))
        self._files: dict[tuple[str, str], Counter] = {
            (n, status): files.labels(n, status) for n in names for status in FILE_STATUSES
        }
        self._items: dict[tuple[str, str], Counter] = {(n, end): items.labels(n, end) for n in names for end in DOOR_OUTCOMES}
        self._away: dict[str, Gauge] = {name: away.labels(name) for name in names}

    def file(self, partner: str, status: str) -> None:
        """A file was taken in, known already, or refused as a whole."""
        self._files[partner, status].inc()

    def items(self, partner: str, outcome: str, count: int) -> None:
        """`count` transfers were accepted or refused."""
        self._items[partner, outcome].inc(count)

    def away(self, partner: str) -> Callable[[int], None]:
        """Takes how many places of the partner cannot be read or written now."""
        return self._away[partner].set
