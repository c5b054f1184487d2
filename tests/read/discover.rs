//! Discovery: which files are found, what they are, and which of them were asked about.

use std::fs;
use std::path::{Path, PathBuf};

use htlint::read::{Choice, Discovery, Disk, Excludes, Fault, FileType, Files, Kind, Memory, Unread, discover};

fn find(files: &dyn Files, named: &[&str]) -> Result<Vec<Discovery>, Vec<Unread>> {
    let named: Vec<PathBuf> = named.iter().map(PathBuf::from).collect();
    discover(files, Path::new("/srv"), &named, &Choice::default())
}

fn found(discovery: &Discovery) -> Vec<(&str, bool)> {
    discovery.found.iter().map(|found| (found.path.to_str().unwrap(), found.named)).collect()
}

fn project() -> Memory {
    Memory::new()
        .file("/srv/p/.git/HEAD", "ref")
        .file("/srv/p/.git/.htpasswd", "never")
        .file("/srv/p/.gitignore", ".htpasswd\n.hidden\n")
        .file("/srv/p/.htpasswd", "alice:x\n")
        .file("/srv/p/web/.htaccess", "AuthType Basic\n")
        .file("/srv/p/web/.hidden/.htaccess", "x\n")
        .file("/srv/p/web/index.html", "x\n")
        .file("/srv/other/.htpasswd", "x\n")
}

#[test]
fn hidden_and_ignored_files_are_found_and_git_is_not_entered() {
    let all = find(&project(), &["p"]).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].root, Path::new("/srv/p"));
    let expected = [("/srv/p/.htpasswd", true), ("/srv/p/web/.hidden/.htaccess", true), ("/srv/p/web/.htaccess", true)];
    assert_eq!(found(&all[0]), expected);
    assert_eq!(all[0].found[0].kind, Kind::UserFile);
    assert_eq!(all[0].files.len(), 5);
    assert!(all[0].files.contains(&PathBuf::from("/srv/p/web/index.html")));
}

#[test]
fn a_named_file_brings_its_project_as_context() {
    let all = find(&project(), &["p/./web/../.htpasswd", "other/.htpasswd"]).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(found(&all[0]), [("/srv/other/.htpasswd", true)]);
    let expected =
        [("/srv/p/.htpasswd", true), ("/srv/p/web/.hidden/.htaccess", false), ("/srv/p/web/.htaccess", false)];
    assert_eq!(found(&all[1]), expected);
    let all = find(&project(), &["p/web/.hidden", "p"]).unwrap();
    assert!(all.len() == 1 && all[0].found.iter().all(|found| found.named));
    let all = find(&project(), &["p/web/.hidden"]).unwrap();
    assert_eq!(found(&all[0]).iter().filter(|(_, named)| *named).count(), 1);
}

#[test]
fn a_project_inside_a_named_one_belongs_to_it() {
    let tree = project().file("/srv/p/sub/htlint.toml", "").file("/srv/p/sub/.htpasswd", "x");
    let all = find(&tree, &["p", "p/sub/.htpasswd"]).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].found.len(), 4);
    let all = find(&tree, &["p/sub/.htpasswd"]).unwrap();
    assert_eq!((all[0].root.as_path(), all[0].found.len()), (Path::new("/srv/p/sub"), 1));
}

#[test]
fn a_named_path_that_cannot_be_read_stops_all() {
    let tree = project()
        .file("/srv/locked/x", "")
        .failing("/srv/locked", Fault::Denied)
        .file("/srv/.htpasswd", "x")
        .failing("/srv/.htpasswd", Fault::Denied)
        .special("/srv/pipe/.htpasswd", FileType::Fifo);
    let unread = find(&tree, &["p", "gone", "locked", ".htpasswd", "pipe/.htpasswd"]).unwrap_err();
    let told: Vec<_> = unread.iter().map(|unread| (unread.path.to_str().unwrap(), unread.fault.clone())).collect();
    assert_eq!(
        told,
        [
            ("gone", Fault::Missing),
            ("locked", Fault::Denied),
            (".htpasswd", Fault::Denied),
            ("pipe/.htpasswd", Fault::NotRegular(FileType::Fifo))
        ]
    );
    assert_eq!(find(&tree, &["p/web/index.html"]).unwrap()[0].found.iter().filter(|found| found.named).count(), 0);
}

#[test]
fn folders_that_cannot_be_listed_are_told_and_no_more() {
    let tree = project().directory("/srv/p/locked").failing("/srv/p/locked", Fault::Denied);
    let all = find(&tree, &["p"]).unwrap();
    assert_eq!(all[0].faults, [Unread { path: PathBuf::from("/srv/p/locked"), fault: Fault::Denied }]);
    assert_eq!(all[0].found.len(), 3);
}

#[test]
fn links_to_files_count_and_links_to_folders_only_when_named() {
    let tree = project()
        .symlink("/srv/p/a/.htaccess", "../web/.htaccess")
        .symlink("/srv/p/b/.htaccess", "nowhere")
        .symlink("/srv/p/round", "..")
        .symlink("/srv/p/out", "/srv/other")
        .directory("/srv/p/c/.htaccess");
    let all = find(&tree, &["p"]).unwrap();
    let names: Vec<_> = found(&all[0]).into_iter().map(|(name, _)| name).collect();
    let expected = [
        "/srv/p/.htpasswd",
        "/srv/p/a/.htaccess",
        "/srv/p/c/.htaccess",
        "/srv/p/web/.hidden/.htaccess",
        "/srv/p/web/.htaccess",
    ];
    assert_eq!(names, expected);
    let all = find(&tree, &["p/out"]).unwrap();
    assert!(found(&all[0]).contains(&("/srv/p/out/.htpasswd", true)));
    let all = find(&tree, &["p/out/.htpasswd"]).unwrap();
    assert!(found(&all[0]).contains(&("/srv/p/out/.htpasswd", true)));
}

#[test]
fn excludes_are_written_as_in_a_gitignore() {
    let with = |globs: &[&str], named: &str| {
        let mut excludes = Excludes::default();
        excludes.add(Path::new("/srv/p"), &globs.iter().map(|&glob| glob.to_owned()).collect::<Vec<_>>()).unwrap();
        let choice = Choice { excludes, ..Choice::default() };
        let all = discover(&project(), Path::new("/srv"), &[PathBuf::from(named)], &choice).unwrap();
        all[0].found.iter().filter(|found| found.named).count()
    };
    assert_eq!(with(&[], "p"), 3);
    assert_eq!(with(&["web/"], "p"), 1);
    assert_eq!(with(&["/.htaccess"], "p"), 3);
    assert_eq!(with(&["/web/.htaccess"], "p"), 2);
    assert_eq!(with(&[".hid*"], "p"), 2);
    assert_eq!(with(&[".ht*", "!.htpasswd"], "p"), 1);
    assert_eq!(with(&["web"], "p/web/.htaccess"), 0);
    let bad = Excludes::default().add(Path::new("/"), &["a{b".to_owned()]).unwrap_err();
    assert_eq!(bad.glob, "a{b");
}

#[test]
fn other_names_for_access_files_take_the_place_of_htaccess() {
    let tree = project().file("/srv/p/.acl", "x");
    let choice = Choice { access_file_names: vec![".acl".to_owned()], ..Choice::default() };
    let all = discover(&tree, Path::new("/srv"), &[PathBuf::from("p")], &choice).unwrap();
    assert_eq!(found(&all[0]), [("/srv/p/.acl", true), ("/srv/p/.htpasswd", true)]);
}

#[cfg(unix)]
#[test]
fn the_disk_is_walked_as_memory_is() {
    let here = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(here.path()).unwrap();
    fs::create_dir_all(root.join("a/.git")).unwrap();
    fs::create_dir_all(root.join(".b")).unwrap();
    fs::write(root.join(".gitignore"), ".*\n").unwrap();
    for name in ["a/.htaccess", "a/.git/.htpasswd", ".b/.htpasswd"] {
        fs::write(root.join(name), "x").unwrap();
    }
    std::os::unix::fs::symlink(&root, root.join("a/round")).unwrap();
    let all = discover(&Disk::default(), &root, &[PathBuf::from(".")], &Choice::default()).unwrap();
    let names: Vec<_> = all[0].found.iter().map(|found| found.path.strip_prefix(&root).unwrap()).collect();
    assert_eq!(names, [Path::new(".b/.htpasswd"), Path::new("a/.htaccess")]);
    assert!(all[0].found.iter().all(|found| found.named));
    let unread = discover(&Disk::default(), &root, &[PathBuf::from("gone")], &Choice::default()).unwrap_err();
    assert_eq!(unread[0].fault, Fault::Missing);
}

/// Run with `--ignored`, and better in release, to see how long ten thousand sites take.
#[test]
#[ignore = "a measurement"]
fn ten_thousand_sites_are_walked_in_well_under_a_second() {
    let here = tempfile::tempdir().unwrap();
    for site in 0..10_000 {
        let web = here.path().join(format!("site{site}/web"));
        fs::create_dir_all(&web).unwrap();
        fs::write(web.join(".htaccess"), "x").unwrap();
        fs::write(web.join("../.htpasswd"), "x").unwrap();
    }
    let begun = std::time::Instant::now();
    let all = discover(&Disk::default(), here.path(), &[PathBuf::from(".")], &Choice::default()).unwrap();
    println!("{} files in {:?}", all[0].found.len(), begun.elapsed());
    assert_eq!(all[0].found.len(), 20_000);
    let named: Vec<PathBuf> = all[0].found.iter().map(|found| found.path.clone()).collect();
    let begun = std::time::Instant::now();
    let all = discover(&Disk::default(), here.path(), &named, &Choice::default()).unwrap();
    println!("{} roots of {} named files in {:?}", all.len(), named.len(), begun.elapsed());
    assert!(begun.elapsed().as_secs() < 5);
}
