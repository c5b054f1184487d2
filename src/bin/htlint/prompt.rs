//! The password that a person types, never shown.

use zeroize::Zeroizing;

/// Asks on the terminal, whatever stdin and stdout are; fails with a line on what stood in the way.
#[cfg(unix)]
pub(crate) fn ask(words: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    terminal::ask(words)
}

/// The same where htlint knows no terminal that can be kept from showing what is typed.
#[cfg(not(unix))]
pub(crate) fn ask(_: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    Err("there is no prompt on this system: use --password-stdin".to_owned())
}

#[cfg(unix)]
mod terminal {
    use std::fs::{File, OpenOptions};
    use std::io::{self, Read, Write};

    use rustix::process::{Signal, getpid, kill_process};
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use zeroize::Zeroizing;

    /// The most bytes that can be typed; the line is never grown, so that no copy of it is left behind.
    const MOST: usize = 4096;

    /// A terminal that does not show what is typed, until it is dropped.
    struct Silent {
        terminal: File,
        before: Termios,
    }

    impl Silent {
        fn new(terminal: File) -> io::Result<Self> {
            let before = tcgetattr(&terminal)?;
            let mut silent = before.clone();
            // Without ISIG an interrupt comes as a byte, so that the echo can be put back first.
            silent.local_modes &= !(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
            tcsetattr(&terminal, OptionalActions::Flush, &silent)?;
            Ok(Self { terminal, before })
        }
    }

    impl Drop for Silent {
        fn drop(&mut self) {
            // What cannot be put back cannot be told either.
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
            let _ = self.terminal.write_all(b"\n");
        }
    }

    /// How a line ended.
    enum End {
        Entered,
        Interrupted(Signal),
    }

    pub(super) fn ask(words: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        let open = OpenOptions::new().read(true).write(true).open("/dev/tty");
        let mut terminal = open.map_err(|_| "there is no terminal to ask on: use --password-stdin".to_owned())?;
        let failed = |error: io::Error| format!("the terminal: {error}");
        terminal.write_all(words.as_bytes()).map_err(failed)?;
        let mut silent = Silent::new(terminal).map_err(failed)?;
        let mut line = Zeroizing::new(Vec::with_capacity(MOST));
        let end = read(&mut silent.terminal, &mut line);
        drop(silent);
        match end.map_err(failed)? {
            End::Entered => Ok(line),
            End::Interrupted(signal) => {
                // The shell is to see a program that died of it.
                let _ = kill_process(getpid(), signal);
                Err("interrupted".to_owned())
            }
        }
    }

    /// Reads up to the end of the line, with the keys that terminals have for editing one.
    fn read(input: &mut impl Read, line: &mut Vec<u8>) -> io::Result<End> {
        let mut byte = Zeroizing::new([0_u8; 1]);
        loop {
            match input.read(&mut *byte) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            let [key] = *byte;
            match key {
                b'\r' | b'\n' => return Ok(End::Entered),
                0x03 => return Ok(End::Interrupted(Signal::INT)),
                0x1c => return Ok(End::Interrupted(Signal::QUIT)),
                0x04 if line.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                0x08 | 0x7f => erase(line),
                0x15 => line.clear(),
                _ if line.len() == MOST => return Err(io::Error::other("the line is too long")),
                other => line.push(other),
            }
        }
    }

    /// Takes the last character away, all bytes of it if it is UTF-8.
    fn erase(line: &mut Vec<u8>) {
        while line.pop().is_some_and(|byte| (0x80..0xc0).contains(&byte)) {}
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn typed(keys: &[u8]) -> Option<Vec<u8>> {
            let mut line = Vec::with_capacity(MOST);
            let end = read(&mut &*keys, &mut line).ok()?;
            matches!(end, End::Entered).then_some(line)
        }

        #[test]
        fn a_line_can_be_edited_and_every_other_byte_is_the_passwords() {
            assert_eq!(typed(b"secret\r").unwrap(), b"secret");
            assert_eq!(typed("aé\u{7f}b\u{8}c\n".as_bytes()).unwrap(), b"ac");
            assert_eq!(typed(b"wrong\x15\tr\xe9 \n").unwrap(), b"\tr\xe9 ");
            assert_eq!(typed(b"\n").unwrap(), b"");
        }

        #[test]
        fn an_interrupt_and_the_end_are_no_password() {
            assert!(typed(b"sec\x03ret\n").is_none() && typed(b"sec\x1c\n").is_none());
            assert!(typed(b"\x04").is_none() && typed(b"unfinished").is_none());
            assert!(typed(&[b'x'; MOST + 1]).is_none());
        }
    }
}
