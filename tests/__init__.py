"""All tests, in the folders of what they test; what several of them need is in helpers."""

from tests import typechecker  # jaxtyping asks for it as an attribute

__all__ = ["typechecker"]
