"""After the files of the host: reading what is not shown, changing what is."""

from tests.acceptance.attacks.base import Attack

FILES = {
    "secret file": Attack("escaped(open(victim['secret']).read())"),
    "secret file through the first process": Attack(
        "escaped(open('/proc/1/root' + victim['secret']).read())", outside=False
    ),
    "secret file through any process": Attack(
        """
for name in os.listdir('/proc'):
    for way in ('root', 'cwd/' + '../' * 20):
        try:
            escaped(name.isdecimal() and open(f"/proc/{name}/{way}{victim['secret']}").read())
        except OSError:
            pass
"""
    ),
    "shadow": Attack("escaped(open('/etc/shadow').read())", outside=False),
    "passwd": Attack("escaped(open('/etc/passwd').read())"),
    "folders of the host": Attack("escaped(os.listdir(os.path.dirname(victim['secret'])))"),
    "whether a file exists": Attack("escaped(os.stat(victim['secret']))"),
    "homes and logs": Attack(
        """
for place in ('/home', '/var', '/srv', '/opt', '/mnt', '/boot', '/oldroot', '/newroot'):
    escaped(os.path.exists(place) and place)
""",
        outside=False,
    ),
    "hard link": Attack(
        """
os.link(victim['secret'], victim['scratch'] + '/hard')
escaped(open(victim['scratch'] + '/hard').read())
os.unlink(victim['scratch'] + '/hard')
"""
    ),
    "symbolic link": Attack(
        """
os.symlink(victim['secret'], victim['scratch'] + '/soft')
escaped(open(victim['scratch'] + '/soft').read())
os.unlink(victim['scratch'] + '/soft')
"""
    ),
    "dot dot": Attack("escaped(open('/tmp/' + '../' * 20 + victim['secret'][1:]).read())"),
    "dot dot from an open folder": Attack(
        """
here = os.open('/', os.O_RDONLY)
for _ in range(20):
    here = os.open('..', os.O_RDONLY, dir_fd=here)
escaped(open(os.open(victim['secret'][1:], os.O_RDONLY, dir_fd=here)).read())
"""
    ),
    "name of a handle": Attack(
        """
handle = ctypes.create_string_buffer(struct.pack('Ii', 128, 0) + bytes(128))
mount = ctypes.c_int()
escaped(call((303, 264), -100, b'/', handle, ctypes.byref(mount), 0) == 0)
"""
    ),
    "file by its handle": Attack(
        """
handle = ctypes.create_string_buffer(struct.pack('Iiq', 8, 1, 2))
escaped(not closed((304, 265), os.open('/', os.O_RDONLY), handle, 0))
""",
        outside=False,
    ),
    "write the project": Attack("open('/app/new', 'w').close(); escaped()", outside=False),
    "change a file of the project": Attack(
        "escaped(opens('/app/app/main.py', os.O_WRONLY))", outside=False
    ),
    "remove the project": Attack("os.unlink('/app/app/main.py'); escaped()", outside=False),
    "modes, times and names in the project": Attack(
        """
for change in (lambda path: os.chmod(path, 0o777), lambda path: os.utime(path, (1, 1)),
               lambda path: os.setxattr(path, 'user.x', b'y'),
               lambda path: os.rename(path, path + '.old'), lambda path: os.truncate(path, 0)):
    for path in ('/app/app/main.py', '/sf/dependencies/fastapi/__init__.py'):
        try:
            change(path)
            escaped(path)
        except OSError:
            pass
""",
        outside=False,
    ),
    "write the system": Attack("open('/usr/new', 'w').close(); escaped()", outside=False),
    "write the root": Attack("open('/new', 'w').close(); escaped()", outside=False),
    "write the dependencies": Attack(
        "open('/sf/dependencies/fastapi/__init__.py', 'r+').close(); escaped()", outside=False
    ),
    "write the interpreter": Attack(
        """
for path in ('/proc/self/exe', sys.executable, os.__file__, socket.__file__):
    escaped(opens(path, os.O_WRONLY) and path)
try:
    os.chmod('/proc/self/exe', os.stat('/proc/self/exe').st_mode & 0o7777)
    escaped('chmod')
except OSError:
    pass
""",
        outside=False,
    ),
    "write the start scripts": Attack(
        """
for name in os.listdir('/sf/inside'):
    escaped(opens('/sf/inside/' + name, os.O_WRONLY) and name)
open('/sf/inside/new', 'w').close()
escaped()
""",
        outside=False,
    ),
    # Past every mount: the file that was executed is told by the kernel, not by a path.
    "program of the first process": Attack(
        """
escaped(opens('/proc/1/exe', os.O_WRONLY))
os.chmod('/proc/1/exe', os.stat('/proc/1/exe').st_mode & 0o7777)
escaped('chmod')
""",
        outside=False,
    ),
    "write between the devices": Attack("open('/dev/new', 'w').close(); escaped()", outside=False),
    "what is mounted": Attack(
        """
known = ('/', '/usr', '/etc/ld.so.cache', '/etc/alternatives', '/app', '/tmp', '/run',
         sys.base_prefix, sys.base_exec_prefix, os.path.dirname(os.path.realpath(sys.executable)))
for line in open('/proc/self/mountinfo'):
    place = line.split()[4]
    escaped(place not in known and not place.startswith(('/proc', '/dev', '/sf/', '/lib', '/bin',
                                                         '/sbin')) and place)
""",
        outside=False,
    ),
    "remount": Attack("escaped(libc.mount(b'/app', b'/app', None, 32 | 4096, None) == 0)", False),
    "take a mount away": Attack(
        """
for place in (b'/tmp', b'/app', b'/proc/sys', b'/proc/cmdline', b'/proc', b'/dev'):
    escaped(call((166, 39), place, 2) == 0)
""",
        outside=False,
    ),
    "copy of a mount": Attack("escaped(not closed((428, 428), -100, b'/', 1))", outside=False),
    "new file system": Attack("escaped(not closed((430, 430), b'tmpfs', 0))", outside=False),
    "file system of a folder": Attack(
        "escaped(not closed((433, 433), -100, b'/tmp', 0))", outside=False
    ),
    "attributes of a mount": Attack(
        """
attributes = ctypes.create_string_buffer(struct.pack('4Q', 0, 1, 0, 0))
for numbers in ((442, 442), (467, 467)):
    escaped(not closed(numbers, -100, b'/app', 0, attributes, 32))
""",
        outside=False,
    ),
    "move a mount": Attack(
        "escaped(not closed((429, 429), -100, b'/app', -100, b'/tmp', 0))", outside=False
    ),
    "list the mounts": Attack(
        """
for numbers in ((457, 457), (458, 458), (470, 470)):
    escaped(not closed(numbers, None, None, 0, 0))
""",
        outside=False,
    ),
}
