//! Asks real servers what the whole-config cases ask.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::client;
use super::placed::Placed;
use super::served::{Answers, Plan, Served};

const THREADS: usize = 4;
const ATTEMPTS: u32 = 4;

/// What starts the real server of one kind.
pub(crate) trait Driver: Sync {
    /// Its name, as in `htlint simulate --server` and below `fixtures/servers`.
    fn name(&self) -> &'static str;

    /// Why this host cannot run the real server, or nothing.
    fn missing(&self) -> Option<&'static str>;

    /// Its version line.
    fn version(&self) -> io::Result<String>;

    /// Starts it on a main config (a path below the case's root), in `/`, as root, and waits until it answers or gives up. An error is
    /// a fault of this host, not an answer.
    fn start(&self, placed: &Placed, config: &Path) -> io::Result<Started>;
}

/// How a start went.
pub(crate) enum Started {
    /// It answers, until this is dropped.
    Up(Box<dyn Running>),
    /// It refuses its config, and says so.
    Refused(String),
}

/// A running server, stopped by its process id when it is dropped.
pub(crate) trait Running {
    /// Waits a moment for its end, if a request made it crash.
    fn settle(&mut self) {}

    /// The port for a request.
    fn port(&self, https: bool) -> u16;
}

/// Starts a server on what `place` lays out; on other ports when one was lost to somebody else.
pub(crate) fn start(
    driver: &dyn Driver,
    config: &str,
    place: impl Fn() -> io::Result<Placed>,
) -> io::Result<(Placed, Started)> {
    let mut placed = place()?;
    for attempt in 1.. {
        let started = driver.start(&placed, &placed.root.join(config))?;
        match &started {
            Started::Refused(why) if why.contains("ddress already in use") && attempt < ATTEMPTS => placed = place()?,
            Started::Refused(_) | Started::Up(_) => return Ok((placed, started)),
        }
    }
    Err(io::Error::other("no port to be had"))
}

/// What the real server answers to each request of a plan; one that a request made it crash on is started again.
pub(crate) fn ask(driver: &dyn Driver, placed: &Placed, plan: &Plan, started: Started) -> io::Result<Answers> {
    let answers = |startup: &str, statuses| Answers { server: String::new(), startup: startup.to_owned(), statuses };
    let Started::Up(mut running) = started else { return Ok(answers("fail", Vec::new())) };
    let mut statuses = Vec::new();
    for request in &plan.requests {
        let status = match client::ask(running.port(request.https), request) {
            Err(fault) if fault.kind() == ErrorKind::ConnectionRefused => {
                drop(running);
                let Started::Up(again) = driver.start(placed, &placed.root.join(&plan.config))? else {
                    return Err(io::Error::other("the server crashed and does not start again"));
                };
                running = again;
                client::ask(running.port(request.https), request)?
            }
            asked => asked?,
        };
        if status == 0 {
            running.settle();
        }
        statuses.push(status);
    }
    Ok(answers("ok", statuses))
}

/// The answers of the real server to every case, in the order given.
pub(crate) fn answers(driver: &dyn Driver, cases: &[&Served]) -> io::Result<Vec<Answers>> {
    let version = driver.version()?;
    side_by_side(cases, |case| {
        let (placed, started) = start(driver, &case.plan.config, || Placed::new(&case.files(), &case.plan))?;
        let answers = ask(driver, &placed, &case.plan, started)
            .map_err(|fault| io::Error::other(format!("{}: {fault}", case.title())))?;
        Ok(Answers { server: version.clone(), ..answers })
    })
}

/// Does `work` on every item, some at a time, and gives the results in the order of the items.
pub(crate) fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> io::Result<R> + Sync,
) -> io::Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let run = || {
        while let Some((place, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|n| Some((n, items.get(n)?)))
        {
            let result = work(item)?;
            done.lock().unwrap().push((place, result));
        }
        Ok::<_, io::Error>(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(run)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap())
    })?;
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}
