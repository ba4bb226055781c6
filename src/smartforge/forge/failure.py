"""How a run that broke says so: an error in the words of the event that ends the run."""

from smartforge.errors import EditRefused, NothingToChange, SmartForgeError
from smartforge.events import RunFailed


def failed_by(error: Exception) -> RunFailed:
    """The user's errors in their own words; of any other only that it was not the user's fault."""
    if isinstance(error, SmartForgeError):
        # What is so already is so the next time too.
        retryable = not isinstance(error, NothingToChange | EditRefused)
        return RunFailed(code=error.code, message=error.what, hint=error.hint, retryable=retryable)
    return RunFailed(
        code="internal",
        message="Something in Smart Forge itself broke; this is not the prompt's fault.",
        hint="Try again. If it happens again, look into the server's log.",
        retryable=True,
    )
