"""All mutants."""

from tools.mutation.mutants import data, engine, models, modules, recurrence, use

MUTANTS = [m for part in (recurrence, models, modules, data, use, engine) for m in part.MUTANTS]
