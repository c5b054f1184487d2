//! The services of a Compose file, as far as they tell who reads a password file.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

use super::env_file::{unfilled, variables};
use super::template::{Refused, substitute};
use super::volume::Mount;
use crate::source::Span;
use crate::yaml::{self, Node};

/// A value with its variables replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// What the container gets, where a variable that is not known is empty.
    pub text: String,
    /// What was meant if no `$` was to begin a variable, but for those that a `.env` file sets: any number of them is one.
    pub meant: String,
    /// Whether a variable was asked for that no file sets: the environment of whoever starts it may.
    pub open: bool,
    /// Why Compose refuses it, and with it the file.
    pub refused: Option<Refused>,
    /// Where it stands; in a list of `NAME=value` what stands behind the `=`.
    pub span: Span,
}

impl Value {
    /// Whether it is known whatever the environment.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        !self.open && self.refused.is_none()
    }
}

/// A service.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The image that it runs.
    pub image: Option<Value>,
    /// Its volumes.
    pub mounts: Vec<Mount>,
    /// The variables that its container gets.
    pub environment: Vec<(String, Value)>,
    /// Its labels.
    pub labels: Vec<(String, Value)>,
}

/// A Compose file.
#[derive(Debug, Clone, Default)]
pub struct Compose {
    /// Its services, in their order.
    pub services: Vec<Service>,
    /// What no report may show of it.
    pub secrets: Vec<Span>,
}

/// The variables of a `.env` file, which has variables itself.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// With what Compose makes of them.
    known: BTreeMap<String, String>,
    /// With what was meant if no `$` was to begin a variable.
    meant: BTreeMap<String, String>,
}

impl Variables {
    /// Reads a file; one that Compose cannot read sets none.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let known = variables(text, &|_| None).unwrap_or_default();
        Self { known, meant: unfilled(text).into_iter().map(|(name, value)| (name, single(&value))).collect() }
    }
}

/// What values are filled in from.
struct Filler<'c> {
    bytes: &'c [u8],
    variables: &'c Variables,
    /// Where Compose is taken to be started, which a shell tells in `PWD`.
    folder: &'c Path,
}

impl Compose {
    /// Reads a file that lies in `folder`; `variables` are those of the `.env` beside it. `None`: it is no Compose
    /// file, or no YAML.
    #[must_use]
    pub fn read(bytes: &[u8], folder: &Path, variables: &Variables) -> Option<Self> {
        let root = yaml::read(bytes).ok()?;
        let services = root.get("services").filter(|services| services.is_map())?;
        let filler = Filler { bytes, variables, folder };
        let services: Vec<Service> = services.pairs().iter().map(|(name, node)| filler.service(name, node)).collect();
        let mut secrets: Vec<Span> = Vec::new();
        for service in &services {
            secrets
                .extend(service.environment.iter().filter(|(_, value)| !is_path(value)).map(|(_, value)| value.span));
            secrets
                .extend(service.labels.iter().filter(|(_, value)| carries_secret(value)).map(|(_, value)| value.span));
        }
        Some(Self { services, secrets })
    }
}

/// Each run of `$` as one.
fn single(text: &str) -> String {
    let mut last = '\0';
    let kept = text.chars().filter(|found| {
        let again = *found == '$' && last == '$';
        last = *found;
        !again
    });
    kept.collect()
}

/// A path is no secret, and worth showing.
fn is_path(value: &Value) -> bool {
    value.text.starts_with(['/', '.'])
}

/// Whether a label may hold an account.
fn carries_secret(value: &Value) -> bool {
    value.meant.contains([':', '$']) && !value.meant.contains('`')
}

impl Filler<'_> {
    fn service(&self, name: &Node, node: &Node) -> Service {
        let fill = |node: &Node| self.value(node);
        let volumes = node.get("volumes").map(Node::items).unwrap_or_default();
        Service {
            name: name.text().unwrap_or_default().to_owned(),
            image: node.get("image").and_then(fill),
            mounts: volumes.iter().filter_map(|volume| Mount::read(volume, self.folder, &fill)).collect(),
            environment: self.named(node.get("environment")),
            // Those of a swarm's services stand under `deploy`.
            labels: [self.named(node.get("labels")), self.named(node.at(&["deploy", "labels"]))].concat(),
        }
    }

    fn value(&self, node: &Node) -> Option<Value> {
        Some(self.filled(node.text()?, node.span))
    }

    /// `NAME: value` of a map or `NAME=value` of a list (compose-go `types/mapping.go`, `types/labels.go`).
    fn named(&self, node: Option<&Node>) -> Vec<(String, Value)> {
        let Some(node) = node else { return Vec::new() };
        let of_map = node.pairs().iter().filter_map(|(name, value)| {
            Some((
                name.text()?.to_owned(),
                if value.is_null() { self.filled("", value.span) } else { self.value(value)? },
            ))
        });
        let of_list = node.items().iter().filter_map(|item| {
            let text = item.text()?;
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            Some((self.filled(name, item.span).text, self.filled(value, self.behind(item.span, value))))
        });
        of_map.chain(of_list).collect()
    }

    /// Where a part of a scalar stands, if it is written there as it is; else the whole.
    fn behind(&self, whole: Span, part: &str) -> Span {
        let text = self.bytes.get(whole.range()).unwrap_or_default();
        let quoted = text.last().is_some_and(|last| matches!(last, b'"' | b'\''));
        let end = whole.end - usize::from(quoted);
        let start = end.saturating_sub(part.len()).max(whole.start);
        let same = self.bytes.get(start..end) == Some(part.as_bytes()) && !part.is_empty();
        if same { Span::new(start, end) } else { whole }
    }

    fn filled(&self, text: &str, span: Span) -> Value {
        let open = Cell::new(false);
        let Variables { known, meant } = self.variables;
        let variable = |name: &str| {
            if name == "PWD" {
                return Some(self.folder.display().to_string());
            }
            let found = known.get(name).cloned();
            let sure = found.is_some() && found == meant.get(name).cloned();
            open.set(open.get() || !sure);
            found
        };
        let literal = |name: &str| Some(meant.get(name).cloned().unwrap_or_else(|| format!("${name}")));
        let filled = substitute(text, &variable);
        Value {
            refused: filled.as_ref().err().copied(),
            text: filled.unwrap_or_default(),
            meant: single(&substitute(text, &literal).unwrap_or_default()),
            open: open.get(),
            span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::Mounted;
    use std::path::PathBuf;

    const FILE: &str = "services:\n  web:\n    image: nginx:${TAG:-alpine}\n    volumes:\n      - ./conf:/etc/nginx:ro\n      \
                        - data:/var\n      - {type: bind, source: ../x, target: /x}\n      - $PWD/y:/y\n    environment:\n      - A=b\n      \
                        - C\n    labels:\n      x.y: 'u:$$apr1$$z'\n      n:\n";

    #[test]
    fn images_volumes_variables_and_labels_are_read_in_their_forms() {
        let compose = Compose::read(FILE.as_bytes(), Path::new("/p/q"), &Variables::default()).unwrap();
        let web = &compose.services[0];
        assert_eq!(web.image.as_ref().unwrap().text, "nginx:alpine");
        let at = |path: &str| Mount::of(&web.mounts, Path::new(path));
        assert_eq!(at("/etc/nginx/a/b"), Mounted::Here(PathBuf::from("/p/q/conf/a/b")));
        assert_eq!(at("/var/x"), Mounted::Elsewhere);
        assert_eq!(at("/x"), Mounted::Here(PathBuf::from("/p/x")));
        assert_eq!(at("/y"), Mounted::Here(PathBuf::from("/p/q/y")));
        assert_eq!(at("/etc/nginx2"), Mounted::Image);
        assert_eq!(&FILE.as_bytes()[web.environment[0].1.span.range()], b"b");
        assert_eq!((web.environment[1].0.as_str(), web.environment[1].1.text.as_str()), ("C", ""));
        assert_eq!((web.labels[0].1.text.as_str(), web.labels[1].1.text.as_str()), ("u:$apr1$z", ""));
        assert_eq!(compose.secrets.len(), 3);
    }

    #[test]
    fn other_yaml_is_no_compose_file() {
        assert!(Compose::read(b"a: b\n", Path::new("/"), &Variables::default()).is_none());
        assert!(Compose::read(b"services: [a]\n", Path::new("/"), &Variables::default()).is_none());
    }
}
