//! The password files and accounts that a dynamic configuration or a label names, whether or not the rest of it is fine.

use nom::bytes::complete::{tag_no_case, take_till1};
use nom::combinator::{all_consuming, value};
use nom::{IResult, Parser};

use super::middleware::texts;
use crate::answer::{UserFileSetting, UserFileSettings};
use crate::source::Spanned;
use crate::yaml::{Node, but};

/// What a label of a container is about (Traefik `pkg/config/label`, over `paerser/parser`; names in whatever case).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label<'t> {
    /// Accounts of the middleware of this name, between commas.
    Users(&'t str),
    /// The password file of the middleware of this name.
    UsersFile(&'t str),
    /// The middlewares of a router.
    Middlewares,
}

impl<'t> Label<'t> {
    /// The label of this name; `None`: it is about something else.
    #[must_use]
    pub fn of(name: &'t str) -> Option<Self> {
        let (_, label) = all_consuming(nom::branch::alt((middleware, router))).parse(name).ok()?;
        Some(label)
    }
}

fn named(text: &str) -> IResult<&str, &str> {
    take_till1(|found| found == '.').parse(text)
}

fn middleware(text: &str) -> IResult<&str, Label<'_>> {
    let (text, (_, name, _)) =
        (tag_no_case("traefik.http.middlewares."), named, tag_no_case(".basicauth.")).parse(text)?;
    let users = value(Label::Users(name), tag_no_case("users"));
    let file = value(Label::UsersFile(name), tag_no_case("usersfile"));
    nom::branch::alt((file, users)).parse(text)
}

fn router(text: &str) -> IResult<&str, Label<'_>> {
    let parts = (tag_no_case("traefik.http.routers."), named, tag_no_case(".middlewares"));
    value(Label::Middlewares, parts).parse(text)
}

/// The `usersFile` and the `users` of every `basicAuth`.
pub(in crate::servers) fn settings(root: &Node) -> UserFileSettings {
    let middlewares = root.get_any_case("http").and_then(|http| http.get_any_case("middlewares"));
    let middlewares = middlewares.map(Node::pairs).unwrap_or_default();
    let auths = middlewares.iter().filter_map(|(_, middleware)| middleware.get_any_case("basicAuth"));
    let setting = |path: &Node| Some(UserFileSetting { path: path.text()?.into(), span: path.span });
    let files: Vec<_> = auths.clone().filter_map(|auth| auth.get_any_case("usersFile").and_then(setting)).collect();
    let lists = auths.filter_map(|auth| auth.get_any_case("users"));
    let lists = lists.map(|users| texts(users).into_iter().map(|(text, span)| Spanned::new(text, span)).collect());
    UserFileSettings { secrets: but(root, files.iter().map(|file| file.span)), files, lists: lists.collect() }
}
