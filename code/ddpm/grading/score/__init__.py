"""Scores of a folder of submissions (`command`), against exercises that are handed in.

`found` lists all that lies there, `notebook` reads the notebooks, `assigned` finds what was set in them. Each notebook
then runs in a kernel in a sandbox (`sandbox`), with the package but without the references (`lean`); it is handed cases
and shows answers as data (`kernel`). A process of its own speaks to that kernel and to nothing else (`child`). What has
come out is gathered here (`folder`), and judged in another process (`ddpm.grading.judge`) where nothing of a notebook
has ever run. `flags` says what a person should look at, and `report` writes it all down.
"""
