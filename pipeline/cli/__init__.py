"""The `daiyun` command: what operators and programs may do by hand. The DAG tasks call the same verbs."""

from __future__ import annotations

import typer
from typer.core import TyperGroup

from pipeline.cli import connector, database, demo, derive, jobs, landing, night, quarantine, quota, report, sandbox, stages
from pipeline.cli.output import complain


class Plain(TyperGroup):
    """An error a person can mend is one clear message and exit code 1, never a traceback."""

    def invoke(self, ctx):
        with complain():
            return super().invoke(ctx)


app = typer.Typer(
    cls=Plain, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__, context_settings={"help_option_names": ["-h", "--help"]}
)
app.command("check")(night.check)
app.command("sync")(night.sync)
app.command("certificate")(night.certificate)
app.command("rates")(night.rates)
app.command("derive")(derive.derive)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(landing.app, name="landing")
app.add_typer(jobs.app, name="jobs")
app.add_typer(quota.app, name="quota")
app.add_typer(connector.app, name="connector")
app.add_typer(report.app, name="report")
app.command("stages")(stages.stages)
app.add_typer(stages.fees_app, name="fees")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(database.app, name="db")
app.command("demo")(demo.demo)


def main() -> None:
    app()
