"""What people paste into a prompt, told in sentences: tables in SQL, rows in JSON, endpoints."""

from smartforge.planners.offline.pasted import document, endpoints, example, sql


def told(text: str) -> str:
    """`text` with what is pasted in it as headings and bullets; the rest is as it was.

    What cannot be read stays as it stands, so that the readers after this one tell of it.
    """
    for reader in (document.told, sql.told, endpoints.told, example.told):
        text = reader(text)
    return text
