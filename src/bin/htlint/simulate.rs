//! `htlint simulate`: what will the server answer to this request?

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use htlint::answer::{Client, Login, Request, Scheme, Step, Trace};
use htlint::credentials::Secret;
use htlint::read::Disk;
use htlint::report::{AnswerLine, ReasonLine, Style, Traced, answer_line, traced};
use htlint::simulate::{Asked, BadAsked, Simulated, Simulator, simulate as open};
use zeroize::Zeroizing;

use crate::column::{Column, Line, MOST};
use crate::console::{Console, Exit, unless_closed};
use crate::look::options;
use crate::simulate_args::{Sent, Shape, Simulate, Single};
use crate::verify::given;

/// What is done with a server once it is open.
type Work<'w> = Box<dyn FnOnce(&Simulator<'_>, &mut Console<'_>) -> io::Result<Exit> + 'w>;

/// Answers one request or a file of them.
pub(crate) fn simulate(
    arguments: &Simulate,
    ask: impl FnOnce(&str) -> Result<Zeroizing<Vec<u8>>, String>,
    stdin: impl Read,
    colour: bool,
    console: &mut Console<'_>,
) -> io::Result<Exit> {
    let Some(config) = &arguments.target.config else {
        return console.stop("simulate needs --config: the main configuration file of the server");
    };
    let options = options(&arguments.target, &[], &console.around.folder, &[]);
    let disk = Disk::default();
    let kind = arguments.target.server;
    let work: Work<'_> = match &arguments.requests {
        Some(path) => {
            let input: Box<dyn Read> = if path == Path::new("-") {
                Box::new(stdin)
            } else {
                match File::open(console.around.folder.join(path)) {
                    Ok(file) => Box::new(file),
                    Err(error) => return console.stop(&format!("{}: {error}", path.display())),
                }
            };
            let shape = arguments.format.unwrap_or(Shape::Jsonl);
            Box::new(move |simulator, console| batch(simulator, input, shape, colour, console))
        }
        None => match single(arguments, ask, stdin) {
            Err(message) => return console.stop(&message),
            Ok(request) => {
                let shape = arguments.format.unwrap_or(Shape::Text);
                Box::new(move |simulator, console| {
                    unless_closed(tell(simulator, &request, shape, colour, console)).map(|()| Exit::Fine)
                })
            }
        },
    };
    let opened = open(&disk, &options, config, kind, |simulator| work(simulator, console));
    match opened {
        Ok(done) => done,
        Err(stop) => console.stop(&stop.to_string()),
    }
}

/// The one request that the arguments make.
fn single(
    arguments: &Simulate,
    ask: impl FnOnce(&str) -> Result<Zeroizing<Vec<u8>>, String>,
    stdin: impl Read,
) -> Result<Request, String> {
    let Single { user, password_stdin, as_holder, scheme, method, header, https, remote_addr } = &arguments.request;
    let login = match (user, as_holder) {
        (Some(user), _) => {
            let password = if *password_stdin { given(stdin) } else { ask(&format!("Password of {user}: ")) }?;
            let scheme = if *scheme == Sent::Digest { Scheme::Digest } else { Scheme::Basic };
            Login::Password { user: user.clone().into_bytes(), password: Secret::new(password.to_vec()), scheme }
        }
        (None, Some(user)) => Login::Holder(user.clone().into_bytes()),
        (None, None) => Login::Anonymous,
    };
    let asked = Asked {
        path: arguments.path.clone().unwrap_or_default(),
        method: Some(method.clone()),
        user: None,
        password: None,
        scheme: None,
        headers: Some(header.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect()),
        https: Some(*https),
        remote_addr: Some(*remote_addr),
    };
    let mut request = asked.request().map_err(|bad| bad.to_string())?;
    if request.login == Login::Anonymous {
        request.login = login;
    }
    request.client = Client::Address(*remote_addr);
    Ok(request)
}

/// Answers every line of `input` in order, at once where nothing more is waiting.
fn batch(
    simulator: &Simulator<'_>,
    input: impl Read,
    shape: Shape,
    colour: bool,
    console: &mut Console<'_>,
) -> io::Result<Exit> {
    let mut column = Column::new(input);
    loop {
        let asked = match column.next() {
            Ok(Some(Line::Whole(line))) => Asked::read(line).and_then(Asked::request),
            Ok(Some(Line::TooLong)) => Err(BadAsked),
            Ok(None) => return Ok(Exit::Fine),
            Err(error) => return console.stop(&format!("the requests: {error} (a line takes at most {MOST} bytes)")),
        };
        let written = match asked {
            Ok(request) => tell(simulator, &request, shape, colour, console),
            Err(bad) => refuse(simulator, bad, shape, console),
        };
        let written = if column.is_drained() { written.and_then(|()| console.out.flush()) } else { written };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Fine),
            other => other?,
        }
    }
}

fn tell(
    simulator: &Simulator<'_>,
    request: &Request,
    shape: Shape,
    colour: bool,
    console: &mut Console<'_>,
) -> io::Result<()> {
    match shape {
        Shape::Jsonl => {
            let simulated = simulator.ask(request, &mut Trace::unwanted());
            answer_line(line(simulator, &simulated, &console.around.folder), console.out)
        }
        Shape::Text => {
            let mut trace = Trace::wanted();
            let simulated = simulator.ask(request, &mut trace);
            let steps = trace.into_steps();
            show(simulator, request, &simulated, &steps, colour, console)
        }
    }
}

fn line<'a>(
    simulator: &'a Simulator<'_>,
    simulated: &'a Simulated,
    folder: &'a Path,
) -> AnswerLine<'a, impl Iterator<Item = ReasonLine<'a>>> {
    let reasons = simulated.reasons.iter().map(|spoken| ReasonLine {
        id: spoken.id,
        message: &spoken.message,
        place: spoken.place,
        log: spoken.log,
    });
    let Simulated { startup, status, certain, .. } = *simulated;
    AnswerLine { startup, status, certain, reasons, sources: simulator.sources(), folder }
}

fn show(
    simulator: &Simulator<'_>,
    request: &Request,
    simulated: &Simulated,
    steps: &[Step],
    colour: bool,
    console: &mut Console<'_>,
) -> io::Result<()> {
    let around = &console.around;
    let style = Style {
        folder: &around.folder,
        colour,
        unicode: around.unicode(),
        width: around.width(),
        notes: true,
        show_secrets: false,
        summary: true,
    };
    let seen =
        Traced { server: simulator.server(), request, steps, answer: line(simulator, simulated, &around.folder) };
    traced(seen, &style, console.out)
}

/// A line that is no request has an answer all the same, so that the answers stay in step with the questions.
fn refuse(simulator: &Simulator<'_>, bad: BadAsked, shape: Shape, console: &mut Console<'_>) -> io::Result<()> {
    let message = bad.to_string();
    if shape == Shape::Text {
        return writeln!(console.out, "can't tell: {message}");
    }
    let reason = ReasonLine { id: "unreadable-request", message: &message, place: None, log: None };
    let folder = &console.around.folder;
    let startup = simulator.startup();
    let answer = AnswerLine {
        startup,
        status: None,
        certain: false,
        reasons: std::iter::once(reason),
        sources: simulator.sources(),
        folder,
    };
    answer_line(answer, console.out)
}
