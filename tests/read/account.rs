//! Accounts: who they are, and what they may open.

use std::path::{Path, PathBuf};

use htlint::read::{Account, Fault, FileType, Memory, Obstacle, Refusal, group_number};

const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n# odd\nbroken:x:y\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n\
                      nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin";
const GROUP: &str = "root:x:0:\nwww-data:x:33:\nssl:x:110:nobody,www-data\nstaff:x:50:www-data2\nweb:x:111:www-data\n";

fn worker() -> Account {
    Account::parse("www-data", PASSWD.as_bytes(), GROUP.as_bytes()).unwrap()
}

#[test]
fn accounts_come_with_their_groups() {
    let expected = Account { name: "www-data".to_owned(), uid: 33, gid: 33, groups: vec![110, 111] };
    assert_eq!(worker(), expected);
    let files = Memory::new().file("/etc/passwd", PASSWD).file("/etc/group", GROUP);
    assert_eq!(Account::named("www-data", &files), Some(expected.clone()));
    assert_eq!(Account::named("#33", &files), Some(expected));
    assert_eq!(Account::named("nobody", &files).unwrap().uid, 65534);
    for stranger in ["apache", "", "#", "#4", "broken", "# odd"] {
        assert_eq!(Account::named(stranger, &files), None, "{stranger}");
    }
    assert_eq!(Account::named("root", &Memory::new()), None);
    assert_eq!(group_number("staff", &files), Some(50));
    assert_eq!(group_number("#7", &files), Some(7));
    assert_eq!(group_number("gone", &files), None);
    assert_eq!(worker().with_group(50).gid, 50);
}

/// What becomes of the file when it has this mode, owner and group, for the worker (33, of the groups 33, 110, 111).
fn opens(mode: u32, uid: u32, gid: u32) -> bool {
    let files = Memory::new().file("/srv/pw", "x").owned("/srv/pw", mode, uid, gid);
    let answer = worker().may_open(&files, Path::new("/srv/pw"));
    if let Err(refusal) = &answer {
        assert_eq!(refusal, &Refusal { at: PathBuf::from("/srv/pw"), what: Obstacle::Unreadable });
    }
    answer.is_ok()
}

#[test]
fn only_the_first_class_that_fits_counts() {
    assert!(opens(0o644, 0, 0));
    assert!(opens(0o640, 0, 33));
    assert!(opens(0o640, 0, 110));
    assert!(opens(0o400, 33, 0));
    assert!(!opens(0o600, 0, 33));
    assert!(!opens(0o640, 0, 50));
    assert!(!opens(0o044, 33, 33), "the owner's bits alone count for the owner");
    assert!(!opens(0o604, 0, 111), "the group's bits alone count for the group");
    assert!(!opens(0o111, 0, 0));
}

#[test]
fn every_directory_on_the_real_way_must_let_it_through() {
    let stage = |mode| {
        Memory::new()
            .file("/home/ann/site/.htpasswd", "x")
            .owned("/home/ann", mode, 1000, 1000)
            .symlink("/var/www/site", "/home/ann/site")
            .symlink("/var/www/pw", "site/../site/.htpasswd")
    };
    let open = |mode: u32, path: &str| worker().may_open(&stage(mode), Path::new(path));
    let shut = Err(Refusal { at: PathBuf::from("/home/ann"), what: Obstacle::Unsearchable });
    for path in ["/home/ann/site/.htpasswd", "/var/www/site/.htpasswd", "/var/www/pw"] {
        assert_eq!(open(0o711, path), Ok(()));
        assert_eq!(open(0o700, path), shut);
        assert_eq!(open(0o744, path), shut);
    }
    let root = Account { name: "root".to_owned(), uid: 0, gid: 0, groups: Vec::new() };
    assert_eq!(root.may_open(&stage(0o000), Path::new("/var/www/pw")), Ok(()));
    assert_eq!(worker().may_search(&stage(0o700), Path::new("/home/ann")), shut);
    assert_eq!(worker().may_search(&stage(0o711), Path::new("/var/www/site")), Ok(()));
    let denied = stage(0o711).owned("/", 0o700, 0, 0);
    let refusal = worker().may_open(&denied, Path::new("/var/www/pw")).unwrap_err();
    assert_eq!(refusal, Refusal { at: PathBuf::from("/"), what: Obstacle::Unsearchable });
}

#[test]
fn what_is_no_readable_file_is_told_apart() {
    let files = Memory::new()
        .file("/srv/pw", "x")
        .directory("/srv/dir")
        .special("/srv/pipe", FileType::Fifo)
        .symlink("/srv/a", "b")
        .symlink("/srv/b", "a")
        .symlink("/srv/gone", "nowhere")
        .symlink("/srv/null", "/dev/null")
        .special("/dev/null", FileType::Device)
        .directory("/ours")
        .failing("/ours", Fault::Denied);
    let table = [
        ("/srv/none", "/srv/none", Obstacle::Missing),
        ("/srv/none/pw", "/srv/none", Obstacle::Missing),
        ("/srv/gone", "/srv/nowhere", Obstacle::Missing),
        ("/srv/pw/", "/srv/pw", Obstacle::NotADirectory),
        ("/srv/pw/x", "/srv/pw", Obstacle::NotADirectory),
        ("/srv/dir", "/srv/dir", Obstacle::NotRegular(FileType::Directory)),
        ("/srv/dir/", "/srv/dir/", Obstacle::NotRegular(FileType::Directory)),
        ("/srv/pipe", "/srv/pipe", Obstacle::NotRegular(FileType::Fifo)),
        ("/srv/null", "/srv/null", Obstacle::NotRegular(FileType::Device)),
        ("/srv/a", "/srv/a", Obstacle::Loop),
        ("/ours/pw", "/ours/pw", Obstacle::Unseen),
    ];
    for (path, at, what) in table {
        let refusal = worker().may_open(&files, Path::new(path)).unwrap_err();
        assert_eq!(refusal, Refusal { at: PathBuf::from(at), what }, "{path}");
    }
    assert_eq!(worker().may_open(&files, Path::new("/dev/null")), Ok(()));
    assert_eq!(worker().may_open(&files, Path::new("/srv/pw")), Ok(()));
}

/// Builds small trees of all kinds and lets the kernel be the judge: a process of that account tries to read.
#[cfg(unix)]
#[test]
#[ignore = "needs root"]
fn the_kernel_agrees() {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    use std::os::unix::process::CommandExt;
    let here = tempfile::tempdir().unwrap();
    let root = std::fs::canonicalize(here.path()).unwrap();
    let account = Account { name: "worker".to_owned(), uid: 4033, gid: 4034, groups: Vec::new() };
    let allow = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    allow(&root, 0o755);
    let mut seed = 7_u64;
    let mut pick = |of: &[u32]| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        of[usize::try_from(seed >> 33).unwrap() % of.len()]
    };
    let mut opened = 0;
    for case in 0..300 {
        let (one, two) = (root.join(format!("{case}")), root.join(format!("{case}/d")));
        std::fs::create_dir_all(&two).unwrap();
        std::fs::write(two.join("f"), "x").unwrap();
        symlink(["d/f", "./d/../d/f", "d/f/", "d", "up", "gone"][case % 6], one.join("up")).unwrap();
        symlink(&two, root.join(format!("{case}-to"))).unwrap();
        for path in [two.join("f"), two.clone(), one.clone()] {
            chown(&path, Some(pick(&[0, 4033])), Some(pick(&[0, 4034]))).unwrap();
            let bits = &[0o7, 0o5, 0o4, 0o1, 0o0, 0o7, 0o5];
            allow(&path, pick(bits) << 6 | pick(bits) << 3 | pick(bits));
        }
        for path in [two.join("f"), one.join("up"), root.join(format!("{case}-to/f")), two.join("f/."), two.join("g")] {
            let mut cat = std::process::Command::new("cat");
            let real = cat.arg(&path).current_dir("/").uid(4033).gid(4034).output().unwrap().status.success();
            let ours = account.may_open(&htlint::read::Disk::default(), &path);
            assert_eq!(ours.is_ok(), real, "{} {ours:?}", path.display());
            opened += u32::from(real);
        }
    }
    assert!(opened > 100);
}
