"""All mutants."""

from tools.mutation.mutants import (
    data,
    engine,
    files,
    graphs,
    measures,
    models,
    modules,
    recurrence,
    runs,
)

PARTS = (recurrence, graphs, models, modules, files, data, measures, runs, engine)

MUTANTS = [mutant for part in PARTS for mutant in part.MUTANTS]
