"""All mutants."""

from tools.mutation.mutants import (
    data,
    engine,
    files,
    graphs,
    measures,
    models,
    modules,
    outputs,
    recurrence,
    runs,
    series,
)

PARTS = (recurrence, graphs, models, outputs, modules, files, data, measures, series, runs, engine)

MUTANTS = [mutant for part in PARTS for mutant in part.MUTANTS]
