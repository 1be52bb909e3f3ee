"""All mutants."""

from tools.mutation.mutants import data, engine, files, models, modules, recurrence, use

PARTS = (recurrence, models, modules, files, data, use, engine)

MUTANTS = [mutant for part in PARTS for mutant in part.MUTANTS]
