"""The verbs of the night as plain functions, the settings they read, and the `daiyun` command."""
