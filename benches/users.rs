//! A million users in one password file, checked beside a program that counts its lines.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a bench that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the table is what a bench is for")]

mod support;

use std::fs;

use support::passwords::Passwords;
use support::race::{Runner, race};

const USERS: usize = 1_000_000;

const CONFIG: &str = "AuthType Basic\nAuthName Members\nAuthUserFile /var/www/site/.htpasswd\nRequire valid-user\n";

fn main() {
    let site = tempfile::tempdir().unwrap();
    let mut passwords = Passwords::new();
    let mut users = String::new();
    (0..USERS).for_each(|user| passwords.write(&mut users, user));
    fs::write(site.path().join(".htaccess"), CONFIG).unwrap();
    fs::write(site.path().join(".htpasswd"), &users).unwrap();
    println!("{USERS} users in {} bytes", users.len());
    let wc = Runner { program: "wc", arguments: &["-l", ".htpasswd"] };
    for format in ["text", "json"] {
        let arguments = ["check", "--format", format, "."];
        race(site.path(), &Runner { program: env!("CARGO_BIN_EXE_htlint"), arguments: &arguments }, &[Runner { ..wc }]);
    }
}
