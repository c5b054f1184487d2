//! Sun's `$md5`: MD5 over itself, with a soliloquy thrown in whenever a coin made of the digest says so.

use super::cut::{after, decimal, ended_field, field};
use super::md5_crypt::{md5, print_digest};
use crate::hash::alphabet::{MD5_DIGEST, is_i64};
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};

/// Rounds on top of which the text's own are added (libxcrypt `crypt_sunmd5_rn`).
const ROUNDS: u32 = 4096;
/// The longest setting that fits libxcrypt's buffer with digest, `$` and NUL.
const SETTING: usize = 360;

/// Hamlet III.1 (public domain), with the NUL at its end: part of the algorithm.
const SOLILOQUY: &[u8] = b"To be, or not to be,--that is the question:--
Whether 'tis nobler in the mind to suffer
The slings and arrows of outrageous fortune
Or to take arms against a sea of troubles,
And by opposing end them?--To die,--to sleep,--
No more; and by a sleep to say we end
The heartache, and the thousand natural shocks
That flesh is heir to,--'tis a consummation
Devoutly to be wish'd. To die,--to sleep;--
To sleep! perchance to dream:--ay, there's the rub;
For in that sleep of death what dreams may come,
When we have shuffled off this mortal coil,
Must give us pause: there's the respect
That makes calamity of so long life;
For who would bear the whips and scorns of time,
The oppressor's wrong, the proud man's contumely,
The pangs of despis'd love, the law's delay,
The insolence of office, and the spurns
That patient merit of the unworthy takes,
When he himself might his quietus make
With a bare bodkin? who would these fardels bear,
To grunt and sweat under a weary life,
But that the dread of something after death,--
The undiscover'd country, from whose bourn
No traveller returns,--puzzles the will,
And makes us rather bear those ills we have
Than fly to others that we know not of?
Thus conscience does make cowards of us all;
And thus the native hue of resolution
Is sicklied o'er with the pale cast of thought;
And enterprises of great pith and moment,
With this regard, their currents turn awry,
And lose the name of action.--Soft you now!
The fair Ophelia!--Nymph, in thy orisons
Be all my sins remember'd.
\0";

/// A readable `$md5` hash: the setting is hashed as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct SunMd5<'h> {
    rounds: u32,
    setting: &'h [u8],
}

/// Reads `$md5`, `$` or `,`, an optional `rounds=N$`, a salt, an optional second `$`, `$`, 22 characters.
///
/// # Errors
/// The first thing that keeps libxcrypt from ever printing this text.
pub(in crate::hash) fn read(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let behind = after(text, b"$md5")?;
    let body = after(behind, b"$").or_else(|_| after(behind, b","))?;
    let (added, body) = match after(body, b"rounds=") {
        Ok(numbered) => read_rounds(numbered)?,
        Err(_) => (0, body),
    };
    let (salt, body) = ended_field(body, Part::Salt)?;
    if let Some(at) = salt.iter().position(|byte| !is_i64(*byte)) {
        return Err(Death::CharacterOutside { part: Part::Salt, at: at + 1 });
    }
    // With a second `$` the first one belongs to the setting, and the digest differs.
    let digest = match field(body) {
        ([], Some(digest)) => digest,
        _ => body,
    };
    MD5_DIGEST.check(digest)?;
    let setting = text.get(..text.len() - digest.len() - 1).unwrap_or_default();
    if setting.len() > SETTING {
        return Err(Death::TextTooLong { limit: SETTING + MD5_DIGEST.length + 1 });
    }
    // The sum is 32 bits wide and wraps.
    Ok(Recipe::new(digest, Method::SunMd5(SunMd5 { rounds: ROUNDS.wrapping_add(added), setting })))
}

fn read_rounds(numbered: &[u8]) -> Result<(u32, &[u8]), Death> {
    let unreadable = Death::NumberUnreadable { part: Part::Rounds };
    let (number, body) = ended_field(numbered, Part::Rounds)?;
    if !matches!(number.first(), Some(b'1'..=b'9')) || !number.iter().all(u8::is_ascii_digit) {
        return Err(unreadable);
    }
    let have = decimal(number).unwrap_or(u64::MAX);
    let rounds = u32::try_from(have).map_err(|_| Death::CostOutOfRange { have, min: 1, max: u32::MAX.into() })?;
    Ok((rounds, body))
}

impl SunMd5<'_> {
    /// How often MD5 is run.
    pub(in crate::hash) fn rounds(&self) -> u64 {
        self.rounds.into()
    }

    /// The digest of a password as it is printed.
    pub(in crate::hash) fn print(&self, password: &[u8]) -> Vec<u8> {
        let mut digest = md5(&[password, self.setting]);
        for round in 0..self.rounds {
            let text = if coin(&digest, round) { SOLILOQUY } else { &[] };
            digest = md5(&[&digest, text, round.to_string().as_bytes()]);
        }
        print_digest(&digest)
    }
}

/// The coin of a round (libxcrypt `muffet_coin_toss`).
fn coin(digest: &[u8; 16], round: u32) -> bool {
    let (mut x, mut y) = (side(digest, 0), side(digest, 8));
    x >>= u32::from(bit(digest, round));
    y >>= u32::from(bit(digest, round.wrapping_add(64)));
    bit(digest, x) != bit(digest, y)
}

/// Eight bits picked through the digest, from this byte on.
fn side(digest: &[u8; 16], start: u32) -> u32 {
    (0..8).fold(0, |bits, at| {
        let a = byte(digest, start + at);
        let b = byte(digest, start + at + 3);
        let picked = byte(digest, a >> (b % 5));
        let halved = picked >> (b >> (a % 8) & 1);
        bits | u32::from(bit(digest, halved)) << at
    })
}

fn byte(digest: &[u8; 16], at: u32) -> u32 {
    usize::try_from(at % 16).ok().and_then(|at| digest.get(at)).copied().unwrap_or(0).into()
}

fn bit(digest: &[u8; 16], at: u32) -> bool {
    byte(digest, at % 128 / 8) >> (at % 8) & 1 == 1
}
