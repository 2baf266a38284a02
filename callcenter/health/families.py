"""Prometheus's families of samples, made when somebody asks: what is counted costs its process an addition.

Labels are names out of the site and words out of the program. Nothing of a caller is ever one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

Labelled = Mapping[Any, float]
"""The labels' values, as a tuple → the figure."""
Families = Iterable[Metric]


def gauge(name: str, text: str, value: float) -> Metric:
    """What goes up and down."""
    return GaugeMetricFamily(name, text, value=value)


def gauges(name: str, text: str, labels: Sequence[str], values: Labelled) -> Metric:
    """One for each of the labels' values."""
    return _with_samples(GaugeMetricFamily(name, text, labels=labels), values)


def counter(name: str, text: str, value: float) -> Metric:
    """What only grows, from the process's start; its sample is called ``name_total``."""
    return CounterMetricFamily(name, text, value=value)


def counters(name: str, text: str, labels: Sequence[str], values: Labelled) -> Metric:
    """One for each of the labels' values."""
    return _with_samples(CounterMetricFamily(name, text, labels=labels), values)


def _with_samples(family: CounterMetricFamily | GaugeMetricFamily, values: Labelled) -> Metric:
    for labels, value in values.items():
        family.add_metric(list(labels), value)
    return family
