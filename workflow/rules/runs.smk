# The runs of an experiment: what collect and the report are told of them. No rule stands here.

from types import SimpleNamespace


def run_graph(wildcards):
    return plan.graph_file(config, plan.Run(*(wildcards[key] for key in plan.Run._fields)))


def experiment_repeats(wildcards):
    return [
        f"{model}={first}"
        for model, first in experiments.experiment_repeats(config, wildcards.experiment).items()
    ]


def experiment_reference(wildcards):
    """Params function: the option that names the model which the others are compared with, if the experiment has one."""
    reference = config["experiments"][wildcards.experiment].get("reference")
    return ["--reference", reference] if reference else []


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


def paper_inputs(names):
    """Downloads, and files of the user's own, that the tables, texts and pages of experiments are made of."""
    datasets = datasets_of(names)
    joined = [name for dataset in datasets for name in studies_of(config["datasets"][dataset]) or ()]
    own = [file for name in [*datasets, *joined] for file in dataset_archive(SimpleNamespace(dataset=name))]
    looked_up = [file for service in TEXT_SERVICES for file in text_source(service).look_up_files]
    shared = map(source_path, ("gdsc_compounds", "model_list", *TEXT_FILES, *looked_up))
    return list(dict.fromkeys([*own, *shared]))


def config_files():
    """The configuration, and the overlays in their order; by their places below the working directory, where they are."""
    here, paths = Path.cwd(), map(Path, workflow.configfiles)
    return list(dict.fromkeys(str(p.relative_to(here) if p.is_relative_to(here) else p) for p in paths))


def paper_command():
    """What makes the paper, with the overlays."""
    packaged = here_or_packaged("config/config.yaml").resolve()
    overlays = [path for path in config_files() if Path(path).resolve() != packaged]
    return " ".join(["snakemake --cores all", *(["--configfile", *overlays] if overlays else []), "-- paper"])
