//! Paths: how httpd joins them, and where they lie here.

use std::path::{Path, PathBuf};

use htlint::read::{BadMap, Files, How, Located, Mapping, Memory, PathMap, merge, normalize};

/// Root, path and what `apr_filepath_merge` (apr 1.7.2, flag TRUENAME) made of them.
const MERGED: &[(&str, &str, &str)] = &[
    ("/etc/apache2", ".htpasswd", "/etc/apache2/.htpasswd"),
    ("/etc/apache2", "./a", "/etc/apache2/a"),
    ("/etc/apache2", "../a", "/etc/a"),
    ("/etc/apache2", "../../../../a", "/a"),
    ("/etc/apache2", "a//b", "/etc/apache2/a/b"),
    ("/etc/apache2", "/a//b", "/a/b"),
    ("/etc/apache2", "//a/b", "/a/b"),
    ("/etc/apache2", "///a", "/a"),
    ("/etc/apache2", "/a/./b/../c", "/a/c"),
    ("/etc/apache2", "/..", "/"),
    ("/etc/apache2", "/../a", "/a"),
    ("/etc/apache2", "/a/", "/a/"),
    ("/etc/apache2", "/a/.", "/a/"),
    ("/etc/apache2", "/a/..", "/"),
    ("/etc/apache2", "/a/b/..", "/a/"),
    ("/etc/apache2", "/a/b/../", "/a/"),
    ("/etc/apache2", "", "/etc/apache2/"),
    ("/etc/apache2", ".", "/etc/apache2/"),
    ("/etc/apache2", "..", "/etc/"),
    ("/etc/apache2", "../..", "/"),
    ("/etc/apache2", "C:/x", "/etc/apache2/C:/x"),
    ("/etc/apache2", "http://h/a", "/etc/apache2/http:/h/a"),
    ("/etc/apache2", "/a/...", "/a/..."),
    ("/etc/apache2", "a/../../b", "/etc/b"),
    ("/etc/apache2", "a/", "/etc/apache2/a/"),
    ("/etc/apache2", "/", "/"),
    ("/etc/apache2", "//", "/"),
    ("/etc/apache2", "/./", "/"),
    ("/etc/apache2/", "a", "/etc/apache2/a"),
    ("/", "a", "/a"),
    ("/", "../a", "/a"),
];

#[test]
fn paths_are_merged_as_apr_merges_them() {
    for (root, path, merged) in MERGED {
        let ours = merge(Path::new(root), Path::new(path)).unwrap();
        // `Path` compares names only; the slash at the end matters.
        assert_eq!(ours.to_str(), Some(*merged), "{root} + {path}");
    }
    for (root, most) in [("/", 4091), ("/e", 4090), ("/etc/apache2", 4080), ("/etc/apache2/", 4079)] {
        assert!(merge(Path::new(root), &PathBuf::from("a".repeat(most))).is_some());
        assert!(merge(Path::new(root), &PathBuf::from("a".repeat(most + 1))).is_none());
    }
    assert_eq!(normalize(Path::new("/a//./b/..")).to_str(), Some("/a/"));
}

fn map(pairs: &[&str]) -> PathMap {
    let mappings = pairs.iter().map(|pair| Mapping::parse(pair, Path::new("/here")).unwrap());
    mappings.fold(PathMap::default(), PathMap::mapped)
}

fn lies(map: &PathMap, files: &dyn Files, server: &str) -> Option<(String, How)> {
    match map.locate(files, Path::new(server)) {
        Located::Local { path, how } => Some((path.to_str().unwrap().to_owned(), how)),
        Located::Unmapped => None,
    }
}

#[test]
fn the_longest_mapping_wins_on_whole_names() {
    let map = map(&["/var/www=site", "/var/www/html/=/web", "/etc/.htpasswd=test/users", "/=rest", "/var/www=late"]);
    let at = |server| lies(&map, &Memory::new(), server).map(|(path, how)| (path, how == How::Mapped));
    let mapped = |path: &str| Some((path.to_owned(), true));
    assert_eq!(at("/var/www/a"), mapped("/here/site/a"));
    assert_eq!(at("/var/www"), mapped("/here/site"));
    assert_eq!(at("/var/www/html/a/b"), mapped("/web/a/b"));
    assert_eq!(at("/var/www/html/../x/"), mapped("/here/site/x/"));
    assert_eq!(at("/var/www2/a"), mapped("/here/rest/var/www2/a"));
    assert_eq!(at("/etc/.htpasswd"), mapped("/here/test/users"));
    assert_eq!(at("relative"), None);
}

#[test]
fn a_map_argument_is_refused_in_clear_words() {
    let parse = |text| Mapping::parse(text, Path::new("/here")).unwrap_err();
    assert_eq!(parse("/a"), BadMap::NoPair("/a".to_owned()));
    assert_eq!(parse("/a").to_string(), "`/a` is no SERVER_PATH=LOCAL_PATH: there is no `=` in it");
    assert_eq!(parse("a=b"), BadMap::NotAbsolute("a".to_owned()));
    assert_eq!(parse("=b"), BadMap::NotAbsolute(String::new()));
    assert_eq!(parse("/a="), BadMap::NoLocal("/a=".to_owned()));
    assert!(Mapping::parse("/a=b=c", Path::new("/here")).is_ok());
}

#[test]
fn the_other_ways_come_in_their_order() {
    let files = Memory::new()
        .file("/image/var/pw", "x")
        .symlink("/image/etc/pw", "/var/pw")
        .symlink("/image/up", "../../../var")
        .file("/conf/pw", "x");
    let nothing = PathMap::default();
    assert_eq!(lies(&nothing, &files, "/dev/null"), Some(("/dev/null".to_owned(), How::Everywhere)));
    assert_eq!(lies(&nothing, &files, "/conf/pw"), None);
    let image = nothing.clone().below(PathBuf::from("/image"));
    assert_eq!(lies(&image, &files, "/etc/pw"), Some(("/image/var/pw".to_owned(), How::Root)));
    assert_eq!(lies(&image, &files, "/up/pw"), Some(("/image/var/pw".to_owned(), How::Root)));
    assert_eq!(lies(&image, &files, "/etc/none/x"), Some(("/image/etc/none/x".to_owned(), How::Root)));
    assert_eq!(lies(&image, &files, "/var/pw/"), Some(("/image/var/pw/".to_owned(), How::Root)));
    let host = nothing.clone().on_host();
    assert_eq!(lies(&host, &files, "/etc//pw"), Some(("/etc/pw".to_owned(), How::Host)));
    let own = nothing.own(PathBuf::from("/conf"));
    assert_eq!(lies(&own, &files, "/conf/pw"), Some(("/conf/pw".to_owned(), How::Own)));
    assert_eq!(lies(&own, &files, "/conf/none"), None);
}

#[test]
fn the_one_file_with_the_longest_common_end_is_inferred() {
    let inferred = |files: &[&str], server: &str| {
        let files: Vec<PathBuf> = files.iter().map(|file| Path::new("/co").join(file)).collect();
        let map = PathMap::default().project(Path::new("/co"), &files);
        let (path, how) = lies(&map, &Memory::new(), server)?;
        let How::Inferred { names } = how else { panic!("{how:?}") };
        Some((path, names))
    };
    let at = |path: &str, names| Some((path.to_owned(), names));
    let both = [".htpasswd", "admin/.htpasswd"];
    assert_eq!(inferred(&both, "/var/www/admin/.htpasswd"), at("/co/admin/.htpasswd", 2));
    assert_eq!(inferred(&both, "/var/www/.htpasswd"), None, "two end alike");
    assert_eq!(inferred(&both[..1], "/var/www/.htpasswd"), at("/co/.htpasswd", 1));
    assert_eq!(inferred(&both[1..], "/admin/.htpasswd"), None, "a URL path");
    assert_eq!(inferred(&both, "/.htpasswd"), None);
    assert_eq!(inferred(&["public/admin/pw", "b/admin/pw"], "/srv/public/admin/pw"), at("/co/public/admin/pw", 3));
    assert_eq!(inferred(&["public/admin/pw", "b/admin/pw"], "/srv/admin/pw"), None);
    assert_eq!(inferred(&both, "/x/../srv//admin/./.htpasswd"), at("/co/admin/.htpasswd", 2));
    assert_eq!(inferred(&both, "/srv/admin/.htpasswd/"), None);
    assert_eq!(inferred(&both, "srv/admin/.htpasswd"), None);
    assert_eq!(inferred(&both, "/srv/htpasswd"), None);
    assert_eq!(inferred(&["a/../x"], "/"), None);
}
