//! What a stored password is, in lines for people; nothing of its text is in them.

use std::fmt::Write;

use htlint::hash::{Damage, Grade, Life, Scheme, Strength, Verifier, damage, judge, looks_like_words, strength};

use crate::column::{Line, MOST};
use crate::password_args::{Consumer, System};

/// Scheme and parameters; then, indented, how strong it is, who takes it, what is wrong with it and what to do.
pub(crate) fn portrait(line: &Line<'_>, verifier: Verifier, system: System) -> String {
    let Line::Whole(field) = line else {
        return format!("longer than {MOST} bytes: not looked at");
    };
    let strength = strength(field);
    let mut text = format!("{}{}", Scheme::of(field), parameters(&strength));
    let mut add = |what: &str, words: &str| {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n   {what}: {words}");
    };
    if let Some(words) = grade(&strength, verifier.compares_text(field)) {
        add("strength", &words);
    }
    for (what, words) in consumers(field, system) {
        add(what, &words);
    }
    match judge(field, verifier) {
        Life::Alive if looks_like_words(field) => add("doubt", "it has the shape of a hash and reads like words"),
        Life::Alive => {}
        Life::Unknown(doubt) => add("doubt", &doubt.to_string()),
        Life::Dead(death) => {
            add("no password fits", &death.to_string());
            if let Some(damage) = damage(field) {
                if !matches!(damage, Damage::PlainText | Damage::Missing) {
                    add("likely", &damage.to_string());
                }
                add("instead", damage.advice());
            }
        }
    }
    text
}

fn parameters(strength: &Strength) -> String {
    let cost = strength.bcrypt_cost.map(|cost| format!(", cost {cost}"));
    let rounds = strength.rounds.map(|rounds| format!(", {rounds} rounds"));
    let memory = strength.memory.map(|memory| format!(", {}", size(memory)));
    [cost, rounds, memory].into_iter().flatten().collect()
}

fn size(bytes: u64) -> String {
    match bytes {
        0x4000_0000.. => format!("{} GiB", bytes >> 30),
        0x10_0000.. => format!("{} MiB", bytes >> 20),
        _ => format!("{} KiB", bytes.div_ceil(1024)),
    }
}

/// How hard the password is to guess; nothing for what is no hash.
fn grade(strength: &Strength, is_text: bool) -> Option<String> {
    let grade = if is_text { Grade::Plain } else { strength.grade };
    let words = match grade {
        Grade::Plain => "none: the password itself is stored",
        Grade::Broken => "broken: guessed at billions a second",
        Grade::Weak => "weak: too few rounds by today's measure",
        Grade::Fine => "fine",
        Grade::TooSlow => "fine, but so slow that every login burdens the server",
        Grade::Unknown => return None,
    };
    let unsalted = if strength.unsalted { "; no salt: equal passwords give equal hashes" } else { "" };
    let cut = strength.truncates_at.map(|most| format!("; {most} bytes of the password count"));
    Some(format!("{words}{unsalted}{}", cut.unwrap_or_default()))
}

/// Which programs some password can get past with it, which none, and of which it cannot be told.
fn consumers(field: &[u8], system: System) -> impl Iterator<Item = (&'static str, String)> {
    let lives = Consumer::ALL.map(|consumer| {
        let life = consumer.verifier(system).and_then(|verifier| judge(field, verifier).is_alive());
        (consumer.name(), life)
    });
    let named = move |life| {
        let names = lives.iter().filter(|(_, known)| *known == life).map(|(name, _)| *name);
        names.collect::<Vec<_>>().join(", ")
    };
    let lists = [("taken by", named(Some(true))), ("not by", named(Some(false))), ("can't tell for", named(None))];
    lists.into_iter().filter(|(_, names)| !names.is_empty())
}
