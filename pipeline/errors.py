"""What a verb of the night may say to its caller, be it an Airflow task or the command line."""


class PipelineError(Exception):
    """Anything that stops a verb; the message says who, what, why and what now."""


class SettingsError(PipelineError):
    """A setting, a client's file or a connection is missing or wrong; nothing was started."""


class TryLater(PipelineError):
    """The marketplace's quota (or a write still on its way) asks to come back: run the same verb again then."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(f"{why}; come back in {seconds:.0f} s")
        self.seconds = seconds
        self.why = why


class Uncertified(PipelineError):
    """Some entity could not be proven complete; its watermark did not move and the next run reads it again."""


class PullFailed(PipelineError):
    """Some entities of a shop could not be read; the others were. ``is_fatal``: trying again changes nothing."""

    def __init__(self, message: str, *, is_fatal: bool) -> None:
        super().__init__(message)
        self.is_fatal = is_fatal


class Refused(PipelineError):
    """A push was asked to send what nobody approved."""


class Stopped(PipelineError):
    """A room below could not go on. ``is_fatal``: trying again changes nothing until a person mends what the message names."""

    def __init__(self, message: str, *, is_fatal: bool) -> None:
        super().__init__(message)
        self.is_fatal = is_fatal


class DatabaseTrouble(PipelineError):
    """The warehouse is away or not furnished; the same verb may succeed later."""
