"""The mutants of what trains a model and uses a run."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

METRICS = "tests/evaluation/test_metrics.py::"
BELONGING = "tests/runs/test_belonging.py::"
PROCESSES = "tests/training/test_processes.py::"

MUTANTS = [
    # ---- predictions ----
    Mutant(
        "the end's term is that of the beginning",
        "inference/score.py",
        "float(terms.decisions[i, count])",
        "float(terms.decisions[i, 0])",
        ("tests/inference/test_score.py::test_scores_are_those_of_the_model[translation]",),
    ),
    # ---- a run in use ----
    Mutant(
        "the quantile from above",
        "inference/quantiles.py",
        "entries.cdf(middle) < level",
        "1 - entries.cdf(middle) > level",
        ("tests/inference/test_quantiles.py::test_of_a_mixture_as_much_is_below_them_as_they_say",),
    ),
    Mutant(
        "quantiles in training's unit",
        "inference/predict.py",
        "{level: y.decode(q[i]) for",
        "{level: q[i].tolist() for",
        ("tests/inference/test_run.py::test_quantiles_are_in_the_unit_of_the_file",),
    ),
    Mutant(
        "tags are shown what is most probable a row later",
        "inference/predict.py",
        "None if symbols is None else symbols[i],",
        "None if symbols is None else symbols[i - 1],",
        ("tests/inference/test_run.py::test_the_most_probable_tags_of_each_word",),
    ),
    Mutant(
        "new rows are measured without those of the last table",
        "inference/evaluate.py",
        "whole = _joined(found)",
        "whole = _joined(found[:1])",
        (
            "tests/inference/test_run.py::test_lines_and_a_long_text_are_measured_as_their_parts_are",
        ),
    ),
    Mutant(
        "a seed that changes the caller's generator",
        "inference/run.py",
        "enabled=seed is not None",
        "enabled=False",
        ("tests/inference/test_run.py::test_samples_are_drawn_by_their_seed",),
    ),
    Mutant(
        "what is forecast does not know the last step",
        "inference/series.py",
        "p = before.observe(y)[1]",
        "p = before.observe(y.take(torch.tensor(len(y) * [y.steps - 1])))[1]",
        (
            "tests/inference/test_forecast.py::test_a_forecast_follows_from_what_was_forecast_before",
        ),
    ),
    Mutant(
        "the next line is given a text that has not moved on",
        "inference/running.py",
        "found = [next(steps) for _ in range(count)]",
        "found = [next(_steps(run, examples, top)) for _ in range(count)]",
        ("tests/inference/test_running.py::test_the_lines_are_scored_given_those_before_them",),
    ),
    Mutant(
        "an optimiser forgets what it has changed of its settings",
        "training/optimiser.py",
        "{**group, **numbers}",
        "{**numbers, **group}",
        ("tests/training/test_optimiser.py::test_a_run_that_is_resumed_goes_on_to_the_bit",),
    ),
    Mutant(
        "numbers of an optimiser's state are lost",
        "training/optimiser.py",
        '[*tensors.items(), *said["moments"].items()]',
        "[*tensors.items()]",
        ("tests/training/test_optimiser.py::test_a_run_that_is_resumed_goes_on_to_the_bit",),
    ),
    Mutant(
        "the code of a forcing is run to look at a run",
        "runs/choices.py",
        "lambda text: _is_own_forcing(text) or forcing_of(text)",
        "lambda text: forcing_of(text)",
        (
            "tests/training/test_optimiser.py"
            "::test_a_forcing_of_ones_own_is_asked_and_a_run_of_it_is_opened_without_its_code",
        ),
    ),
    Mutant(
        "seconds that do not count for the decay",
        "training/trainer.py",
        "share = min(max(step / self.planned, of_time), 1.0)",
        "share = min(step / self.planned, 1.0)",
        ("tests/training/test_trainer.py::test_the_decay_ends_where_the_seconds_end",),
    ),
    Mutant(
        "the seconds of validation slow training down",
        "training/display.py",
        "now - self.since - self.pause",
        "now - self.since",
        (
            "tests/training/test_display.py"
            "::test_a_line_every_half_minute_with_the_speed_of_training_alone",
        ),
    ),
    Mutant(
        "bits start as large as if one alone were set",
        "training/initialise.py",
        "flatten(1).double().sum(1).mean()",
        "flatten(1).double().amax(1).mean()",
        (
            "tests/training/test_initialise.py"
            "::test_of_bits_the_drive_varies_by_about_one_however_many_are_set",
        ),
    ),
    Mutant(
        "padding counts as bits that are not set",
        "training/initialise.py",
        "values.values[values.mask] if",
        "values.values.flatten(0, 1) if",
        ("tests/training/test_initialise.py::test_padding_is_no_part_of_the_size",),
    ),
    Mutant(
        "the next symbol is guessed as if it might be padding's",
        "evaluation/metrics/labels.py",
        "equal(guess, y.values, 2) & y.mask",
        "equal(guess, y.values, 2)",
        (METRICS + "test_the_next_symbol_is_the_one_with_the_most_probable_beginning",),
    ),
    Mutant(
        "symbols on disk are read to learn that they are symbols",
        "training/initialise.py",
        "    if not values.dtype.is_floating_point:",
        "    if values.values is None or not values.dtype.is_floating_point:",
        (
            "tests/training/test_initialise.py"
            "::test_symbols_on_disk_are_not_read_to_learn_that_they_are_symbols",
        ),
    ),
    Mutant(
        "the whole past at once",
        "evaluation/likelihood.py",
        "range(0, past.steps, steps)",
        "range(0, past.steps, past.steps)",
        (
            "tests/evaluation/test_likelihood.py"
            "::test_the_past_is_looked_at_no_more_steps_at_a_time_than_the_part",
        ),
    ),
    Mutant(
        "a folder of another format is read",
        "runs/config.py",
        "if version != FORMAT and (",
        "if False and (",
        ("tests/runs/test_config.py::test_another_format_is_refused_in_one_line",),
    ),
    Mutant(
        "best weights go with any state of the run",
        "runs/belonging.py",
        "if self.state is None:\n            return True",
        "if self.best is not None:\n            return True",
        (BELONGING + "test_files_of_two_copies_that_were_trained_further_are_refused",),
    ),
    Mutant(
        "a kill before the best weights were written leaves older ones",
        "runs/belonging.py",
        "(STATE, pair.state) if pair.behind",
        "(STATE, pair.state) if not pair.state",
        (BELONGING + "test_a_kill_between_state_and_best_weights_loses_nothing",),
    ),
    Mutant(
        "a resumed run leaves older best weights where they are",
        "runs/folder.py",
        "self._save_copies(self.metrics(), best=behind)",
        "self._save_copies(self.metrics(), best=False)",
        (BELONGING + "test_a_kill_between_state_and_best_weights_loses_nothing",),
    ),
    Mutant(
        "a path in a command is not quoted",
        "runs/folder.py",
        "{shlex.quote(str(self.path))}",
        "{self.path}",
        ("tests/runs/test_folder.py::test_the_command_that_goes_on_is_as_a_shell_takes_it",),
    ),
    Mutant(
        "a run whose lock was removed is written to",
        "runs/folder.py",
        "check_same(self.path / LOCK, self.lock)",
        "pass",
        (
            "tests/training/test_train.py"
            "::test_a_lock_that_was_removed_locks_nobody_out_so_nothing_more_is_written",
        ),
    ),
    Mutant(
        "labels are chosen by nats",
        "runs/metrics.py",
        "return 1 - accuracy",
        "return nats or 0.0",
        (
            "tests/training/test_trainer.py::test_labels_are_chosen_by_their_accuracy_and_then_by_nats",
        ),
    ),
    Mutant(
        "of the rows with a label that training has, all is told",
        "training/trainer.py",
        "right / measured if self.data.schema.y_is_label and measured",
        "right / count if self.data.schema.y_is_label and count",
        ("tests/training/test_trainer.py::test_a_label_that_training_lacks_is_wrong",),
    ),
    Mutant(
        "frozen parts are trained",
        "training/freezing.py",
        "parameter.requires_grad_(False)",
        "parameter.requires_grad_(True)",
        ("tests/training/test_warm_start.py::test_frozen_parts_stay_as_they_are",),
    ),
    Mutant(
        "another cell's gates are taken for this one's",
        "training/warm_start.py",
        "cells.get(name) != their_cells.get(name)",
        "cells.get(name) is object",
        ("tests/training/test_warm_start.py::test_weights_of_another_cell_are_refused",),
    ),
    Mutant(
        "a word starts as the letter that it is written with",
        "training/axes.py",
        "Place(column.name, column.kind, entry)",
        'Place(column.name, "", entry)',
        (
            "tests/training/test_warm_start.py::test_a_word_is_not_the_letter_that_it_is_written_with",
        ),
    ),
    Mutant(
        "a validation that is never finite leaves no weights",
        "training/trainer.py",
        "best is None or standing(found) < standing(best)",
        "best is not None and standing(found) < standing(best)",
        ("tests/training/test_trainer.py::test_a_validation_that_is_never_finite_leaves_weights",),
    ),
    Mutant(
        "weights that can be used are to be removed",
        "runs/belonging.py",
        "usable = (path / BEST).exists()",
        "usable = False",
        ("tests/runs/test_folder.py::test_usable_weights_are_not_to_be_removed",),
    ),
    Mutant(
        "rows in memory are read in another way when a run is resumed",
        "data/registry.py",
        "source=Source(None, reading.resolved(), seed)",
        "source=Source(None)",
        ("tests/training/test_train.py::test_a_run_is_resumed_from_python",),
    ),
    Mutant(
        "a configuration of any time goes with a state",
        "runs/belonging.py",
        "if found == before:",
        "if found == before:\n            return found\n        if False:",
        (BELONGING + "test_the_configuration_of_another_time_is_refused",),
    ),
    Mutant(
        "a lock that outlasts its process",
        "runs/alone.py",
        "fallback_to_soft=False",
        "fallback_to_soft=True",
        ("tests/runs/test_alone.py::test_where_no_file_can_be_locked_nothing_is_written",),
    ),
    Mutant(
        "an interrupted run is not validated where it would have been",
        "training/trainer.py",
        "while self._not_validated() or not progress.reason_to_stop(self.config):",
        "while not progress.reason_to_stop(self.config):",
        (
            "tests/training/test_trainer.py"
            "::test_an_interruption_before_the_first_validation_only_saves",
        ),
    ),
    Mutant(
        "a resumed run writes the configuration that it was opened with",
        "training/train.py",
        "folder = folder.again().replaced(",
        "folder = folder.replaced(",
        (
            "tests/training/test_train.py"
            "::test_a_resumed_run_keeps_what_another_process_has_chosen_meanwhile",
        ),
    ),
    # ---- several processes ----
    Mutant(
        "each process goes by the gradient of its own rows",
        "training/processes.py",
        "gradient.copy_(summed.view_as(gradient))",
        "pass",
        (PROCESSES + "test_it_is_what_one_process_does",),
    ),
    Mutant(
        "what is drawn for a row depends on which process has it",
        "engine/generation.py",
        '"every": here().count',
        '"every": 1',
        (PROCESSES + "test_it_is_what_one_process_does",),
    ),
    Mutant(
        "processes that are started anew begin another run",
        "training/train.py",
        "    processes.launch.note(processes.number, folder.path)\n",
        "",
        (PROCESSES + "test_when_one_dies_all_end_with_one_line_and_go_on_if_started_anew",),
    ),
]
