"""Programs that try to get out of the sandbox, each small and named; one table for each kind.

Each prints ESCAPED when it got something. It sees `victim`, what the host laid out for it:
`secret` (a path), `scratch` (a folder that may be written), `port`, `udp`, `abstract` and
`datagram` (names of abstract sockets), `path` (of a unix socket), `pid` and `rekram` (its marker
backwards) of a process, `parent`, `hostname`. None of them changes anything that belongs to the
whole machine: what can be opened for writing is closed again.
"""

from tests.acceptance.attacks.base import Attack, program
from tests.acceptance.attacks.files import FILES
from tests.acceptance.attacks.kernel import KERNEL
from tests.acceptance.attacks.network import NETWORK
from tests.acceptance.attacks.processes import PROCESSES
from tests.acceptance.attacks.rights import RIGHTS
from tests.acceptance.attacks.served import SERVED

KINDS = {
    "files of the host": FILES,
    "the network": NETWORK,
    "other processes": PROCESSES,
    "rights": RIGHTS,
    "the kernel": KERNEL,
}
ATTACKS = {name: attack for kind in KINDS.values() for name, attack in kind.items()}

__all__ = ["ATTACKS", "KINDS", "SERVED", "Attack", "program"]
