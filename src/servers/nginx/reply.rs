//! What a backend of this configuration sends to the server that asked it, as far as that server heeds it
//! (src/http/ngx_http_upstream.c, `ngx_http_upstream_process_headers`).

use super::exchange::{End, Exchange, Known};
use super::tree::Item;
use super::uri::unsafe_uri;

/// An answer on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// The status; 0: the connection is closed without one.
    pub(super) status: u16,
    /// `X-Accel-Redirect`.
    pub(super) elsewhere: Option<Vec<u8>>,
}

impl Reply {
    /// No answer.
    pub(super) const CLOSED: Self = Self { status: 0, elsewhere: None };
}

/// The statuses that `add_header` is for without `always` (`ngx_http_headers_filter`).
const USUAL: [u16; 10] = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308];
const REDIRECT: &str = "X-Accel-Redirect";

impl Exchange<'_, '_> {
    /// The answer with this status, as the settings of the place have it.
    pub(super) fn reply(&mut self, status: u16) -> Known<Reply> {
        let items = self.tree().nearest(self.block, &["add_header"]);
        let is_sent = |item: &&Item| {
            item.arg(0).eq_ignore_ascii_case(REDIRECT.as_bytes())
                && (USUAL.contains(&status) || item.arg(2) == b"always")
        };
        let mut elsewhere = None;
        for item in items.into_iter().filter(is_sent).filter(|_| status != 0) {
            let value = self.value(item.arg(1), item)?;
            elsewhere = elsewhere.or(Some(value).filter(|value| !value.is_empty()));
        }
        Ok(Reply { status, elsewhere })
    }

    /// What becomes of a backend's answer.
    pub(super) fn take(&mut self, reply: &Reply) -> End {
        let status = reply.status;
        let intercepts = self.tree().flag(self.block, "proxy_intercept_errors", false) && status >= 300;
        if intercepts && self.has_page(status) {
            return End::Status(status);
        }
        let ignored = self
            .setting("proxy_ignore_headers")
            .is_some_and(|item| item.args.iter().any(|word| word.value.eq_ignore_ascii_case(REDIRECT.as_bytes())));
        let Some(target) = reply.elsewhere.as_ref().filter(|_| !ignored) else { return End::Sent(status) };
        let shown = String::from_utf8_lossy(target).into_owned();
        self.step(None, || format!("the backend's {REDIRECT} leads to {shown}"));
        if target.starts_with(b"@") {
            return End::Named(target.clone());
        }
        let Some((path, args)) = unsafe_uri(target) else { return End::Status(404) };
        if self.method != "HEAD" {
            "GET".clone_into(&mut self.method);
        }
        End::Redirect(path, args)
    }
}
