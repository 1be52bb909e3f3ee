"""The engine: back-propagation through time in C, for the cells that the library brings.

``engine.h`` is its contract; ``elman.h``, ``gru.c`` and ``lstm.c`` have each cell's equations, a
reverse line under every forward line; ``sweep.h`` takes them through time over the products of
``product.h``. ``build.py`` compiles it, ``library.py`` loads what suits the processor,
``kernel.py`` lists its cells, ``sweep.py`` hands it tensors, and ``operators.py`` shows it to
``torch.compile``.
Without it everything works, by the plain loop, and slower.
"""

from throughtime.engine.library import use

__all__ = ["use"]
