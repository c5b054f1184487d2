//! Variables on where a request comes from, and whether its link is a sound one (src/http/modules/
//! ngx_http_referer_module.c, ngx_http_secure_link_module.c, ngx_http_browser_module.c).

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use md5::{Digest, Md5};
use nom::IResult;
use nom::Parser;
use nom::bytes::complete::take_until;

use super::directives::number;
use super::exchange::{Exchange, Known};
use super::include::locate;
use super::tree::Item;
use crate::answer::Missing;
use crate::read::{Located, server_path};

impl Exchange<'_, '_> {
    /// `$invalid_referer` (`ngx_http_referer_variable`).
    pub(super) fn invalid_referer(&mut self) -> Known<Vec<u8>> {
        let items = self.tree().nearest(self.block, &["valid_referers"]);
        let mut words: Vec<Vec<u8>> =
            items.iter().flat_map(|item| item.args.iter().map(|word| word.value.clone())).collect();
        let (valid, invalid) = (Ok(Vec::new()), Ok(b"1".to_vec()));
        if items.is_empty() {
            return valid;
        }
        let lists = |name: &[u8]| words.iter().any(|word| word == name);
        let Some(referer) = self.asked.header("referer") else {
            return if lists(b"none") { valid } else { invalid };
        };
        let Some(rest) = behind_scheme(referer) else {
            return if lists(b"blocked") { valid } else { invalid };
        };
        if lists(b"server_names") {
            words.extend(self.site.names_of(self.server));
        }
        let host: Vec<u8> = rest.iter().copied().take_while(|byte| *byte != b'/' && *byte != b':').collect();
        let host = host.to_ascii_lowercase();
        let path: Vec<u8> = rest.iter().copied().skip_while(|byte| *byte != b'/').collect();
        let mut best: Option<(usize, &[u8])> = None;
        for word in &words {
            let name: Vec<u8> = word.iter().copied().take_while(|byte| *byte != b'/').collect();
            let rank = rank(&name.to_ascii_lowercase(), &host).filter(|_| !word.starts_with(b"~"));
            if let Some(rank) = rank.filter(|rank| best.is_none_or(|(known, _)| known < *rank)) {
                best = Some((rank, word.get(name.len()..).unwrap_or_default()));
            }
        }
        if let Some((_, start)) = best {
            return if path.starts_with(start) { valid } else { invalid };
        }
        for word in &words {
            let Some(pattern) = word.strip_prefix(b"~") else { continue };
            let pattern = self.site.pattern(pattern, true);
            let found = pattern.as_ref().as_ref().and_then(|pattern| pattern.is_match(rest));
            if found.ok_or_else(|| self.untried("valid_referers", self.tree().get(self.block).place))? {
                return valid;
            }
        }
        invalid
    }

    /// `$secure_link` and `$secure_link_expires`; what is not found is empty.
    pub(super) fn secure_link(&mut self, name: &str, item: &Item) -> Known<Vec<u8>> {
        if let Some(secret) = self.setting("secure_link_secret") {
            let secret = secret.arg(0).to_vec();
            return Ok(if name == "secure_link" { self.old_link(&secret) } else { Vec::new() });
        }
        let (Some(link), Some(text)) = (self.setting("secure_link"), self.setting("secure_link_md5")) else {
            return Ok(Vec::new());
        };
        let value = self.value(link.arg(0), link)?;
        let mut parts = value.splitn(2, |byte| *byte == b',');
        let (hash, until) = (parts.next().unwrap_or_default(), parts.next());
        if until.is_some_and(|until| number(until).is_none_or(|until| until == 0)) {
            return Ok(Vec::new());
        }
        if name != "secure_link" {
            return Ok(until.unwrap_or_default().to_vec());
        }
        let loose = GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::RequireNone);
        let digits: Vec<u8> = hash.iter().copied().take_while(|byte| *byte != b'=').collect();
        let hash = GeneralPurpose::new(&URL_SAFE, loose).decode(digits).ok().filter(|_| hash.len() <= 24);
        let text = self.value(text.arg(0), text)?;
        if hash.as_deref() != Some(Md5::digest(&text).as_slice()) {
            return Ok(Vec::new());
        }
        match until {
            None => Ok(b"1".to_vec()),
            // Long ago, or in many years.
            Some(until) => match number(until) {
                Some(0..=1_600_000_000) => Ok(b"0".to_vec()),
                Some(4_000_000_000..) => Ok(b"1".to_vec()),
                _ => Err(self.unknown(Missing::Variable { name: "$secure_link".to_owned() }, Some(item.place))),
            },
        }
    }

    /// `/prefix/hash/link`, where the hash is of the link and the secret (`ngx_http_secure_link_old_variable`).
    fn old_link(&self, secret: &[u8]) -> Vec<u8> {
        let mut parts = self.unparsed.get(1..).unwrap_or_default().splitn(3, |byte| *byte == b'/');
        let (_, hash, link) = (parts.next(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let digest = Md5::digest([link, secret].concat());
        let shown: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let fits = !link.is_empty() && hash.eq_ignore_ascii_case(shown.as_bytes());
        if fits { link.to_vec() } else { Vec::new() }
    }

    /// `$realpath_root` (`ngx_http_variable_realpath_root`).
    pub(super) fn real_root(&mut self) -> Known<Vec<u8>> {
        let root = self.document_root()?;
        let unknown = || self.unknown(Missing::Variable { name: "$realpath_root".to_owned() }, None);
        let Located::Local { path, .. } = locate(self.site.target, &server_path(&root)) else { return Err(unknown()) };
        let real = crate::read::real(self.site.target.files, &path).map_err(|_| unknown())?;
        if !self.site.target.paths.is_host() {
            return Err(unknown());
        }
        Ok(real.as_os_str().as_encoded_bytes().to_vec())
    }

    /// `$msie` (`ngx_http_msie_variable`).
    pub(super) fn msie(&self) -> Vec<u8> {
        let agent = self.asked.header("user-agent").unwrap_or_default();
        let found: IResult<&[u8], &[u8]> = take_until("MSIE ").parse(agent);
        if found.is_ok() { b"1".to_vec() } else { Vec::new() }
    }
}

fn behind_scheme(referer: &[u8]) -> Option<&[u8]> {
    let schemes = ["http://", "https://"];
    let fits = |scheme: &&&str| {
        let start = referer.get(..scheme.len()).unwrap_or_default();
        start.eq_ignore_ascii_case(scheme.as_bytes())
    };
    let scheme = schemes.iter().find(fits)?;
    referer.get(scheme.len()..)
}

/// How well a name fits a host: a name, then a wildcard at the front, then one at the end; of each kind the longest.
fn rank(name: &[u8], host: &[u8]) -> Option<usize> {
    match name {
        _ if name == host => Some(usize::MAX),
        [b'.', bare @ ..] if bare == host => Some(usize::MAX),
        [b'*', end @ ..] | end @ [b'.', ..] if end.starts_with(b".") => {
            (host.ends_with(end) && host.len() > end.len()).then_some(1000 + end.len())
        }
        [start @ .., b'*'] if start.ends_with(b".") => {
            (host.starts_with(start) && host.len() > start.len()).then_some(start.len())
        }
        _ => None,
    }
}
