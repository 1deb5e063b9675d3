include: "workflow/Snakefile"


# An include leaves the default target as it was before, which here is none.
workflow.default_target = "all"
