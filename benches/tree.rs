//! Ten thousand small sites, checked beside a program that counts the lines of the same tree.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a bench that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the table is what a bench is for")]

mod support;

use std::fs;
use std::path::Path;

use support::passwords::Passwords;
use support::race::{Runner, race};

const SITES: usize = 10_000;

fn main() {
    let tree = tempfile::tempdir().unwrap();
    let mut passwords = Passwords::new();
    for site in 0..SITES {
        plant(&tree.path().join(format!("{:02}/site{site}", site % 100)), site, &mut passwords);
    }
    println!("{SITES} sites");
    let htlint = Runner { program: env!("CARGO_BIN_EXE_htlint"), arguments: &["check", "."] };
    let rg = Runner { program: "rg", arguments: &["-uuu", "-c", ""] };
    race(tree.path(), &htlint, &[rg]);
}

fn plant(folder: &Path, site: usize, passwords: &mut Passwords) {
    let name = folder.file_name().unwrap().to_string_lossy();
    fs::create_dir_all(folder).unwrap();
    let config = format!(
        "# Members only.\nAuthType Basic\nAuthName \"{name}\"\nAuthUserFile /var/www/{name}/.htpasswd\n\
         Require valid-user\n"
    );
    let mut users = String::new();
    (0..3).for_each(|user| passwords.write(&mut users, site * 3 + user));
    fs::write(folder.join(".htaccess"), config).unwrap();
    fs::write(folder.join(".htpasswd"), users).unwrap();
    if site.is_multiple_of(4) {
        fs::write(folder.join("index.html"), "<!doctype html>\n<title>Members</title>\n").unwrap();
    }
}
