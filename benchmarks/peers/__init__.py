"""The peers: a file for each, and a new one takes part by being there.

A file has a ``NAME``, a ``VERSION``, and a function for each task that the peer can do (``train``,
``call``, ``infer``, ``stream``, ``generate``, ``force``, ``own``): from a problem of that row
(``benchmarks/rows``) to a :class:`~benchmarks.run.Run`. Where its library is missing, importing
the file raises an ``ImportError``, and the bench says so.
"""

import pkgutil

PEERS: tuple[str, ...] = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))
