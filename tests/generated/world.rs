//! A whole case: the server's machine, its config, what is asked.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::asking::{Question, questions};
use super::host::{Host, host};
use super::node::{Nodes, Place, Style, render};
use super::people::{People, people};
use super::sections::{body, per_dir};
use super::spoil::{Spoil, spoil};
use super::support::served::Plan;

/// Files by their paths below the root, and the rest of a case.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) plan: Plan,
}

/// Files that hold nothing to be read.
const PAGES: &[(&str, &str)] = &[
    ("site/index.html", "quay\n"),
    ("site/private/index.html", "log\n"),
    ("site/private/sub/index.html", "old log\n"),
    ("site/private/sub/deep/a.txt", "older\n"),
    ("site/pub/index.html", "inn\n"),
    ("site/pub/note.txt", "note\n"),
    ("elsewhere/a.html", "far\n"),
    ("conf/word", "tide\n"),
    ("conf/charsets", "en ISO-8859-1\nutf-8 UTF-8\n"),
];

pub(crate) fn world() -> impl Strategy<Value = World> {
    prop_oneof![5 => world_of(false), 1 => world_of(true)]
}

fn world_of(digest: bool) -> impl Strategy<Value = World> {
    let (main, dir) = (Style { place: Place::Main, digest }, Style { place: Place::PerDir, digest });
    let files = (
        prop::option::weighted(0.75, per_dir(dir)),
        prop::option::weighted(0.3, per_dir(dir)),
        prop::option::weighted(0.07, body(dir)),
        prop::option::weighted(0.1, per_dir(dir)),
    );
    let parts = (host(main), files, people(), questions(digest), rights(), prop::option::weighted(0.3, spoil()));
    parts.prop_map(|(host, files, people, questions, rights, spoilt)| {
        let (private, sub, site, elsewhere) = files;
        let per_dir = [
            ("site/private/.htaccess", private),
            ("site/private/sub/.htaccess", sub),
            ("site/.htaccess", site),
            ("elsewhere/.htaccess", elsewhere),
        ];
        made(&host, per_dir, &people, &questions, &rights, spoilt.as_ref())
    })
}

fn made(
    host: &Host,
    per_dir: [(&str, Option<Nodes>); 4],
    people: &People,
    questions: &[Question],
    rights: &[Right],
    spoilt: Option<&Spoil>,
) -> World {
    let mut files: BTreeMap<String, Vec<u8>> =
        PAGES.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let mut add = |path: &str, text: &str| drop(files.insert(path.to_owned(), text.as_bytes().to_vec()));
    add("httpd.conf", &render(&host.main));
    if !host.included.is_empty() {
        add("conf/extra.conf", &render(&host.included));
    }
    for (path, nodes) in per_dir {
        if let Some(nodes) = nodes {
            add(path, &render(&nodes));
        }
    }
    for path in ["conf/crew", "conf/secret", "closed/crew", "site/private/.htpasswd"] {
        add(path, &people.crew);
    }
    add("conf/realms", &people.realms);
    add("conf/groups", &people.groups);
    add("closed/groups", &people.groups);
    if let Some(spoil) = spoilt {
        spoil.apply(&mut files);
    }
    let mut plan = Plan {
        note: "Found by comparing generated cases.".to_owned(),
        config: "httpd.conf".to_owned(),
        folders: vec!["site/bare".to_owned()],
        requests: questions.iter().map(|question| question.request(people)).collect(),
        ..Plan::default()
    };
    let link = |path: &str, target: &str| (path.to_owned(), target.to_owned());
    plan.links.extend([
        link("conf/way", "@ROOT@/conf/crew"),
        link("conf/loop", "loop"),
        link("conf/lost", "nowhere"),
        link("site/way", "private"),
    ]);
    plan.modes.extend([("closed".to_owned(), "0700".to_owned()), ("conf/secret".to_owned(), "0600".to_owned())]);
    plan.owners.extend([("closed".to_owned(), "root".to_owned()), ("conf/secret".to_owned(), "root".to_owned())]);
    for right in rights.iter().filter(|right| files.keys().any(|path| path.starts_with(right.path))) {
        plan.modes.insert(right.path.to_owned(), right.mode.to_owned());
        plan.owners.insert(right.path.to_owned(), right.owner.to_owned());
    }
    World { files, plan }
}

/// Who may open what.
#[derive(Clone, Debug)]
struct Right {
    path: &'static str,
    mode: &'static str,
    owner: &'static str,
}

fn rights() -> impl Strategy<Value = Vec<Right>> {
    let path = prop::sample::select(&[
        "conf/crew",
        "conf/groups",
        "conf/realms",
        "conf",
        "site/private",
        "site/private/.htaccess",
        "site/private/index.html",
        "site/private/sub",
        "site",
    ]);
    let mode = prop::sample::select(&["0640", "0600", "0400", "0044", "0711", "0755", "0744", "0000"]);
    let right = (path, mode, prop::sample::select(&["www-data", "root"]));
    let right = right.prop_map(|(path, mode, owner)| Right { path, mode, owner });
    prop_oneof![8 => Just(Vec::new()), 1 => prop::collection::vec(right, 1..3)]
}
