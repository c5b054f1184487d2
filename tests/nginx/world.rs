//! One case: a configuration, the files around it, and what is asked.

use std::collections::BTreeMap;

use super::asking::requests;
use super::blocks::config;
use super::people::file;
use super::spoil::spoil;
use super::support::chance::Chance;
use super::support::served::Plan;

pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

const FILES: [&str; 18] = [
    "site/index.html",
    "site/den/index.html",
    "site/den/a.txt",
    "site/den/pic.png",
    "site/den/run.php",
    "site/den/in/c.txt",
    "site/den/shut.txt",
    "site/yard/index.html",
    "site/yard/b.txt",
    "site/bare/.keep",
    "site/errors/e.html",
    "site/shut/x",
    "alt/den/a.txt",
    "alt/index.html",
    "alt/b.txt",
    "site/den/sp ace.txt",
    "alt/yard/b.txt",
    "site/gate/x",
];

impl World {
    /// The case of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut chance = Chance::of(seed);
        let mut files: BTreeMap<String, Vec<u8>> =
            FILES.iter().map(|path| ((*path).to_owned(), b"text\n".to_vec())).collect();
        files.insert("etc/readers".to_owned(), file(&mut chance).into_bytes());
        files.insert("etc/others".to_owned(), file(&mut chance).into_bytes());
        files.insert("etc/off.who.users".to_owned(), file(&mut chance).into_bytes());
        files.insert("etc/part/one.conf".to_owned(), b"location = /one { return 204; }\n".to_vec());
        files.insert("etc/part/two.conf".to_owned(), b"index index.html a.txt;\n".to_vec());
        let mut text = config(&mut chance);
        if chance.below(5) == 0 {
            text = spoil(&text, &mut chance);
        }
        files.insert("etc/nginx.conf".to_owned(), text.into_bytes());
        let mut plan = Plan { config: "etc/nginx.conf".to_owned(), note: String::new(), ..Plan::default() };
        for (path, mode) in [("site/den/shut.txt", "0600"), ("site/shut", "0700")] {
            plan.modes.insert(path.to_owned(), mode.to_owned());
            plan.owners.insert(path.to_owned(), "root".to_owned());
        }
        if chance.below(12) == 0 {
            plan.modes.insert("etc/readers".to_owned(), (*chance.one_of(&["0600", "0640", "0000"])).to_owned());
            plan.owners.insert("etc/readers".to_owned(), (*chance.one_of(&["root", "www-data"])).to_owned());
        }
        plan.links.insert("etc/link".to_owned(), "readers".to_owned());
        plan.links.insert("site/yard/link.txt".to_owned(), "@ROOT@/alt/b.txt".to_owned());
        plan.requests = requests(&mut chance, 12);
        Self { plan, files }
    }
}
