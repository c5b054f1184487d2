//! What the directives of mod_rewrite set, once their arguments were found good (modules/mappers/mod_rewrite.c,
//! `cmd_rewriterule`, `cmd_rewriterule_setflag`, `cmd_rewritecond`, `cmd_rewriteoptions`).

use super::rewrite::{Arguments, arguments, flag_list};
use super::values::count;
use crate::servers::apache::expr::{Origin, Pattern, parse_condition};
use crate::servers::apache::line::Directive;
use crate::servers::apache::rewrite::{Compared, Condition, Inherits, Order, Rewrite, Rule, RuleFlag, Test};
use crate::source::{Place, Spanned};

type Words<'w> = &'w [Spanned<Vec<u8>>];

/// Takes down a directive of mod_rewrite.
pub(super) fn rewriting(
    directive: &Directive<'_>,
    name: &[u8],
    words: Words<'_>,
    origin: Origin,
    rewrite: &mut Rewrite,
) {
    rewrite.touched = true;
    let first = words.first().map(|word| word.value.clone()).unwrap_or_default();
    match name {
        b"rewriteengine" => rewrite.engine = Some(first.eq_ignore_ascii_case(b"on")),
        b"rewriteoptions" => options(words, rewrite.options.get_or_insert_default()),
        b"rewritebase" => rewrite.base = Some(first),
        b"rewritemap" => {
            let kind = words.get(1).and_then(|word| word.value.strip_prefix(b"int:").map(<[u8]>::to_vec));
            rewrite.maps.insert(first, kind);
        }
        b"rewritecond" => {
            rewrite
                .conditions
                .extend(arguments(directive.args()).map(|found| condition(found, origin, directive.place())));
        }
        _ => {
            let conditions = std::mem::take(&mut rewrite.conditions);
            rewrite.rules.extend(arguments(directive.args()).map(|found| rule(found, conditions, directive.place())));
        }
    }
}

fn options(words: Words<'_>, options: &mut Inherits) {
    for word in words {
        match word.value.to_ascii_lowercase().as_slice() {
            b"inherit" => options.after = true,
            b"inheritbefore" => options.before = true,
            b"inheritdown" => options.down_after = true,
            b"inheritdownbefore" => options.down_before = true,
            b"ignoreinherit" => options.ignore = true,
            b"mergebase" => options.base = true,
            b"allownoslash" => options.no_slash = true,
            b"unsafeprefixstat" => options.any_prefix = true,
            b"ignorecontextinfo" => options.no_context = true,
            _ => {}
        }
    }
}

fn rule((pattern, output, field): Arguments<'_>, conditions: Vec<Condition>, place: Place) -> Rule {
    let mut rule = Rule {
        conditions,
        pattern: None,
        negated: pattern.first() == Some(&b'!'),
        output: output.to_owned(),
        flags: Vec::new(),
        env: Vec::new(),
        handler: None,
        status: 302,
        place,
    };
    let mut ignore_case = false;
    for (key, value) in field.map(flag_list).unwrap_or_default() {
        let key = key.to_ascii_lowercase();
        ignore_case |= matches!(key.as_slice(), b"nc" | b"nocase");
        set_flag(&mut rule, &key, &value);
    }
    let pattern = pattern.strip_prefix(b"!").unwrap_or(pattern);
    rule.pattern = Pattern::compile(pattern, ignore_case).ok();
    if rule.output == b"-" {
        rule.flags.push(RuleFlag::NoSubstitution);
    }
    if rule.output.last() == Some(&b'?') {
        if rule.has(&RuleFlag::Append) {
            rule.flags.push(RuleFlag::LastMark);
        } else {
            rule.flags.push(RuleFlag::NoQuery);
            rule.output.pop();
        }
    } else if rule.has(&RuleFlag::Discard) && !rule.output.contains(&b'?') {
        rule.flags.push(RuleFlag::NoQuery);
    }
    rule
}

fn set_flag(rule: &mut Rule, key: &[u8], value: &[u8]) {
    let flag = match key {
        b"c" | b"chain" => RuleFlag::Chain,
        b"l" | b"last" => RuleFlag::Last,
        b"end" => RuleFlag::End,
        b"n" | b"next" => RuleFlag::Next(if value.is_empty() { 32_000 } else { number(value) }),
        b"s" | b"skip" => RuleFlag::Skip(number(value)),
        b"ns" | b"nosubreq" => RuleFlag::NoSubrequest,
        b"ne" | b"noescape" => RuleFlag::NoEscape,
        b"p" | b"proxy" => RuleFlag::Proxy,
        b"pt" | b"passthrough" => RuleFlag::PassThrough,
        b"qsa" | b"qsappend" => RuleFlag::Append,
        b"qsd" | b"qsdiscard" => RuleFlag::Discard,
        b"qsl" | b"qslast" => RuleFlag::LastMark,
        b"b" | b"backrefescaping" | b"bctls" => RuleFlag::EscapeGroups(value.to_owned()),
        b"bnp" | b"backrefernoplus" => RuleFlag::NoPlus,
        b"e" | b"env" => return rule.env.push(value.to_owned()),
        b"h" | b"handler" => {
            rule.handler = Some(value.to_owned());
            return;
        }
        b"unsafeallow3f" => RuleFlag::AllowMark,
        b"unsafeprefixstat" => RuleFlag::AnyPrefix,
        b"unc" => RuleFlag::KeepSlashes,
        b"f" | b"forbidden" | b"g" | b"gone" => {
            rule.status = if key.first() == Some(&b'f') { 403 } else { 410 };
            rule.flags.push(RuleFlag::Status);
            RuleFlag::NoSubstitution
        }
        b"r" | b"redirect" => {
            redirect(rule, value);
            RuleFlag::Redirect
        }
        _ if key.first() == Some(&b'd') => RuleFlag::DiscardPathInfo,
        _ => return,
    };
    rule.flags.push(flag);
}

fn redirect(rule: &mut Rule, value: &[u8]) {
    match value.to_ascii_lowercase().as_slice() {
        b"" => {}
        b"permanent" => rule.status = 301,
        b"temp" => rule.status = 302,
        b"seeother" => rule.status = 303,
        digits if digits.first().is_some_and(u8::is_ascii_digit) => {
            rule.status = u16::try_from(number(digits)).unwrap_or(500);
            if !(300..400).contains(&rule.status) {
                rule.flags.extend([RuleFlag::Status, RuleFlag::NoSubstitution]);
            }
        }
        // Any other word sets no status at all, and a redirect without one is a 302.
        _ => rule.status = 302,
    }
}

/// The leading number, 0 if there is none that counts.
fn number(text: &[u8]) -> usize {
    usize::try_from(count(text)).unwrap_or_default()
}

fn condition((input, pattern, field): Arguments<'_>, origin: Origin, place: Place) -> Condition {
    let flags = field.map(flag_list).unwrap_or_default();
    let has = |names: [&str; 2]| {
        flags.iter().any(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name.as_bytes())))
    };
    let (ignore_case, or_next) = (has(["nc", "nocase"]), has(["or", "ornext"]));
    let mut negated = pattern.first() == Some(&b'!');
    let pattern = pattern.strip_prefix(b"!").unwrap_or(pattern);
    let test = if input.eq_ignore_ascii_case(b"expr") {
        Test::Expression(parse_condition(pattern, origin).ok().map(|parsed| parsed.value))
    } else {
        negated ^= pattern.len() > 3 && pattern.starts_with(b"-ne");
        test(pattern, ignore_case)
    };
    Condition { input: input.to_owned(), test, negated, or_next, ignore_case, place }
}

fn test(pattern: &[u8], ignore_case: bool) -> Test {
    let compared = |order, or_same| Compared { order, or_same };
    match pattern {
        [b'-', letter @ (b'f' | b's' | b'd' | b'x')] => Test::File(*letter),
        [b'-', b'h' | b'L' | b'l'] => Test::File(b'l'),
        [b'-', b'U'] => Test::Url,
        [b'-', b'F'] => Test::Subrequest,
        [b'-', b'l', b't', number @ ..] if !number.is_empty() => {
            Test::Number(compared(Order::Less, false), number.to_owned())
        }
        [b'-', b'l', b'e', number @ ..] if !number.is_empty() => {
            Test::Number(compared(Order::Less, true), number.to_owned())
        }
        [b'-', b'g', b't', number @ ..] if !number.is_empty() => {
            Test::Number(compared(Order::More, false), number.to_owned())
        }
        [b'-', b'g', b'e', number @ ..] if !number.is_empty() => {
            Test::Number(compared(Order::More, true), number.to_owned())
        }
        // `-ne` is `-eq`, negated.
        [b'-', b'e', b'q', number @ ..] | [b'-', b'n', b'e', number @ ..] if !number.is_empty() => {
            Test::Number(compared(Order::Same, true), number.to_owned())
        }
        [b'>', b'=', text @ ..] => Test::Text(compared(Order::More, true), text.to_owned()),
        [b'>', text @ ..] if !text.is_empty() => Test::Text(compared(Order::More, false), text.to_owned()),
        [b'<', b'=', text @ ..] => Test::Text(compared(Order::Less, true), text.to_owned()),
        [b'<', text @ ..] if !text.is_empty() => Test::Text(compared(Order::Less, false), text.to_owned()),
        [b'=', b'"', b'"'] => Test::Text(compared(Order::Same, true), Vec::new()),
        [b'=', text @ ..] if !text.is_empty() => Test::Text(compared(Order::Same, true), text.to_owned()),
        _ => Test::Matches(Pattern::compile(pattern, ignore_case).ok()),
    }
}
