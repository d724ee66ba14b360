"""A package by name: some libraries install a `tests` of their own, which spawned processes would find instead of this one."""
