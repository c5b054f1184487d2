"""Reads the `module` and `command_rec` structures out of Apache's x86-64 ELF files, without running them.

The layouts are those of `struct module_struct` and `struct command_struct` in include/http_config.h.
"""

import re
import struct
from dataclasses import dataclass

OVERRIDES = [
    (1, "OR_LIMIT"), (2, "OR_OPTIONS"), (4, "OR_FILEINFO"), (8, "OR_AUTHCFG"), (16, "OR_INDEXES"), (32, "OR_UNSET"),
    (64, "ACCESS_CONF"), (128, "RSRC_CONF"), (256, "EXEC_ON_READ"),
    (2048, "PROXY_CONF"),
]
KINDS = [
    "RAW_ARGS", "TAKE1", "TAKE2", "ITERATE", "ITERATE2", "FLAG", "NO_ARGS", "TAKE12", "TAKE3", "TAKE23", "TAKE123",
    "TAKE13", "TAKE_ARGV",
]
R_X86_64_64, R_X86_64_GLOB_DAT, R_X86_64_RELATIVE = 1, 6, 8
SHT_RELA, SHT_NOBITS, SHT_DYNSYM = 4, 8, 11
MODULE_NAME, MODULE_MAGIC, MODULE_COMMANDS = 16, 40, 88
MAGIC = 0x41503234  # "AP24", MODULE_MAGIC_COOKIE in include/ap_mmn.h
STT_OBJECT = 1
COMMAND_SIZE, COMMAND_OVERRIDE, COMMAND_KIND, COMMAND_USAGE = 40, 24, 28, 32


@dataclass
class Command:
    """One `command_rec`: a directive as its module declares it."""

    name: str
    override: list
    kind: str
    usage: str


class Elf:
    """A loaded-as-is view of one file: bytes by address, pointers after relocation, dynamic symbols by name."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise ValueError(f"{path}: not a little-endian 64-bit ELF file")
        table, = struct.unpack_from("<Q", self.data, 40)
        size, count = struct.unpack_from("<HH", self.data, 58)
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", self.data, table + size * n) for n in range(count)]
        self.objects, self.undefined, self.by_index = {}, set(), []
        for section in self.sections:
            if section[1] == SHT_DYNSYM:
                self._read_symbols(section)
        self.pointers = {}
        for section in self.sections:
            if section[1] == SHT_RELA:
                self._read_relocations(section)

    def _read_symbols(self, section):
        names = self.sections[section[6]][4]
        for offset in range(section[4], section[4] + section[5], 24):
            name, info, _, where, value, _ = struct.unpack_from("<IBBHQQ", self.data, offset)
            text = self._text_at(names + name)
            self.by_index.append(value)
            if not where:
                self.undefined.add(text)
            elif info & 0xF == STT_OBJECT:
                self.objects[text] = value

    def _read_relocations(self, section):
        for offset in range(section[4], section[4] + section[5], 24):
            where, info, addend = struct.unpack_from("<QQq", self.data, offset)
            kind, symbol = info & 0xFFFFFFFF, info >> 32
            if kind == R_X86_64_RELATIVE:
                self.pointers[where] = addend
            elif kind in (R_X86_64_64, R_X86_64_GLOB_DAT):
                self.pointers[where] = self.by_index[symbol] + addend

    def _text_at(self, offset):
        return self.data[offset:self.data.index(b"\0", offset)].decode("utf-8")

    def _offset(self, address):
        for _, kind, _, start, offset, size, *_ in self.sections:
            if start and kind != SHT_NOBITS and start <= address < start + size:
                return address - start + offset
        raise ValueError(f"no bytes at address {address:#x}")

    def text(self, where):
        """The C string that the pointer stored at `where` points to; None for NULL."""
        target = self.pointers.get(where, 0)
        return self._text_at(self._offset(target)) if target else None

    def modules(self):
        """(identifier, source file, commands) of every module structure this file exports."""
        for symbol, address in self.objects.items():
            if symbol.endswith("_module") and self._magic(address) == MAGIC:
                source = self.text(address + MODULE_NAME)
                yield symbol, source, list(self._commands(self.pointers.get(address + MODULE_COMMANDS, 0)))

    def _magic(self, address):
        try:
            return struct.unpack_from("<Q", self.data, self._offset(address) + MODULE_MAGIC)[0]
        except ValueError:
            return None

    def _commands(self, address):
        while address and (name := self.text(address)):
            at = self._offset(address)
            override, kind = struct.unpack_from("<iI", self.data, at + COMMAND_OVERRIDE)
            known = [text for bit, text in OVERRIDES if override & bit]
            if override & ~sum(bit for bit, _ in OVERRIDES):
                raise ValueError(f"{name}: unknown bits in req_override {override:#x}")
            yield Command(name, known, KINDS[kind], self.text(address + COMMAND_USAGE) or "")
            address += COMMAND_SIZE

    def calls(self, function):
        """Whether the file imports `function`."""
        return function in self.undefined

    def words(self):
        """All texts that could be the name of a provider; the linker lets a string share the tail of a longer one."""
        found = set()
        for tail in re.findall(rb"[a-z][a-z0-9_-]+(?=\0)", self.data):
            found |= {tail[start:].decode() for start in range(len(tail) - 1) if tail[start:start + 1].isalpha()}
        return sorted(found)
