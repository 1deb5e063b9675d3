import sys
from pathlib import Path

# Snakemake searches this folder for modules. The clmt that plans must be the installed one, whose commands the rules call.
if Path(sys.path[0]).resolve() == Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).resolve():
    sys.path.pop(0)


include: "workflow/Snakefile"


# An include leaves the default target as it was before, which here is none.
workflow.default_target = "all"
