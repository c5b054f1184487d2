//! A configuration opened: whether the server starts on it, and what it answers.

use std::cell::RefCell;
use std::collections::HashMap;

use super::asked::Asked;
use super::disk::Disk;
use super::reader::{Reader, Stop};
use super::secrets::secrets;
use super::site::Site;
use super::tree::Tree;
use crate::answer::{Answer, Because, Missing, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::read::{Account, Fault, group_number};
use crate::source::{Source, Sources};

/// nginx on one configuration.
pub(super) struct Nginx<'a>(pub(super) Site<'a>);

/// Opens a configuration.
///
/// # Errors
/// The main file cannot be read.
pub fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let bytes = target.files.read(target.config)?;
    let hidden = secrets(&bytes);
    let mut source = Source::new(target.config.to_owned(), bytes);
    source.set_secrets(hidden);
    let file = sources.add(source);
    let mut reader = Reader::new(target, sources, file);
    let ending = reader.main(file);
    let account = account(&reader.tree, target);
    Ok(Nginx(Site {
        target,
        sources,
        tree: reader.tree,
        listens: reader.listens,
        declared: reader.declared,
        folder: reader.folder,
        disk: Disk { target, account },
        stop: ending.stop,
        complete: ending.complete,
        leaky: reader.leaky,
        user_files: RefCell::default(),
        users: RefCell::default(),
        patterns: RefCell::new(HashMap::new()),
    }))
}

/// The account of the workers: that of `user`, else the one told, else `nobody`; `None`: root, or not to be judged.
fn account(tree: &Tree, target: &Target<'_>) -> Option<Account> {
    if !target.paths.is_host() {
        return None;
    }
    let top = tree.top();
    if tree.own(top, "master_process").is_some_and(|item| item.arg(0).eq_ignore_ascii_case(b"off")) {
        return None;
    }
    let files = target.files;
    let name = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let Some(item) = tree.own(top, "user") else {
        return Account::named(target.run_as.unwrap_or("nobody"), files);
    };
    let account = Account::named(&name(item.arg(0)), files)?;
    let group = item.args.get(1).map_or(name(item.arg(0)), |word| name(&word.value));
    Some(match group_number(&group, files) {
        Some(gid) => account.with_group(gid),
        None => account,
    })
}

impl Server for Nginx<'_> {
    fn name(&self) -> &'static str {
        "nginx"
    }

    fn startup(&self) -> Startup {
        match &self.0.stop {
            None => Startup::Ok,
            Some(Stop::Fails(because)) => Startup::Fails(vec![because.as_ref().clone()]),
            Some(Stop::Unknown(because)) => Startup::Unknown(vec![because.as_ref().clone()]),
        }
    }

    fn survey(&self) -> Survey {
        self.0.survey()
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        let Some(address) = self.0.listens.first(request.https) else {
            let missing = Missing::Condition { directive: "listen".to_owned() };
            return Answer::unknown(Because::nowhere(Reason::CannotTell { missing }));
        };
        match self.0.handle(&Asked::from(request, address), 0, trace) {
            Ok((reply, because)) => Answer { status: Some(reply.status), because },
            Err(missing) => Answer::unknown(*missing),
        }
    }
}
