"""How a process is: ``/metrics`` for Prometheus, ``/healthz`` and ``/readyz`` for whoever watches over it."""
