//! Time of one comparison per scheme, beside that of the C code: apr-util's `apr_password_validate` and crypt(3), called
//! in one Python process by ctypes. Rounds of both take turns; medians are compared.
//!
//! `cargo bench --bench verify [SCHEME...]`
#![allow(clippy::print_stdout, reason = "it is what a benchmark is for")]

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use htlint::hash::{Crypt, Limits, Outcome, Verifier, verify};

/// The password of every entry.
const PASSWORD: &str = "brittle-lantern";
/// Rounds of each side.
const ROUNDS: usize = 15;
/// How long a round should take.
const ROUND: Duration = Duration::from_millis(40);

/// Answers `library count hash` with the nanoseconds of one comparison, or a dash.
const PYTHON: &str = r#"
import ctypes, sys, time
def load(name):
    try: return ctypes.CDLL(name)
    except OSError: return None
apr, libc = load("libaprutil-1.so.0"), load("libcrypt.so.1")
if libc: libc.crypt.restype = ctypes.c_char_p
password = sys.argv[1].encode()
for line in sys.stdin:
    library, count, stored = line.rstrip("\n").split(" ", 2)
    count, stored = int(count), stored.encode()
    if library == "apr" and apr:
        compare, right = (lambda: apr.apr_password_validate(password, stored)), 0
    elif library == "crypt" and libc:
        compare, right = (lambda: libc.crypt(password, stored)), stored
    else:
        print("-", flush=True); continue
    start = time.perf_counter_ns()
    for _ in range(count): said = compare()
    end = time.perf_counter_ns()
    print((end - start) / count if said == right else "-", flush=True)
"#;

/// The C code, if this machine has it.
struct Libraries {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Libraries {
    fn start() -> Option<Self> {
        let mut command = Command::new("python3");
        let command = command.args(["-c", PYTHON, PASSWORD]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().ok()?;
        let (asks, answers) = (process.stdin.take()?, BufReader::new(process.stdout.take()?));
        Some(Self { process, asks, answers })
    }

    /// Nanoseconds of one comparison.
    fn time(&mut self, library: &str, count: u32, stored: &str) -> Option<f64> {
        writeln!(self.asks, "{library} {count} {stored}").ok()?;
        let mut line = String::new();
        self.answers.read_line(&mut line).ok()?;
        line.trim().parse().ok()
    }

    fn stop(mut self) {
        drop(self.asks);
        let _ = self.process.wait();
    }
}

/// Nanoseconds of one comparison of ours.
fn time(stored: &str, verifier: Verifier, count: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..count {
        let outcome = verify(black_box(stored.as_bytes()), black_box(PASSWORD.as_bytes()), verifier, Limits::DEFAULT);
        assert_eq!(outcome, Outcome::Match);
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(count)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// One scheme: rounds of both sides in turn.
fn measure(scheme: &str, stored: &str, libraries: &mut Option<Libraries>) {
    let by_apr = ["$apr1$", "{SHA}", "$2y$", "$2a$"].iter().any(|mark| stored.starts_with(mark));
    let (library, verifier) = match by_apr {
        true => ("apr", Verifier::Apr(Crypt::Libxcrypt)),
        false => ("crypt", Verifier::Crypt(Crypt::Libxcrypt)),
    };
    let once = Duration::from_secs_f64(time(stored, verifier, 1) / 1e9);
    let mut count = 1;
    while count < 100_000 && once * count < ROUND {
        count *= 2;
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(time(stored, verifier, count));
        theirs.extend(libraries.as_mut().and_then(|libraries| libraries.time(library, count, stored)));
    }
    let (ours, there) = (median(ours) / 1e3, theirs.len() == ROUNDS);
    let theirs = median(theirs) / 1e3;
    match there {
        true => println!("{scheme:18} {ours:12.2} us   {library:5} {theirs:12.2} us   ratio {:5.2}", ours / theirs),
        false => println!("{scheme:18} {ours:12.2} us   {library:5} is not here"),
    }
}

fn main() {
    // cargo's own arguments begin with a dash.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hash/speed.htpasswd");
    let Ok(text) = std::fs::read_to_string(&path) else {
        return println!("{}: cannot be read", path.display());
    };
    let mut libraries = Libraries::start();
    println!("{:18} {:>15}   {:>20}", "scheme", "htlint", "C");
    for (scheme, stored) in text.lines().filter_map(|line| line.split_once(':')) {
        if wanted.is_empty() || wanted.iter().any(|name| scheme.starts_with(name.as_str())) {
            measure(scheme, stored, &mut libraries);
        }
    }
    if let Some(libraries) = libraries {
        libraries.stop();
    }
}
