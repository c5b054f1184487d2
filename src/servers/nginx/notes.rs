//! What is worth a note beside a login: certificate challenges and preflights that it keeps out, and backends that are
//! told of it.

use super::asked::Asked;
use super::location::PASSES;
use super::site::Site;
use super::stands::Stand;
use super::tree::{BlockId, Item, Kind};
use crate::answer::{Client, Login, Noted, Remark, Request, Trace};

/// Where certificate authorities look (RFC 8555, 8.3).
const CHALLENGE: &str = "/.well-known/acme-challenge/";
/// Names that no certificate authority knows (RFC 6761, RFC 6762, RFC 8375).
const PRIVATE: [&str; 6] = [".localhost", ".test", ".local", ".lan", ".internal", ".home.arpa"];

impl Site<'_> {
    /// All of them.
    pub(super) fn notes(&self, stands: &[Stand], remarks: &mut Vec<Noted>) {
        let Some(http) = self.http() else { return };
        for server in self.tree.children(http, Kind::Server) {
            self.challenge(server, remarks);
            self.forwarded(server, remarks);
        }
        for stand in stands.iter().filter(|stand| stand.asks) {
            self.preflight(stand, remarks);
        }
    }

    /// A certificate authority that asks without a login, and gets 401.
    fn challenge(&self, server: BlockId, remarks: &mut Vec<Noted>) {
        let host = self.first_name(server);
        let name = String::from_utf8_lossy(&host).into_owned();
        let public = name.contains('.') && name.bytes().any(|byte| byte.is_ascii_alphabetic()) && !name.contains('~');
        let plain = self.listens.0.iter().any(|listen| listen.server == server && !listen.ssl);
        let Some(realm) = self.tree.setting(server, "auth_basic") else { return };
        if !public || !plain || PRIVATE.iter().any(|end| name.ends_with(end)) {
            return;
        }
        let path = [CHALLENGE.as_bytes(), b"token"].concat();
        if self.answer_to(path, "GET", host) == Some(401) {
            let remark = Remark::ChallengeBehindLogin { host: name };
            remarks.push(Noted { remark, place: realm.place, related: None });
        }
    }

    /// A browser that asks with OPTIONS whether it may, which never comes with a login.
    fn preflight(&self, stand: &Stand, remarks: &mut Vec<Noted>) {
        let headers = self.tree.nearest(stand.block, &["add_header"]);
        let Some(shared) = headers.iter().find(|item| is_for_origins(item)) else { return };
        let probe = Stand { method: "OPTIONS", ..stand.clone() };
        let concerned = stand.methods.as_ref().is_none_or(|methods| methods.contains(&"OPTIONS"));
        if concerned && self.fate_at(&probe, Login::Anonymous, Client::Elsewhere).status == Some(401) {
            remarks.push(Noted {
                remark: Remark::PreflightBehindLogin,
                place: stand.place,
                related: Some(shared.place),
            });
        }
    }

    /// Backends that get the header of the login.
    fn forwarded(&self, block: BlockId, remarks: &mut Vec<Noted>) {
        for id in self.tree.children(block, Kind::Location) {
            let passes = |item: &&Item| PASSES.iter().any(|name| name.as_bytes() == item.name);
            let pass = self.tree.get(id).items.iter().rfind(passes).filter(|item| item.name != b"memcached_pass");
            if let Some(pass) = pass.filter(|_| self.guards(id))
                && !self.keeps_the_header(id, pass)
            {
                let related = self.tree.setting(id, "auth_basic").map(|item| item.place);
                let remark = Remark::AuthorizationForwarded { directive: pass.name() };
                remarks.push(Noted { remark, place: pass.place, related });
            }
            self.forwarded(id, remarks);
        }
    }

    /// Whether the header is replaced on the way.
    fn keeps_the_header(&self, block: BlockId, pass: &Item) -> bool {
        let (setter, header) = match pass.name.as_slice() {
            b"proxy_pass" => ("proxy_set_header", "Authorization"),
            b"grpc_pass" => ("grpc_set_header", "Authorization"),
            b"fastcgi_pass" => ("fastcgi_param", "HTTP_AUTHORIZATION"),
            b"uwsgi_pass" => ("uwsgi_param", "HTTP_AUTHORIZATION"),
            _ => ("scgi_param", "HTTP_AUTHORIZATION"),
        };
        let own = self.tree.nearest(block, &[setter]);
        let name = pass.name();
        let all = format!("{}_pass_request_headers", name.trim_end_matches("_pass"));
        !self.tree.flag(block, &all, true) || own.iter().any(|item| item.arg(0).eq_ignore_ascii_case(header.as_bytes()))
    }

    /// The status of a stranger's request.
    pub(super) fn answer_to(&self, path: Vec<u8>, method: &str, host: Vec<u8>) -> Option<u16> {
        let host = if host.is_empty() { b"localhost".to_vec() } else { host };
        let headers = vec![("Host".to_owned(), host)];
        let (method, login, client) = (method.to_owned(), Login::Anonymous, Client::Elsewhere);
        let request = Request { path, method, login, client, https: false, headers };
        let asked = Asked::from(&request, self.listens.first(false)?);
        self.handle(&asked, 0, &mut Trace::unwanted()).ok().map(|(reply, _)| reply.status)
    }
}

/// Whether a header is one of those that share a resource with other origins.
fn is_for_origins(item: &Item) -> bool {
    item.arg(0).to_ascii_lowercase().starts_with(b"access-control-allow-")
}
