"""Prometheus metrics: read from counters that exist anyway, when somebody asks; nothing on hot paths."""

from collections.abc import Iterable
from typing import Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector

from hubbub.gateway.fanout import Fanout
from hubbub.gateway.gateway import Gateway
from hubbub.transport.reports import CspReports


class _Queue(Protocol):
    @property
    def depth(self) -> int: ...
    @property
    def commits(self) -> int: ...
    @property
    def committed(self) -> int: ...


class Metrics:
    """Every metric is described in docs/metrics.md."""

    def __init__(
        self, gateway: Gateway, fanout: Fanout, store: _Queue, reports: CspReports
    ) -> None:
        self._gateway = gateway
        self._fanout = fanout
        self._store = store
        self._reports = reports
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def page(self) -> bytes:
        """The text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """Called by prometheus_client."""
        sizes = self._gateway.sizes()
        yield _gauge("hubbub_sessions", "Open WebSocket connections.", sizes["sessions"])
        yield _gauge("hubbub_users_online", "People with a connection.", sizes["users"])
        yield _gauge("hubbub_topics", "Topics with subscribers.", sizes["topics"])
        yield _gauge("hubbub_write_queue", "Writes that wait for a commit.", self._store.depth)
        yield _counter("hubbub_commits", "Transactions, one fsync each.", self._store.commits)
        yield _counter("hubbub_writes", "Writes in those.", self._store.committed)
        yield _counter("hubbub_publications", "Events published.", self._fanout.publications)
        yield _counter("hubbub_deliveries", "Events handed to sessions.", self._fanout.deliveries)
        yield _counter("hubbub_csp_reports", "Reports of violated policies.", self._reports.count)
        yield self._by_label(
            "hubbub_refusals", "Commands refused.", "code", self._gateway.refusals.items()
        )
        yield self._by_label(
            "hubbub_closes",
            "Connections that the server ended.",
            "code",
            self._gateway.closes.items(),
        )

    def _by_label(
        self, name: str, text: str, label: str, counts: Iterable[tuple[object, int]]
    ) -> Metric:
        family = CounterMetricFamily(name, text, labels=[label])
        for value, count in counts:
            family.add_metric([str(value)], count)
        return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)
