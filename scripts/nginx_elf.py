"""Reads nginx's module, command and variable structures out of its x86-64 ELF files, without running them.

The layouts are those of `ngx_module_s` (src/core/ngx_module.h), `ngx_command_s` (src/core/ngx_conf_file.h) and
`ngx_http_variable_s` (src/http/ngx_http_variables.h).
"""

import re
import struct
from dataclasses import dataclass

from elftools.elf.elffile import ELFFile

PLACES = {
    0x45524F43: [(0x01000000, "main")],
    0x464E4F43: [(0x01000000, "main"), (0xFF000000, "any")],
    0x544E5645: [(0x02000000, "events")],
    0x50545448: [
        (0x02000000, "http"), (0x04000000, "server"), (0x08000000, "location"), (0x10000000, "upstream"),
        (0x20000000, "server-if"), (0x40000000, "location-if"), (0x80000000, "limit_except"),
    ],
    0x4C49414D: [(0x02000000, "mail"), (0x04000000, "mail-server")],
    0x4D525453: [(0x02000000, "stream"), (0x04000000, "stream-server"), (0x08000000, "stream-upstream")],
}
KINDS = {
    0x45524F43: "core", 0x464E4F43: "any", 0x544E5645: "events", 0x50545448: "http", 0x4C49414D: "mail",
    0x4D525453: "stream",
}
BLOCK, FLAG, ANY, MORE1, MORE2 = 0x100, 0x200, 0x400, 0x800, 0x1000
MODULE_NAME, MODULE_CONTEXT, MODULE_COMMANDS, MODULE_TYPE = 16, 56, 64, 72
COMMAND_SIZE, VARIABLE_SIZE = 56, 56
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass
class Command:
    """One `ngx_command_t`: a directive as its module declares it."""

    name: str
    kind: int
    setter: str
    values: list


class Elf:
    """One file: bytes by address, pointers after relocation, dynamic symbols by name."""

    def __init__(self, path):
        with open(path, "rb") as file:
            elf = ELFFile(file)
            self.segments = [(s["p_vaddr"], s.data()) for s in elf.iter_segments() if s["p_type"] == "PT_LOAD"]
            text = elf.get_section_by_name(".text")
            self.code = range(text["sh_addr"], text["sh_addr"] + text["sh_size"])
            symbols = list(elf.get_section_by_name(".dynsym").iter_symbols())
            self.address = {s.name: s["st_value"] for s in symbols if s["st_value"]}
            self.name = {}
            for symbol, value in self.address.items():
                self.name.setdefault(value, symbol)
            self.pointers, self.imports = {}, {}
            for section in elf.iter_sections():
                if section["sh_type"] == "SHT_RELA":
                    for r in section.iter_relocations():
                        self._relocate(r, symbols)

    def _relocate(self, relocation, symbols):
        where, kind, addend = relocation["r_offset"], relocation["r_info_type"], relocation["r_addend"]
        if kind == 8:
            self.pointers[where] = addend
        elif kind in (1, 6):
            symbol = symbols[relocation["r_info_sym"]]
            if symbol["st_value"]:
                self.pointers[where] = symbol["st_value"] + addend
            else:
                self.imports[where] = symbol.name

    def bytes(self, address, size):
        """`size` bytes at `address`; zeros behind what the file holds."""
        for start, data in self.segments:
            if start <= address < start + len(data):
                return data[address - start:address - start + size].ljust(size, b"\0")
        return b"\0" * size

    def number(self, address):
        """The eight bytes at `address` as a number."""
        return struct.unpack("<Q", self.bytes(address, 8))[0]

    def c_string(self, address):
        """The C string at `address`."""
        text = b""
        while not text.endswith(b"\0"):
            text += self.bytes(address + len(text), 1)
        return text[:-1].decode()

    def string(self, where):
        """The `ngx_str_t` at `where`; None if it is null."""
        size, data = self.number(where), self.pointers.get(where + 8, 0)
        return self.bytes(data, size).decode("latin-1") if size and data else None

    def modules(self):
        """(name, type, commands) of every module the file brings, in its order."""
        names, table = self.address["ngx_module_names"], self.address["ngx_modules"]
        step = 0
        while self.pointers.get(table + step) or self.imports.get(table + step):
            at = self.pointers.get(table + step)
            name = self.pointers.get(names + step)
            step += 8
            if at:
                commands = self.pointers.get(at + MODULE_COMMANDS, 0)
                yield self.c_string(name), self.number(at + MODULE_TYPE), list(self.commands(commands))

    def commands(self, address):
        """The commands of the array at `address`, up to its end mark."""
        while address and (name := self.string(address)):
            setter = self.imports.get(address + 24) or self.name.get(self.pointers.get(address + 24), "-")
            yield Command(name, self.number(address + 16), setter, self.values(setter, self.pointers.get(address + 48)))
            address += COMMAND_SIZE

    def variables(self):
        """(name, whether `set` may change it, whether it is a prefix) of every predefined variable, in the order of the file."""
        for where in sorted(self.pointers):
            at = where - 8
            name = self.string(at) if 0 < self.number(at) < 64 else None
            setter, getter = self.pointers.get(at + 16, 0), self.pointers.get(at + 24, 0)
            plain = (setter in self.code or not setter and not self.number(at + 16)) and getter in self.code
            if not name or not NAME.match(name) or not plain:
                continue
            if self.number(at + 40) > 63 or self.number(at + 48) or at + 48 in self.pointers:
                continue
            yield name, bool(self.number(at + 40) & 1), bool(self.number(at + 40) & 32)

    def values(self, setter, post):
        """The words an enumeration takes, or the bounds of a number."""
        if not post:
            return []
        found = []
        if setter in ("ngx_conf_set_enum_slot", "ngx_conf_set_bitmask_slot"):
            while (word := self.string(post)) is not None:
                found.append(word)
                post += 24
        elif setter == "ngx_conf_set_num_slot":
            handler = self.imports.get(post) or self.name.get(self.pointers.get(post))
            if handler == "ngx_conf_check_num_bounds":
                found = [str(struct.unpack("<q", self.bytes(post + step, 8))[0]) for step in (8, 16)]
        return found


def places(module_type, kind):
    """The blocks a command may stand in."""
    if module_type == 0x464E4F43 and kind & 0xFF000000 == 0xFF000000:
        return ["any"]
    names = [name for bit, name in PLACES[module_type] if kind & bit]
    if module_type != 0x45524F43 and kind & 0x01000000:
        names.insert(0, "main")
    return names


def takes(kind):
    """The numbers of words a command takes: `0`, `1|2`, `flag`, `any`, `1+`, `2+`."""
    for bit, name in [(ANY, "any"), (FLAG, "flag"), (MORE1, "1+"), (MORE2, "2+")]:
        if kind & bit:
            return name
    return "|".join(str(number) for number in range(8) if kind & 1 << number)
