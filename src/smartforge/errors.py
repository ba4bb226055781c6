"""Everything that can go wrong and that a user may meet.

    SmartForgeError            base: `what` happened, `why`, and what to do next (`hint`)
    |-- ContractInvalid        a contract that promises nothing sound; `problems` lists why
    |-- PromptUnclear          no API can be read from the prompt
    |-- NothingToChange        the follow-up asks for what is so already
    |-- RunInterrupted         the server stopped in a run again and again
    |-- StepTimedOut           a step of a run went on beyond its limit
    |-- BudgetClosed           the run has used the tokens, money or time that it may use
    |   `-- DayClosed          its user has used the tokens or money of the day
    |-- ModelFailed            the model's endpoint refused, broke off or answered nonsense
    |   `-- AnswerIncomplete   the answer ended before the file did; names the file
    |       `-- AnswerRejected the answer came to its end, and is no whole file for all that
    |-- SandboxUnavailable     this machine cannot hold untrusted code
    |-- PreviewFailed          a generated API does not start, or has been stopped
    |-- LogError
    |   |-- Fenced             the epoch is old: somebody else owns the project now
    |   |-- UnknownProject     no such project
    |   `-- UnknownBlob        no content with that hash
    |-- UnknownVersion         the project has no such complete version
    |-- UnknownMessage         the project has no such message, or it was removed
    |-- DatabaseUnusable       the database is newer than this program, broken or locked
    |-- Conflict               the project is not in a state in which this can be done
    |-- SettingsInvalid        an option or environment variable makes no sense
    |-- TargetUnprepared       the dependencies of a target are missing
    |-- ClientUnmade           a typed client cannot be made: its generator is missing or fails
    |-- CursorAhead            the log ends before the cursor from which to go on
    |-- ServerUnreachable      no server answers at that address
    `-- ServerRefused          the server answered with a problem; `status` is its HTTP status

HTTP statuses stand in one table in `server.problems`, exit codes in `cli.exits`.
"""


class SmartForgeError(Exception):
    """Base of every error that is told to a user.

    `what` says what happened and why, in one sentence; `hint` says what to do next.
    `code` is a stable word for programs.
    """

    code = "internal"

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class ContractInvalid(SmartForgeError):
    """The contract contradicts itself or goes beyond a limit; `problems` names each place."""

    code = "contract_invalid"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(
            "The contract is not sound: " + "; ".join(problems),
            "Change the words of the prompt that are named here and try again.",
        )
        self.problems = problems


class PromptUnclear(SmartForgeError):
    """The prompt names nothing that an API could keep."""

    code = "prompt_unclear"


class NothingToChange(SmartForgeError):
    """The follow-up asks for what the API does already; there is no version to make of it."""

    code = "nothing_to_change"


class RunInterrupted(SmartForgeError):
    """The process that executed a run has ended too often to try once more."""

    code = "interrupted"


class StepTimedOut(SmartForgeError):
    """A step of a run went on beyond its limit and was cancelled."""

    code = "step_timed_out"


class BudgetClosed(SmartForgeError):
    """The model calls of a run have used what they may use of tokens, money or time; none was
    begun after."""

    code = "budget_closed"


class DayClosed(BudgetClosed):
    """The model calls of a user have used what they may use on a day, in UTC.

    `retry_after` is how many seconds are left until the next one.
    """

    code = "day_closed"

    def __init__(self, what: str, hint: str, *, retry_after: int) -> None:
        super().__init__(what, hint)
        self.retry_after = retry_after


class ModelFailed(SmartForgeError):
    """The model's endpoint refused, broke off, or answered what cannot be used.

    `passing` says that the reason passes: the same request may succeed a little later. `after`
    is how many seconds the endpoint asks to wait until then.
    """

    code = "model_failed"

    def __init__(
        self, what: str, hint: str = "", *, passing: bool = False, after: float | None = None
    ) -> None:
        super().__init__(what, hint)
        self.passing = passing
        self.after = after


class AnswerIncomplete(ModelFailed):
    """The model's answer ended before the file was whole; `path` is the file.

    `cut`: the model came to the most that it may answer; a shorter answer could be whole.
    """

    code = "answer_incomplete"

    def __init__(
        self,
        path: str,
        what: str,
        hint: str = "",
        *,
        passing: bool = False,
        after: float | None = None,
        cut: bool = False,
    ) -> None:
        super().__init__(what, hint, passing=passing, after=after)
        self.path = path
        self.cut = cut


class AnswerRejected(AnswerIncomplete):
    """The answer is no whole file: it does not parse, or leaves work out; `reason` says what.

    `instead` is the file where it stands within the answer without any doubt. `what` is said in
    place of that the file is not whole, where it was to be edited.
    """

    code = "answer_rejected"

    def __init__(self, path: str, reason: str, instead: str | None = None, what: str = "") -> None:
        super().__init__(
            path,
            what or f"{path} is not whole: {reason}.",
            "Try again; if it happens again, choose a more capable model.",
            passing=True,
        )
        self.reason = reason
        self.instead = instead


class SandboxUnavailable(SmartForgeError):
    """This machine cannot hold untrusted code; nothing was run."""

    code = "sandbox_unavailable"


class PreviewFailed(SmartForgeError):
    """A generated API does not start or does not answer that it is up, or has been stopped."""

    code = "preview_failed"


class LogError(SmartForgeError):
    """Base of what a log refuses."""

    code = "log"


class Fenced(LogError):
    """The epoch is not the current one: another execution owns the project, or it has ended."""

    code = "fenced"


class UnknownProject(LogError):
    """There is no project with this id."""

    code = "unknown_project"


class UnknownBlob(LogError):
    """There is no content with this hash."""

    code = "unknown_blob"


class UnknownMessage(SmartForgeError):
    """The project's user has said nothing with this id, or has taken it back."""

    code = "unknown_message"


class UnknownVersion(SmartForgeError):
    """The project has no such version."""

    code = "unknown_version"


class DatabaseUnusable(SmartForgeError):
    """The database is newer than this program, broken, or in use by another server."""

    code = "database_unusable"


class EditRefused(SmartForgeError):
    """The file cannot be edited by hand."""

    code = "edit_refused"


class Conflict(SmartForgeError):
    """The project is not in a state in which this can be done."""

    code = "conflict"


class SettingsInvalid(SmartForgeError):
    """An option or environment variable has a value that makes no sense."""

    code = "settings_invalid"


class TargetUnprepared(SmartForgeError):
    """The dependencies that a target's projects need are not installed."""

    code = "target_unprepared"


class ClientUnmade(SmartForgeError):
    """A typed client of an API cannot be made: its generator is not to be had, or it failed."""

    code = "client_unmade"


class CursorAhead(SmartForgeError):
    """The project's log ends before the cursor: it is another log than the one that was read."""

    code = "cursor_ahead"


class ServerUnreachable(SmartForgeError):
    """No server answers at that address."""

    code = "server_unreachable"


class ServerRefused(SmartForgeError):
    """The server answered with a problem (RFC 9457).

    `retry_after` is how many seconds it asks to wait before the request is made again.
    """

    code = "server_refused"

    def __init__(
        self, status: int, what: str, hint: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(what, hint)
        self.status = status
        self.retry_after = retry_after
