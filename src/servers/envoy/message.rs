//! Messages: which fields there are, what they take, and what of them must be there (Envoy's API with its rules for
//! protoc-gen-validate, as the program itself carries them; `source/common/protobuf/utility.cc`, `loadFromYaml`).

use super::config::type_name;
use super::value::{Value, span};
use crate::answer::{Because, Reason};
use crate::source::{FileId, Place, Span};
use crate::yaml::{Content, Node};

/// A message a line: its name, its type if it may stand behind an `@type`, its fields, and which exclude each other (`!`: one
/// must be there). A field has a kind and rules behind `;`. Kinds are `s` text, `y` bytes, `b` truth, `i` `I` `u` `U` `f`
/// numbers (`w`: as messages), `d` a span of time, `A` anything behind an `@type`, `*` anything, `@` a message, `e` a name
/// of a list, `[` several, `{` a map. Lists are lines with `enum`.
const MESSAGES: &str = include_str!("messages.txt");

/// Packages of the program with their types, those behind an `@type` among them.
const TYPES: &str = include_str!("types.txt");

/// A line of the table.
struct Message {
    fields: Vec<Field>,
    /// Fields of which one may be there, and whether one must.
    choices: Vec<(bool, Vec<&'static str>)>,
}

/// A field.
#[derive(Clone)]
struct Field {
    name: &'static str,
    kind: &'static str,
    rules: Vec<&'static str>,
}

impl Field {
    /// The number of a rule.
    fn number(&self, rule: &str) -> Option<f64> {
        let mut values = self.rules.iter().filter_map(|one| one.split_once('='));
        values.find(|(name, _)| *name == rule).and_then(|(_, value)| value.parse().ok())
    }

    fn has(&self, rule: &str) -> bool {
        self.rules.contains(&rule)
    }

    /// The rules for each of several.
    fn item(&self, kind: &'static str) -> Self {
        let rules = self.rules.iter().filter_map(|rule| rule.strip_prefix('/')).chain(["opt"]).collect();
        Self { name: self.name, kind, rules }
    }

    /// The name in JSON.
    fn is_called(&self, key: &str) -> bool {
        if key == self.name {
            return true;
        }
        let mut parts = self.name.split('_');
        let capital = |part: &str| {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
        };
        let first = parts.next().unwrap_or_default().to_owned();
        !key.contains('_') && parts.fold(first, |name, part| name + &capital(part)) == key
    }
}

/// The words behind a name, or behind the type that a name has.
fn line(sort: impl Fn(&[&str]) -> bool) -> Option<&'static str> {
    MESSAGES.lines().find_map(|line| {
        let (head, rest) = line.split_once(':')?;
        let head: Vec<&str> = head.split(' ').collect();
        sort(&head).then_some(rest)
    })
}

fn message(name: &str) -> Option<Message> {
    // A type has a dot, and the names of the table's own are short.
    let rest = line(|head| head.first() == Some(&name) && head.first() != Some(&"enum"))?;
    Some(parsed(rest))
}

fn parsed(rest: &'static str) -> Message {
    let mut found = Message { fields: Vec::new(), choices: Vec::new() };
    for word in rest.split_whitespace() {
        if let Some(names) = word.strip_prefix(['!', '?']) {
            found.choices.push((word.starts_with('!'), names.split(',').collect()));
        } else if let Some((name, kind)) = word.split_once('=') {
            let mut parts = kind.split(';');
            found.fields.push(Field { name, kind: parts.next().unwrap_or_default(), rules: parts.collect() });
        }
    }
    found
}

/// Reads a file's parts into what Envoy sees: fields by their own names, without what is nothing, the last of several.
pub(super) struct Messages {
    pub file: FileId,
}

type Read<T> = Result<T, Because>;

impl Messages {
    fn wrong<T>(&self, span: Span, name: &str, message: &str) -> Read<T> {
        let reason = Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() };
        Err(Because::at(reason, Place::new(self.file, span)))
    }

    /// The message of a name.
    ///
    /// # Errors
    /// Why Envoy does not start with it.
    pub(super) fn read(&self, name: &str, node: &Node) -> Read<Node> {
        match message(name) {
            Some(message) => self.fields(&message, node, name),
            None => Ok(node.clone()),
        }
    }

    fn fields(&self, message: &Message, node: &Node, called: &str) -> Read<Node> {
        if !node.is_map() {
            return self.wrong(node.span, called, "this is no map");
        }
        let mut kept: Vec<(Node, Node)> = Vec::new();
        for (key, value) in node.pairs() {
            let name = key.text().unwrap_or_default();
            if name == "@type" {
                kept.retain(|(key, _)| key.text() != Some(name));
                kept.push((key.clone(), value.clone()));
                continue;
            }
            let Some(field) = message.fields.iter().find(|field| field.is_called(name)) else {
                let reason = Reason::UnknownDirective { name: name.to_owned(), nearest: None };
                return Err(Because::at(reason, Place::new(self.file, key.span)));
            };
            kept.retain(|(key, _)| key.text() != Some(field.name));
            if let Some(value) = self.field(field, value)? {
                let content = Content::Scalar { text: field.name.to_owned(), plain: false };
                kept.push((Node { content, span: key.span }, value));
            }
        }
        let has = |name: &str| kept.iter().any(|(key, _)| key.text() == Some(name));
        for (must, names) in &message.choices {
            let count = names.iter().filter(|name| has(name)).count();
            if count > 1 || *must && count == 0 {
                return self.wrong(node.span, names.first().unwrap_or(&called), "one of several must be there");
            }
        }
        for field in message.fields.iter().filter(|field| !has(field.name)) {
            if needed(field) {
                return self.wrong(node.span, field.name, "it is missing");
            }
        }
        Ok(Node { content: Content::Map(kept), span: node.span })
    }

    /// A field's value; `None`: it is not there.
    fn field(&self, field: &Field, node: &Node) -> Read<Option<Node>> {
        if node.is_null() && field.kind != "*" {
            return Ok(None);
        }
        if let Some(kind) = field.kind.strip_prefix('[') {
            return self.several(field, kind, node);
        }
        if let Some(kind) = field.kind.strip_prefix('{') {
            if !node.is_map() {
                return self.wrong(node.span, field.name, "this is no map");
            }
            let item = field.item(kind);
            let mut pairs: Vec<(Node, Node)> = Vec::new();
            for (key, value) in node.pairs() {
                pairs.retain(|(known, _)| known.text() != key.text());
                let hollow = kind.starts_with(['@', 'A']) && value.is_null();
                let value = if hollow { &Node { content: Content::Map(Vec::new()), span: value.span } } else { value };
                pairs.extend(self.field(&item, value)?.map(|value| (key.clone(), value)));
            }
            return Ok(Some(Node { content: Content::Map(pairs), span: node.span }));
        }
        self.one(field, node).map(Some)
    }

    /// One or more: a single one needs no list, and lists in lists are one.
    fn several(&self, field: &Field, kind: &'static str, node: &Node) -> Read<Option<Node>> {
        let item = field.item(kind);
        let mut flat = Vec::new();
        flatten(node, &mut flat);
        let mut items: Vec<Node> = Vec::new();
        for node in flat {
            let empty = Content::Scalar { text: String::new(), plain: false };
            let empty =
                Node { content: if kind.starts_with('@') { Content::Map(Vec::new()) } else { empty }, span: node.span };
            items.push(self.one(&item, if node.is_null() { &empty } else { node })?);
        }
        let number = |rule| field.number(rule).and_then(|number| format!("{number:.0}").parse::<usize>().ok());
        let twice =
            || items.iter().enumerate().any(|(at, item)| items.iter().skip(at + 1).any(|other| same(item, other)));
        if number("min").is_some_and(|least| items.len() < least)
            || number("max").is_some_and(|most| items.len() > most)
            || field.has("unique") && twice()
        {
            return self.wrong(node.span, field.name, "there are too few, too many, or one twice");
        }
        let some = !items.is_empty();
        Ok(some.then_some(Node { content: Content::List(items), span: node.span }))
    }

    fn one(&self, field: &Field, node: &Node) -> Read<Node> {
        if let Some(name) = field.kind.strip_prefix('@') {
            return self.read(name, node);
        }
        match field.kind {
            "*" => return Ok(node.clone()),
            "A" => return self.any(field, node),
            _ => {}
        }
        // A number or a truth value may also be written as the message that holds it, and a time too.
        if node.is_map() && (field.kind.starts_with('w') || field.kind == "d") {
            return self.wrapped(field, node);
        }
        let text = Value::of(node).and_then(|value| written(field, &value));
        let Some(text) = text.filter(|text| keeps(field, text)) else {
            return self.wrong(node.span, field.name, "this value is not taken");
        };
        Ok(Node { content: Content::Scalar { text, plain: false }, span: node.span })
    }

    fn wrapped(&self, field: &Field, node: &Node) -> Read<Node> {
        let names: &[&str] = if field.kind == "d" { &["seconds", "nanos"] } else { &["value"] };
        if let Some((key, _)) = node.pairs().iter().find(|(key, _)| !names.iter().any(|name| key.text() == Some(name)))
        {
            return self.wrong(key.span, field.name, "there is no such field");
        }
        let number = |name: &str| node.get(name).and_then(Value::of).and_then(|value| value.as_whole()).unwrap_or(0);
        let zero =
            Node { content: Content::Scalar { text: "0".to_owned(), plain: field.kind != "wb" }, span: node.span };
        if field.kind != "d" {
            return self.one(field, node.get("value").filter(|value| !value.is_null()).unwrap_or(&zero));
        }
        let text = format!("{}.{:09}s", number("seconds"), number("nanos"));
        let content = Content::Scalar { text, plain: false };
        self.one(field, &Node { content, span: node.span })
    }

    /// What stands behind an `@type`: of a type that is not in the table, as it is written.
    fn any(&self, field: &Field, node: &Node) -> Read<Node> {
        if !node.is_map() {
            return self.wrong(node.span, field.name, "this is no map");
        }
        let Some((_, url)) = node.last("@type") else { return Ok(node.clone()) };
        let text = url.text().unwrap_or_default();
        let kind = type_name(text);
        // The part in front of the slash says where the type is described: anything, but something.
        if text.len() < kind.len() + 2 || !is_type(kind) {
            return self.wrong(url.span, "@type", "there is no such type");
        }
        match line(|head| head.get(1) == Some(&kind)) {
            Some(rest) => self.fields(&parsed(rest), node, field.name),
            None => Ok(node.clone()),
        }
    }
}

/// Whether the program has a type; one of those that are only in the larger build may be there.
fn is_type(name: &str) -> bool {
    let Some((package, name)) = name.rsplit_once('.') else { return false };
    let larger = package.starts_with("envoy.") && package.ends_with(".v3alpha");
    let mut packages = TYPES.lines().filter_map(|line| line.split_once(':'));
    let known = packages.find(|(known, _)| *known == package);
    larger || known.is_some_and(|(_, names)| names.split_whitespace().any(|known| known == name))
}

/// Whether a message is not whole without this field.
fn needed(field: &Field) -> bool {
    if field.has("req") || field.number("min").is_some_and(|least| least > 0.0) {
        return true;
    }
    if field.has("opt") || field.has("empty") {
        return false;
    }
    match field.kind {
        "s" => !keeps(field, ""),
        "i" | "I" | "u" | "U" | "f" => !keeps(field, "0"),
        kind => kind.starts_with('e') && field.has("not=0"),
    }
}

fn flatten<'n>(node: &'n Node, flat: &mut Vec<&'n Node>) {
    if node.is_list() {
        node.items().iter().for_each(|item| flatten(item, flat));
    } else {
        flat.push(node);
    }
}

fn same(one: &Node, other: &Node) -> bool {
    one.text().is_some() && one.text() == other.text()
}

/// A value as its kind writes it.
fn written(field: &Field, value: &Value) -> Option<String> {
    let whole = |least: i128, most: i128| {
        value.as_whole().filter(|number| (least..=most).contains(number)).map(|number| number.to_string())
    };
    match field.kind.trim_start_matches('w') {
        "b" => value.as_truth().map(|truth| truth.to_string()),
        "i" => whole(i32::MIN.into(), i32::MAX.into()),
        "I" => whole(i64::MIN.into(), i64::MAX.into()),
        "u" => whole(0, u32::MAX.into()),
        "U" => whole(0, u64::MAX.into()),
        "f" => value.as_real().map(|number| number.to_string()),
        "d" => value.as_text().filter(|text| span(text).is_some_and(|span| span >= 0.0)).map(str::to_owned),
        kind => match kind.strip_prefix('e') {
            Some(list) => named(field, list, value),
            None => value.as_text().map(str::to_owned),
        },
    }
}

/// A name of a list, in whatever case; or its number, which may be of none.
fn named(field: &Field, list: &str, value: &Value) -> Option<String> {
    let names = line(|head| head == ["enum", list]).unwrap_or_default();
    let names = || names.split_whitespace().filter_map(|one| one.split_once('='));
    if let Some((name, _)) = value.as_text().and_then(|text| names().find(|(name, _)| name.eq_ignore_ascii_case(text)))
    {
        return Some(name.to_owned());
    }
    let number = match value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.parse::<i32>().ok()?.to_string(),
        Value::Null | Value::Truth(_) => return None,
    };
    let name = names().find(|(_, known)| *known == number).map(|(name, _)| name.to_owned());
    name.or_else(|| (!field.has("defined")).then_some(number))
}

/// Whether a value keeps the rules of its field.
fn keeps(field: &Field, text: &str) -> bool {
    if text.is_empty() && field.has("empty") {
        return true;
    }
    let number = if field.kind == "d" { span(text) } else { text.parse().ok() };
    let within = number.is_none_or(|number: f64| {
        field.number("gt").is_none_or(|least| number > least)
            && field.number("gte").is_none_or(|least| number >= least)
            && field.number("lt").is_none_or(|most| number < most)
            && field.number("lte").is_none_or(|most| number <= most)
            && field.number("const").is_none_or(|only| (number - only).abs() < f64::EPSILON)
    });
    if field.kind != "s" {
        return within && (!field.has("true") || text == "true");
    }
    let length = |rule: &str, length: usize| field.number(rule).map(|most| (length.to_string().parse::<f64>(), most));
    let letters = text.chars().count();
    let long =
        |found: Option<(Result<f64, _>, f64)>| found.is_none_or(|(have, least)| have.is_ok_and(|have| have >= least));
    let short =
        |found: Option<(Result<f64, _>, f64)>| found.is_none_or(|(have, most)| have.is_ok_and(|have| have <= most));
    let one_of = field.rules.iter().filter_map(|rule| rule.strip_prefix("in=")).next();
    let breaks = |letter: char| matches!(letter, '\0' | '\n' | '\r');
    let header = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_|~`".contains(letter);
    long(length("min_len", letters))
        && long(length("min_bytes", text.len()))
        && short(length("max_len", letters))
        && short(length("max_bytes", text.len()))
        && one_of.is_none_or(|words| words.split(',').any(|word| word == text))
        && !((field.has("hname0") || field.has("hvalue0")) && text.contains(breaks))
        && !(field.has("hvalue") && text.contains(|letter: char| letter.is_control() && letter != '\t'))
        && !(field.has("hname") && (text.is_empty() || !text.trim_start_matches(':').chars().all(header)))
}
