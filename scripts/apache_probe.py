"""A throwaway Apache that is asked what it thinks of one line: at start (`apache2 -t`) or in a .htaccess file."""

import http.client
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

SERVER = "/usr/sbin/apache2"
CRASH = "(the worker crashed)"
CLASSES = ["AuthConfig", "FileInfo", "Indexes", "Limit", "Options"]
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "v": "\v", "f": "\f"}


def version():
    """The version of the installed server, as in `2.4.62`."""
    text = subprocess.run([SERVER, "-v"], capture_output=True, text=True, check=True).stdout
    return re.search(r"Apache/(\S+)", text).group(1)


def unescape(text):
    """Undoes the escaping that the error log applies (server/util.c, ap_escape_errorlog_item)."""
    def plain(match):
        code = match.group(1)
        return chr(int(code[1:], 16)) if code[0] == "x" else ESCAPES.get(code, code)
    return re.sub(r"\\(x[0-9a-f]{2}|.)", plain, text).encode("latin-1", "replace").decode("utf-8", "replace")


def free_port():
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Apache:
    """One set of loaded modules in a folder of its own; use as a context manager."""

    def __init__(self, loads):
        self.loads = loads

    def __enter__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="apache-probe-"))
        self.root.chmod(0o755)
        (self.root / "docs").mkdir()
        (self.root / "mime.types").touch()
        self.port = free_port()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root, ignore_errors=True)

    def config(self, extra=""):
        """A main config with these modules and `extra` at its end."""
        lines = [f"ServerRoot {self.root}", f"DefaultRuntimeDir {self.root}", f"PidFile {self.root}/pid",
                 f"ErrorLog {self.root}/error.log", 'ErrorLogFormat "%M"', "ServerName localhost",
                 f"Listen 127.0.0.1:{self.port}", f"DocumentRoot {self.root}/docs", "User www-data", "Group www-data"]
        lines += self.loads
        for name in ["All"] + CLASSES:
            lines += [f"<Directory {self.root}/docs/{name}>", f"AllowOverride {name}", "</Directory>"]
        return "\n".join(lines) + "\n" + extra

    def _run(self, option, extra=""):
        with tempfile.NamedTemporaryFile("w", dir=self.root, suffix=".conf") as file:
            file.write(self.config(extra))
            file.flush()
            return subprocess.run([SERVER, option, "-f", file.name], capture_output=True, text=True, timeout=60)

    def loaded(self):
        """Identifiers of all modules, in the order in which the server knows them."""
        return re.findall(r"^ (\S+) \((?:static|shared)\)", self._run("-M").stdout, re.M)

    def listing(self):
        """What `-L` prints: every directive with its usage and its contexts."""
        return self._run("-L").stdout

    def at_start(self, lines, section=None):
        """The server's message for each of `lines` (texts) as the end of a main config, None where it accepts."""
        def ask(line):
            text = f"<Directory {self.root}/none>\n{line}\n</Directory>\n" if section else line + "\n"
            answer = self._run("-t", text)
            if answer.returncode == 0:
                return None
            found = re.search(r"[Ss]yntax error on line \d+ of \S+?:\s(.*)", answer.stderr, re.S)
            return (found.group(1) if found else answer.stderr).strip()
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(ask, lines))

    def in_htaccess(self, lines, override="All"):
        """The server's message for each of `lines` as the whole of a .htaccess file, None where it accepts, or CRASH."""
        folder = self.root / "docs" / override
        folder.mkdir()
        for number, line in enumerate(lines):
            (folder / str(number)).mkdir()
            (folder / str(number) / ".htaccess").write_text(line + "\n", encoding="utf-8")
        (self.root / "httpd.conf").write_text(self.config())
        log = self.root / "error.log"
        log.unlink(missing_ok=True)
        server = subprocess.Popen([SERVER, "-DFOREGROUND", "-f", str(self.root / "httpd.conf")],
                                  stderr=subprocess.PIPE)
        try:
            self._wait_until_up(server)
            crashed = [number for number in range(len(lines)) if self._get(f"/{override}/{number}/") == 0]
        finally:
            server.terminate()
            server.wait(30)
        said = re.findall(rf"^{re.escape(str(folder))}/(\d+)/\.htaccess: (.*)$",
                          log.read_text(encoding="utf-8", errors="replace"), re.M)
        answers = dict.fromkeys(crashed, CRASH) | {int(number): unescape(text) for number, text in said}
        shutil.rmtree(folder)
        return [answers.get(number) for number in range(len(lines))]

    def _wait_until_up(self, server):
        for _ in range(200):
            if server.poll() is not None:
                raise RuntimeError(server.stderr.read().decode() + (self.root / "error.log").read_text())
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the server did not come up")

    def _get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except http.client.RemoteDisconnected:
            return 0
        finally:
            connection.close()
