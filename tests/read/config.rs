//! `htlint.toml`: what it may say, and where it is wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use htlint::config::{BadConfig, Config, FailOn, Modules};
use htlint::finding::Severity;
use htlint::read::{Fault, Located, Memory, PathMap};
use htlint::source::Position;

const WHOLE: &str = r#"
exclude = ["vendor/", "!keep"]
select = ["dead-hash"]
ignore = ["weak-hash", "nonsense"]
fail-on = "warning"

[paths]
"/var/www/html" = "public"
"/etc/apache2/" = "/conf"

[apache]
modules = ["mod_auth_basic.c"]
allow-override = ["AuthConfig", "Limit"]
access-file-names = [".htaccess", ".acl"]
define = { DEBUG = "1" }
env = { APACHE_LOG_DIR = "/var/log" }
run-as = "www-data"
"#;

fn parse(text: &str) -> Result<Config, BadConfig> {
    Config::parse(Path::new("/p/htlint.toml"), text.into())
}

#[test]
fn every_key_is_read() {
    let config = parse(WHOLE).unwrap();
    assert_eq!(config.folder(), Path::new("/p"));
    assert_eq!(config.exclude, ["vendor/", "!keep"]);
    assert_eq!(config.select.unwrap()[0].name, "dead-hash");
    assert_eq!(config.ignore[1].name, "nonsense");
    assert_eq!(config.ignore[1].at, Position { line: 4, column: 24 });
    assert_eq!(config.fail_on.and_then(FailOn::least), Some(Severity::Warning));
    let map = config.paths.into_iter().fold(PathMap::default(), PathMap::mapped);
    let at = |server| match map.told(&Memory::new(), Path::new(server)) {
        Located::Local { path, .. } => Some(path),
        Located::Unmapped => None,
    };
    assert_eq!(at("/var/www/html/.htpasswd"), Some(PathBuf::from("/p/public/.htpasswd")));
    assert_eq!(at("/etc/apache2/x"), Some(PathBuf::from("/conf/x")));
    assert_eq!(config.apache.modules, Some(Modules::These(vec!["mod_auth_basic.c".to_owned()])));
    assert_eq!(config.apache.allow_override.unwrap(), ["AuthConfig", "Limit"]);
    assert_eq!(config.apache.access_file_names.unwrap(), [".htaccess", ".acl"]);
    assert_eq!(config.apache.define, BTreeMap::from([("DEBUG".to_owned(), Some("1".to_owned()))]));
    assert_eq!(config.apache.env["APACHE_LOG_DIR"], "/var/log");
    assert_eq!(config.apache.run_as.as_deref(), Some("www-data"));
}

#[test]
fn an_empty_file_says_nothing() {
    let config = parse("").unwrap();
    assert!(config.exclude.is_empty() && config.select.is_none() && config.fail_on.is_none());
    assert_eq!(config.apache, htlint::config::Apache::default());
    assert_eq!(parse("[apache]\nmodules = \"all\"").unwrap().apache.modules, Some(Modules::All));
    assert_eq!(parse("[apache]\nmodules = \"debian-default\"").unwrap().apache.modules, Some(Modules::DebianDefault));
    assert_eq!(parse("[apache]\ndefine = [\"A\"]").unwrap().apache.define, BTreeMap::from([("A".to_owned(), None)]));
    assert_eq!(parse("fail-on = \"never\"").unwrap().fail_on.and_then(FailOn::least), None);
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    let table = [
        ("exclude = [\"a\"]\nselct = []\n", (2, 1), "unknown field `selct`"),
        ("[apache]\nmodule = 1\n", (2, 1), "unknown field `module`"),
        ("fail-on = \"maybe\"\n", (1, 11), "unknown variant `maybe`"),
        ("exclude = \"vendor\"\n", (1, 11), "expected a sequence"),
        ("exclude = [\"ok\",\n  \"a{b\"]\n", (2, 3), "unclosed"),
        ("[apache]\nmodules = \"some\"\n", (2, 11), "unknown set of modules `some`"),
        ("[apache]\nmodules = 3\n", (2, 11), "expected \"all\""),
        ("[apache]\ndefine = 3\n", (2, 10), "expected a list of names"),
        ("[paths]\n\"/a\" = \"b\"\n\"c\" = \"d\"\n", (3, 1), "the server's path `c` does not begin with `/`"),
        ("[paths]\n\"/a\" = \"\"\n", (2, 1), "names no local path"),
        ("a = \n", (1, 5), "string values must be quoted"),
        ("[apache\n", (1, 8), "unclosed table"),
        ("a = 1\na = 2\n", (2, 1), "duplicate key"),
    ];
    for (text, (line, column), said) in table {
        let error = parse(text).unwrap_err();
        assert!(error.message.contains(said), "{text}: {error}");
        assert_eq!(error.at, Some(Position { line, column }), "{text}: {error}");
    }
    let error = Config::parse(Path::new("/p/htlint.toml"), b"select = []\n# \xff\n".to_vec()).unwrap_err();
    assert_eq!(error.to_string(), "/p/htlint.toml:2:3: bytes that are not UTF-8");
}

#[test]
fn the_nearest_one_upwards_holds() {
    let files = Memory::new()
        .file("/p/htlint.toml", "exclude = [\"p\"]")
        .file("/p/a/htlint.toml", "exclude = [\"a\"]")
        .file("/p/b/.htaccess", "")
        .file("/p/c/htlint.toml", "x")
        .failing("/p/c/htlint.toml", Fault::Denied);
    let sought = |path: &str| Config::seek(&files, Path::new(path));
    let excluded = |path: &str| sought(path).unwrap().map(|config| config.exclude);
    assert_eq!(excluded("/p/b/.htaccess"), Some(vec!["p".to_owned()]));
    assert_eq!(excluded("/p/b"), Some(vec!["p".to_owned()]));
    assert_eq!(excluded("/p/a/x/y"), Some(vec!["a".to_owned()]));
    assert_eq!(excluded("/q"), None);
    assert_eq!(sought("/p/c/x").unwrap_err().to_string(), "/p/c/htlint.toml: (13)Permission denied");
}
