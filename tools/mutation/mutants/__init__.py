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
    seeing,
    series,
)

PARTS = (recurrence, graphs, models, outputs, modules, files, data, measures, series, seeing, runs,
         engine)  # fmt: skip

MUTANTS = [mutant for part in PARTS for mutant in part.MUTANTS]
