//! What a path and a method are to the registry's router (distribution `registry/api/v2/descriptors.go`, `routes.go`).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till1, take_while, take_while1};
use nom::combinator::{all_consuming, opt, value};
use nom::multi::separated_list1;
use nom::{IResult, Parser};

/// What becomes of a request, as far as the path tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// Nothing is there: 404 before any login.
    Nothing,
    /// Led to the clean path.
    Redirected,
    /// A login is asked for; behind it waits this status of an empty registry.
    Asked(u16),
}

/// What the storage lets be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rights {
    /// `storage.delete.enabled`.
    pub delete: bool,
    /// Unless `storage.maintenance.readonly` says otherwise.
    pub write: bool,
}

/// What a path leads to.
pub(super) fn route(path: &str, method: &str, rights: Rights) -> Route {
    let may_delete = rights.delete;
    if path == "/v2" || !path.starts_with('/') || path.contains("//") || path.contains("/./") || path.contains("/../") {
        return Route::Redirected;
    }
    let kind = match path {
        "/v2/" => return Route::Asked(200),
        "/v2/_catalog" => Some(Resource::Catalog),
        _ => resource(path),
    };
    match kind {
        // An upload that nobody began, and a digest that is none, are seen before the method.
        Some(Resource::Upload) => Route::Asked(404),
        Some(Resource::NoBlob) => Route::Asked(400),
        Some(_) if !rights.write && matches!(method, "POST" | "PUT" | "PATCH" | "DELETE") => Route::Asked(405),
        // A manifest is deleted by its digest, not by a tag.
        Some(Resource::Manifest) if method == "DELETE" && may_delete && !path.contains("/manifests/sha") => {
            Route::Asked(400)
        }
        Some(_) if method == "OPTIONS" => Route::Asked(200),
        Some(kind) => Route::Asked(kind.status(method, may_delete)),
        None if path == "/v2/_catalog/" => Route::Redirected,
        None if path.strip_suffix('/').is_some_and(|path| resource(path) == Some(Resource::Tags)) => Route::Redirected,
        None => Route::Nothing,
    }
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resource {
    Catalog,
    Tags,
    Manifest,
    Uploads,
    /// One upload by its number.
    Upload,
    Blob,
    /// A blob whose digest is none.
    NoBlob,
}

impl Resource {
    /// The status in an empty registry, once the login is passed.
    fn status(self, method: &str, may_delete: bool) -> u16 {
        match (self, method) {
            (Self::Catalog, "GET") => 200,
            (Self::Uploads, "POST") => 202,
            (Self::Manifest, "PUT") => 400,
            (Self::Manifest | Self::Blob, "DELETE") if !may_delete => 405,
            (Self::Manifest | Self::Blob, "DELETE") => 404,
            (Self::Tags | Self::Manifest | Self::Blob | Self::Uploads, "GET")
            | (Self::Manifest | Self::Blob | Self::Uploads, "HEAD")
            | (Self::Uploads, "PUT" | "PATCH" | "DELETE") => 404,
            _ => 405,
        }
    }
}

/// `/v2/NAME/manifests/REFERENCE` and the like.
fn resource(path: &str) -> Option<Resource> {
    let ends = [
        ("/tags/list", Resource::Tags),
        ("/manifests/", Resource::Manifest),
        ("/blobs/uploads/", Resource::Uploads),
        ("/blobs/uploads/", Resource::Upload),
        ("/blobs/", Resource::Blob),
        ("/blobs/", Resource::NoBlob),
    ];
    let inside = path.strip_prefix("/v2/")?;
    let found = ends.into_iter().find(|(end, kind)| {
        inside.rmatch_indices(end).any(|(at, _)| {
            let (name, tail) = (inside.get(..at).unwrap_or_default(), inside.get(at + end.len()..).unwrap_or_default());
            is_name(name) && kind.has_tail(tail)
        })
    });
    found.map(|(_, kind)| kind)
}

impl Resource {
    fn has_tail(self, tail: &str) -> bool {
        let all = |extra: &str| tail.chars().all(|found| found.is_ascii_alphanumeric() || extra.contains(found));
        match self {
            Self::Catalog | Self::Tags => tail.is_empty(),
            Self::Uploads => tail.is_empty(),
            Self::Upload => !tail.is_empty() && all("-_.="),
            Self::Manifest => (!tail.is_empty() && all("_.-")) || is_digest(tail),
            Self::Blob => {
                is_digest(tail)
                    && [("sha256:", 64), ("sha384:", 96), ("sha512:", 128)]
                        .iter()
                        .any(|(name, length)| tail.strip_prefix(name).is_some_and(|hex| hex.len() == *length))
            }
            Self::NoBlob => tail.split_once(':').is_some_and(|(algorithm, hex)| {
                let small =
                    |found: char| found.is_ascii_lowercase() || found.is_ascii_digit() || ".+_-".contains(found);
                let letters = |found: char| found.is_ascii_alphanumeric() || "=_-".contains(found);
                !algorithm.is_empty() && algorithm.chars().all(small) && !hex.is_empty() && hex.chars().all(letters)
            }),
        }
    }
}

fn is_digest(text: &str) -> bool {
    let digest = (take_till1(|found| found == ':'), tag(":"), take_while1(|found: char| found.is_ascii_hexdigit()));
    let digest: IResult<&str, _, ()> = all_consuming(digest).parse(text);
    digest.is_ok_and(|(_, (_, _, hex))| hex.len() >= 32)
}

/// A repository's name: words of small letters and digits, perhaps behind a host (distribution `reference/regexp.go`).
fn is_name(text: &str) -> bool {
    let words = |text| -> IResult<&'_ str, (), ()> {
        let letters = take_while1(|found: char| found.is_ascii_lowercase() || found.is_ascii_digit());
        let dashes = value((), take_while1(|found| found == '-'));
        let between = alt((value((), tag("__")), value((), tag(".")), value((), tag("_")), dashes));
        value((), separated_list1(tag("/"), separated_list1(between, letters))).parse(text)
    };
    let host = (
        take_while1(|found: char| found.is_ascii_alphanumeric() || ".-".contains(found)),
        opt((tag(":"), take_while(|found: char| found.is_ascii_digit()))),
        tag("/"),
    );
    let hosted = all_consuming((host, words)).parse(text).is_ok();
    hosted || all_consuming(words).parse(text).is_ok()
}
