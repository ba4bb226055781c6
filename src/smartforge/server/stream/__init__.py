"""The live stream: from the log to the bytes that every viewer gets.

`hub` is the centre: a `feed` for each project that is watched, a `viewer` for each connection,
`forms` for how events look on each kind of connection.
"""

from smartforge.server.stream.figures import Figures, Gauges
from smartforge.server.stream.forms import SEVERAL, SINGLE, WEBSOCKET, Form
from smartforge.server.stream.hub import Hub, Rules
from smartforge.server.stream.viewer import Viewer

__all__ = [
    "SEVERAL",
    "SINGLE",
    "WEBSOCKET",
    "Figures",
    "Form",
    "Gauges",
    "Hub",
    "Rules",
    "Viewer",
]
