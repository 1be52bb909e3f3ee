"""All mutants."""

from tools.mutation.mutants import data, engine, models, modules, recurrence

MUTANTS = [m for part in (recurrence, models, modules, data, engine) for m in part.MUTANTS]
