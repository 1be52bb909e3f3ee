"""The eigenvalues of the recurrent matrices, and of the mean Jacobian of a step."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from throughtime.analysis.jacobians import jacobians, recurrent_lines
from throughtime.analysis.nodes import unfolded
from throughtime.data.examples import Examples
from throughtime.evaluation.likelihood import decoder
from throughtime.runs.build import Model


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Eigenvalues, complex numbers.

    Args:
        matrices: those of each matrix that h(t-1) is multiplied by, by its name in the cell; of
            several layers or directions with the number of each before it.
        jacobian: those of the mean of ∂h(t)/∂h(t-1), of each layer and direction; of a loop
            through the output those of the loop.
    """

    matrices: dict[str, Tensor]
    jacobian: tuple[Tensor, ...]

    @property
    def radius(self) -> float:
        """The spectral radius of the mean Jacobian: its largest absolute eigenvalue."""
        return max(float(values.abs().max()) for values in self.jacobian)


def spectrum(model: Model, rows: Examples) -> Spectrum:
    r"""The eigenvalues of W (of every gate), and of the mean Jacobian over all steps and rows,

    .. math:: \bar J = \frac1N \sum_{t, \text{rows}} \frac{\partial h^{(t)}}{\partial h^{(t-1)}}

    where h is the layer's whole state, of an LSTM h and c. Of a linear net J = W, and gradients
    grow or decay as the powers of its eigenvalues; elsewhere the mean is a summary, and
    :func:`~throughtime.analysis.lyapunov` says what products of different Jacobians do.

    Args:
        model: the model; nothing is dropped.
        rows: the examples.

    Raises:
        ValueError: if there is no step, or no edge from step to step but that of y.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.GRU(4), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Normal(), input_size=2)
        >>> x, y = tt.Sequence(torch.randn(8, 6, 2)), tt.Sequence(torch.randn(8, 6, 1))
        >>> found = spectrum(model, tt.data.Examples(x, y))
        >>> list(found.matrices), [len(values) for values in found.jacobian]
        (['W_r', 'W_z', 'W_n'], [4])
    """
    lines = recurrent_lines(unfolded(model, rows))
    cells = [r.cell for layer in decoder(model).graph.layers for r in layer]
    matrices = {
        name if len(cells) == 1 else f"{i} {name}": torch.linalg.eigvals(matrix.double()).cpu()
        for i, cell in enumerate(cells, 1)
        for name, matrix in cell.matrices().items()
    }
    means = []
    for line in lines:
        total = line.drive.new_zeros(line.size, line.size, dtype=torch.float64)
        for jacobian, alive in jacobians(line):
            total += jacobian[alive].sum(0)
        means.append(total / line.alive.sum())
    return Spectrum(matrices, tuple(torch.linalg.eigvals(mean).cpu() for mean in means))
