# The runs of an experiment: what collect and the report are told of them. No rule stands here.


def experiment_repeats(wildcards):
    return [
        f"{model}={first}"
        for model, first in experiments.experiment_repeats(config, wildcards.experiment).items()
    ]


def experiment_digests(wildcards):
    """Params function: what the metric card of each run must say, in the order of the runs."""
    runs = experiments.experiment_runs(config, wildcards.experiment)
    return [plan.settings_digest(plan.run_settings(config, *run)) for run in runs]


def datasets_of(experiments):
    """Datasets that experiments use; of others no text is read."""
    return list(dict.fromkeys(config["experiments"][name]["dataset"] for name in experiments))


def experiment_files(name):
    """Input function: the file of that name of every run of the experiment."""

    def files(wildcards):
        return [f"{run.folder}/{name}" for run in experiments.experiment_runs(config, wildcards.experiment)]

    return files


def experiment_file(name):
    """Input function: a file of the experiment's dataset."""
    return lambda wildcards: f"results/{config['experiments'][wildcards.experiment]['dataset']}/{name}"


def experiment_table(kind):
    """Input function: a table of the experiment's dataset."""
    return experiment_file(f"tables/{kind}.parquet")


def case_run(function):
    """Input or params function, asked for the run whose cases are shown; an experiment without one is refused."""

    def of_run(wildcards):
        entry = config["experiments"][wildcards.experiment]
        try:
            model = experiments.case_model(config, wildcards.experiment)
        except ClmtError as error:
            refuse(error)
        return function(plan.Run(entry["dataset"], entry["split"], model, 0))

    return of_run
