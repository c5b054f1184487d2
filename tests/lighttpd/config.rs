//! Configurations: modules, rules, conditions in one another, and now and then a slip.

use super::people::REALMS;
use super::support::chance::Chance;

const BASE: &str = "server.document-root = \"@ROOT@/www\"\nserver.bind = \"127.0.0.1\"\nserver.port = @PORT@\n\
                    server.username = \"www-data\"\nserver.groupname = \"www-data\"\n";
const MODULES: [&str; 10] = [
    "mod_access",
    "mod_redirect",
    "mod_rewrite",
    "mod_alias",
    "mod_setenv",
    "mod_status",
    "mod_expire",
    "mod_indexfile",
    "mod_authn_file",
    "mod_staticfile",
];
const KEYS: [&str; 16] = [
    "/priv/",
    "/priv/",
    "/priv/",
    "/priv",
    "/",
    "",
    "/priv/sub/",
    "/pub/",
    "/PRIV/",
    "^/priv/",
    "priv/",
    "/priv/a.txt",
    "/priv/*",
    "/none",
    "/open/",
    "//",
];
const WHO: [&str; 16] = [
    "valid-user",
    "valid-user",
    "valid-user",
    "valid-user",
    "user=ann",
    "user=ann|user=ben",
    "user=ann|group=staff",
    "group=staff",
    "host=one",
    "user=ann |user=ben",
    "user=cid",
    "user=e f",
    "valid-user|user=ann",
    "ann",
    "user=",
    "user=ben|",
];
const CONDITIONS: [&str; 40] = [
    "$HTTP[\"url\"] =^ \"/priv\"",
    "$HTTP[\"url\"] =~ \"^/priv/\"",
    "$HTTP[\"url\"] == \"/priv/a.txt\"",
    "$HTTP[\"url\"] != \"/priv/a.txt\"",
    "$HTTP[\"url\"] =$ \".txt\"",
    "$HTTP[\"url\"] =~ \"\\.txt$\"",
    "$HTTP[\"url\"] !~ \"^/(priv|pub)/\"",
    "$HTTP[\"url\"] =~ \"(?i)^/PRIV\"",
    "$HTTP[\"url\"] =^ \"/PRIV\"",
    "$HTTP[\"url\"] =~ \"a.t[xy]t$\"",
    "$HTTP[\"host\"] == \"one\"",
    "$HTTP[\"host\"] == \"two:80\"",
    "$HTTP[\"host\"] != \"localhost\"",
    "$HTTP[\"host\"] =~ \"^one$\"",
    "$HTTP[\"host\"] =~ \"(^|\\.)three\\.\"",
    "$HTTP[\"host\"] =$ \".example\"",
    "$HTTP[\"host\"] =^ \"www.\"",
    "$HTTP[\"host\"] !~ \"o\"",
    "$HTTP[\"remoteip\"] == \"127.0.0.1\"",
    "$HTTP[\"remoteip\"] == \"127.0.0.0/8\"",
    "$HTTP[\"remoteip\"] != \"10.0.0.0/8\"",
    "$HTTP[\"remote-ip\"] =~ \"^127\\.\"",
    "$HTTP[\"remoteip\"] == \"::1\"",
    "$HTTP[\"remoteip\"] == \"10.1.2.3/31\"",
    "$HTTP[\"request-method\"] == \"GET\"",
    "$HTTP[\"request-method\"] =~ \"^(HEAD|POST)$\"",
    "$HTTP[\"querystring\"] == \"open\"",
    "$HTTP[\"query-string\"] =~ \"x\"",
    "$HTTP[\"scheme\"] == \"http\"",
    "$HTTP[\"useragent\"] =~ \"robot\"",
    "$HTTP[\"referer\"] == \"\"",
    "$HTTP[\"cookie\"] =~ \"a=\"",
    "$REQUEST_HEADER[\"X-Door\"] == \"side\"",
    "$REQUEST_HEADER[\"x-door\"] != \"side\"",
    "$SERVER[\"socket\"] == \"127.0.0.1:@PORT@\"",
    "$HTTP[\"url\"] =~ \"[\"",
    "$HTTP[\"path\"] == \"/\"",
    "$HTTP[\"remoteip\"] == \"one\"",
    "$HTTP[\"host\"] == \"\"",
    "$HTTP[\"url\"] =~ \"\"",
];
const SETTINGS: [&str; 34] = [
    "auth.require = ()",
    "auth.require = ()",
    "auth.backend = \"plain\"",
    "auth.backend = \"htdigest\"",
    "auth.backend = \"htpasswd\"",
    "auth.backend = \"\"",
    "auth.backend.htpasswd.userfile = \"@ROOT@/none\"",
    "auth.backend.htpasswd.userfile = \"\"",
    "auth.backend.plain.userfile = \"@ROOT@/users\"",
    "url.access-deny = ( \".txt\" )",
    "url.access-deny = ( \"a.txt\", \"~\" )",
    "url.access-allow = ( \".txt\", \"/\" )",
    "url.redirect = ( \"^/priv/(.*)\" => \"/pub/$1\" )",
    "url.redirect = ( \"^/open\" => \"/x\" )\nurl.redirect-code = 307",
    "url.rewrite = ( \"^/open/(.*)\" => \"/priv/$1\" )",
    "url.rewrite-once = ( \"^/priv/a\" => \"/pub/b.txt\" )",
    "url.rewrite-repeat = ( \"^/none\" => \"/open\", \"^/open\" => \"/priv/a.txt\" )",
    "url.rewrite-if-not-file = ( \"^/(none|side)\" => \"/priv/a.txt?x\" )",
    "url.rewrite = ( \"^/open\" => \"bad\" )",
    "alias.url = ( \"/side/\" => \"@ROOT@/www/priv/\" )",
    "alias.url = ( \"/priv/\" => \"@ROOT@/www/pub/\" )",
    "index-file.names = ( \"index.html\" )",
    "index-file.names = ( \"a.txt\", \"b.txt\" )",
    "index-file.names = ()",
    "dir-listing.activate = \"enable\"",
    "server.error-handler-404 = \"/pub/b.txt\"",
    "server.error-handler-404 = \"/priv/a.txt\"",
    "server.document-root = \"@ROOT@/www/pub\"",
    "server.force-lowercase-filenames = \"enable\"",
    "server.follow-symlink = \"disable\"",
    "static-file.exclude-extensions = ( \".txt\" )",
    "setenv.set-request-header = ( \"Authorization\" => \"\" )",
    "status.status-url = \"/priv/none\"",
    "server.name = \"x\"",
];
const PARSING: [&str; 8] = [
    "\"url-normalize\" => \"disable\"",
    "\"url-path-2f-decode\" => \"disable\"",
    "\"url-path-2f-reject\" => \"enable\"",
    "\"url-ctrls-reject\" => \"disable\"",
    "\"url-invalid-utf8-reject\" => \"disable\"",
    "\"host-strict\" => \"disable\"",
    "\"url-normalize-required\" => \"enable\"",
    "\"url-path-dotseg-remove\" => \"disable\"",
];
const SLIPS: [&str; 22] = [
    "=", "==", "=>", ",", "(", ")", "{", "}", "[", "]", "$", "\"", "+", "+=", ":=", "#", "x", "\n", "else", "1", "\r",
    " ",
];

/// The configuration with what it serves and includes.
pub(crate) fn files(chance: &mut Chance) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = [
        "www/index.html",
        "www/priv/index.html",
        "www/priv/a.txt",
        "www/priv/sub/s.txt",
        "www/pub/b.txt",
        "www/privateer/x.txt",
        "www/empty/.keep",
    ]
    .map(|path| (path.to_owned(), format!("{path}\n").into_bytes()))
    .into();
    let included: String = (0..chance.below(3)).map(|_| setting(chance) + "\n").collect();
    files.push(("more/one.conf".to_owned(), included.into_bytes()));
    let mut text = format!("server.modules = ( {} )\n", modules(chance));
    for (backend, file) in [("htpasswd", "users"), ("plain", "plain"), ("htdigest", "digests")] {
        if chance.below(12) > 0 {
            text += &format!("auth.backend.{backend}.userfile = \"@ROOT@/{file}\"\n");
        }
    }
    if chance.below(10) > 0 {
        text += &format!("auth.backend = \"{}\"\n", chance.one_of(&["htpasswd", "htpasswd", "plain", "htdigest"]));
    }
    if chance.below(8) > 0 {
        text += &rules(chance);
    }
    if chance.below(4) == 0 {
        text += &format!("server.http-parseopts = ( {} )\n", chance.one_of(&PARSING));
    }
    let mut used = vec![named("auth.backend"), named("auth.require"), named("index-file.names")];
    for _ in 0..chance.below(5) {
        text += &piece(chance, 0, &mut used);
    }
    if chance.below(12) == 0 {
        text += "include \"more/*.conf\"\n";
    }
    // The slips spare the address: the client would not find the server.
    let text = if chance.below(6) == 0 { slipped(chance, &text) } else { text };
    files.push(("lighttpd.conf".to_owned(), format!("{BASE}{text}").into_bytes()));
    files
}

fn modules(chance: &mut Chance) -> String {
    let mut modules: Vec<String> = (0..chance.below(6)).map(|_| format!("\"{}\"", chance.one_of(&MODULES))).collect();
    if chance.below(12) > 0 {
        modules.insert(chance.below(modules.len() + 1), "\"mod_auth\"".to_owned());
    }
    modules.join(", ")
}

fn rules(chance: &mut Chance) -> String {
    let how = *chance.one_of(&["=", "=", "=", "=", "+=", ":="]);
    let mut rules: Vec<String> = (0..=chance.below(3)).map(|_| rule(chance)).collect();
    if chance.below(30) > 0 {
        let mut seen = Vec::new();
        rules.retain(|rule| {
            let key = rule.split("=>").next().unwrap_or_default().to_lowercase();
            let new = !seen.contains(&key);
            seen.push(key);
            new
        });
    }
    format!("auth.require {how} ( {} )\n", rules.join(", "))
}

fn rule(chance: &mut Chance) -> String {
    let method = *chance.one_of(&["basic", "basic", "basic", "digest", "digest", "extern"]);
    let method = if chance.below(40) == 0 { "Basic" } else { method };
    let realm = if chance.below(3) == 0 { *chance.one_of(&REALMS) } else { "grove" };
    // The slips at the end of the list stop the start, so they are seldom.
    let who = WHO[if chance.below(12) == 0 { chance.below(WHO.len()) } else { chance.below(12) }];
    let key = chance.one_of(&KEYS);
    let mut fields = vec![
        format!("\"method\" => \"{method}\""),
        format!("\"realm\" => \"{realm}\""),
        format!("\"require\" => \"{who}\""),
    ];
    if chance.below(40) == 0 {
        fields.remove(chance.below(3));
    }
    format!("\"{key}\" => ( {} )", fields.join(", "))
}

fn setting(chance: &mut Chance) -> String {
    if chance.below(4) == 0 { rules(chance) } else { (*chance.one_of(&SETTINGS)).to_owned() }
}

fn named(key: &str) -> String {
    key.to_owned()
}

/// A setting, or a condition with some. A key that the block has already stops the start, so it is seldom.
fn piece(chance: &mut Chance, depth: usize, used: &mut Vec<String>) -> String {
    if chance.below(3) == 0 || depth > 2 {
        let setting = setting(chance);
        let keys: Vec<String> = setting.lines().filter_map(|line| line.split(' ').next()).map(named).collect();
        if keys.iter().any(|key| used.contains(key)) && chance.below(30) > 0 {
            return String::new();
        }
        used.extend(keys);
        return setting + "\n";
    }
    let mut text = new_condition(chance, used) + &block(chance, depth);
    while chance.below(3) == 0 {
        text += "else ";
        if chance.below(2) == 0 {
            text += &block(chance, depth);
            return text;
        }
        text += &(new_condition(chance, used) + &block(chance, depth));
    }
    text
}

/// One that the block has not yet, as a rule: two of one text are one block.
fn new_condition(chance: &mut Chance, used: &mut Vec<String>) -> String {
    let mut text = condition(chance);
    while used.contains(&named(text.trim_end())) && chance.below(4) > 0 {
        text = condition(chance);
    }
    used.push(named(text.trim_end()));
    text
}

/// The last few stop the start, so they are seldom.
fn condition(chance: &mut Chance) -> String {
    let most = if chance.below(20) == 0 { CONDITIONS.len() } else { 35 };
    CONDITIONS[chance.below(most)].to_owned() + *chance.one_of(&[" ", " ", "\n"])
}

fn block(chance: &mut Chance, depth: usize) -> String {
    let mut used = Vec::new();
    let inner: String = (0..=chance.below(2)).map(|_| piece(chance, depth + 1, &mut used)).collect();
    format!("{{\n{inner}}}\n")
}

/// One or two words put in, taken away or doubled.
fn slipped(chance: &mut Chance, text: &str) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..=chance.below(2) {
        let at = chance.below(text.len());
        match chance.below(5) {
            0 | 1 => drop(text.splice(at..at, chance.one_of(&SLIPS).chars())),
            2 => drop(text.remove(at)),
            3 => {
                let end = (at + chance.below(30)).min(text.len());
                drop(text.drain(at..end));
            }
            _ => {
                let end = (at + chance.below(60)).min(text.len());
                let again: Vec<char> = text[at..end].to_vec();
                drop(text.splice(at..at, again));
            }
        }
    }
    text.into_iter().collect()
}
