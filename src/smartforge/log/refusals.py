"""What a log says when it refuses: one sentence and the way out, the same from every log."""

from pathlib import Path

from smartforge.errors import DatabaseUnusable, Fenced, UnknownBlob, UnknownProject


def fenced(project_id: str, epoch: int | None) -> Fenced:
    """`epoch` is not the current one."""
    return Fenced(
        f"Epoch {epoch} of project {project_id} is over: another execution owns the project, "
        "or the run has ended.",
        "Nothing was stored. Follow the project to see who goes on with it.",
    )


def unknown_project(project_id: str) -> UnknownProject:
    """No project has this id."""
    return UnknownProject(
        f"There is no project {project_id!r}.", "`smartforge list` shows the projects there are."
    )


def unknown_blob(sha256: str) -> UnknownBlob:
    """No stored content has this hash."""
    return UnknownBlob(
        f"There is no content with the hash {sha256!r}.",
        "Take the hash from an event or a snapshot of the project.",
    )


def taken(project_id: str) -> ValueError:
    """The id of a new project is in use already."""
    return ValueError(f"the project id {project_id!r} is taken")


def closed() -> DatabaseUnusable:
    """The log is not open: not yet, or no longer."""
    return DatabaseUnusable(
        "The log is not open: the server is starting or stopping.",
        "Try again when the server is up.",
    )


def changed_by_others(path: Path) -> DatabaseUnusable:
    """The tables are not as this process left them."""
    return DatabaseUnusable(
        f"Another program has changed the database {path} while the server was using it.",
        "Nothing was stored. End that program and try again.",
    )
