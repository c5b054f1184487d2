//! What a method and a path are to Verdaccio (`@verdaccio/server` `api/endpoint`; `@verdaccio/middleware`).

use crate::gate::percent_decoded;

/// What becomes of a request, as far as method and path tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// This status, whoever asks.
    Always(u16),
    /// This status to whoever is logged in, 401 to others.
    Member(u16),
    /// A package, or a version of it, for those who may read it.
    Read { name: String, version: String },
    /// A file of a package, for those who may read it.
    Tarball { name: String, file: String },
    /// The tags of a package, for those who may read it.
    Tags { name: String },
    /// A change of a package, for those who may publish it: it wants a body of JSON, and there is none.
    Publish { name: String },
    /// A package or a file of it to be taken away, for those who may.
    Unpublish { name: String },
}

/// What a request leads to; `web` is the user interface.
pub(super) fn route(method: &str, path: &str, web: bool) -> Route {
    let parts = segments(path);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let named = |name: &str, route: Route| if is_name(name) { route } else { Route::Always(400) };
    let own = |name: &&str| (*name).to_owned();
    match (method, parts.as_slice()) {
        ("OPTIONS", _) => Route::Always(204),
        (_, parts) if parts.contains(&"") => Route::Always(404),
        ("GET" | "HEAD", ["-", "verdaccio", "data", "packages"]) if web => Route::Always(200),
        ("GET" | "HEAD", ["-", "web", ..]) if web => Route::Always(200),
        ("GET" | "HEAD", []) => Route::Always(if web { 200 } else { 404 }),
        ("GET" | "HEAD", ["-", "ping" | "whoami" | "all"] | ["-", "v1", "search"]) => Route::Always(200),
        ("GET" | "HEAD", ["-", "npm", "v1", "user" | "tokens"]) => Route::Member(200),
        ("GET" | "HEAD", ["-", "user", _]) => Route::Always(200),
        ("GET" | "HEAD", ["-", "package", name, "dist-tags"]) => named(name, Route::Tags { name: own(name) }),
        ("GET" | "HEAD", [name, "-", file]) => named(name, Route::Tarball { name: own(name), file: own(file) }),
        ("GET" | "HEAD", [name]) => named(name, Route::Read { name: own(name), version: String::new() }),
        ("GET" | "HEAD", [name, version]) => named(name, Route::Read { name: own(name), version: own(version) }),
        ("PUT", ["-", "user", _] | ["-", "user", _, _]) => Route::Always(400),
        ("PUT" | "POST", ["-", "package", name, "dist-tags", _]) | ("POST", ["-", "package", name, "dist-tags"]) => {
            named(name, Route::Publish { name: own(name) })
        }
        ("PUT", [name] | [name, _] | [name, "-rev", _] | [name, "-", _, "-rev", _]) => {
            named(name, Route::Publish { name: own(name) })
        }
        ("POST", ["-", "npm", "v1", "user"]) => Route::Member(500),
        ("POST", ["-", "npm", "v1", "tokens"]) => Route::Always(422),
        ("DELETE", ["-", "user", "token", _]) => Route::Always(200),
        ("DELETE", [name, "-rev", _] | [name, "-", _, "-rev", _] | ["-", "package", name, "dist-tags", _]) => {
            named(name, Route::Unpublish { name: own(name) })
        }
        ("GET" | "HEAD" | "PUT" | "POST" | "DELETE" | "PATCH", _) => Route::Always(404),
        _ => Route::Always(400),
    }
}

/// The parts of a path between slashes, decoded; the slash behind a scope is none, encoded or not.
fn segments(path: &str) -> Vec<String> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let decoded = |part: &str| {
        percent_decoded(part.as_bytes())
            .map_or_else(|| part.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let mut parts: Vec<String> = path.split('/').skip(1).map(decoded).collect();
    for at in 0..parts.len() {
        let scope = parts.get(at).is_some_and(|part| part.starts_with('@') && !part.contains('/'));
        let within = at == 0 || at == 2;
        if scope
            && within
            && parts.get(at + 1).is_some_and(|next| !next.is_empty() && next != "-" && next != "dist-tags")
        {
            let name = parts.remove(at + 1);
            if let Some(part) = parts.get_mut(at) {
                *part = format!("{part}/{name}");
            }
        }
    }
    parts
}

/// Whether it may be a package's name (`@verdaccio/utils`, `validatePackage`).
fn is_name(name: &str) -> bool {
    let fine = |name: &str| {
        let letters = |found: char| found.is_ascii_alphanumeric() || "-_.!~*'()@".contains(found);
        let lower = name.to_lowercase();
        !name.is_empty()
            && name.chars().all(letters)
            && !name.starts_with('.')
            && !matches!(lower.as_str(), "node_modules" | "__proto__" | "favicon.ico")
    };
    match name.split_once('/') {
        None => fine(name),
        Some((scope, name)) => scope.strip_prefix('@').is_some_and(fine) && fine(name),
    }
}
