//! Reading: what is read, what is refused, and in which words.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use htlint::read::{Disk, Entry, Fault, FileType, Files, LIMIT, Memory, real};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn path(text: &str) -> &Path {
    Path::new(text)
}

#[test]
fn a_file_is_read_and_what_is_none_is_named() {
    let here = folder();
    fs::write(here.path().join("f"), b"alice:x\n").unwrap();
    assert_eq!(Disk::default().read(&here.path().join("f")).unwrap(), b"alice:x\n");
    assert_eq!(Disk::default().read(&here.path().join("g")), Err(Fault::Missing));
    assert_eq!(Disk::default().read(&here.path().join("f/g")), Err(Fault::NotADirectory));
    assert_eq!(Disk::default().read(&here.path().join("f/")), Err(Fault::NotADirectory));
    assert_eq!(Disk::default().read(here.path()), Err(Fault::Directory));
    assert_eq!(Disk::default().stat(&here.path().join("f")).unwrap().len, 8);
    assert_eq!(Disk::default().entries(&here.path().join("f")), Err(Fault::NotADirectory));
    assert_eq!(Disk::default().read(path("/dev/null")).unwrap(), b"");
    assert_eq!(Disk::default().read(path("/dev/zero")), Err(Fault::NotRegular(FileType::Device)));
}

#[cfg(unix)]
#[test]
fn a_pipe_and_a_socket_are_not_opened() {
    let here = folder();
    let pipe = here.path().join(".htpasswd");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let begun = Instant::now();
    assert_eq!(Disk::default().read(&pipe), Err(Fault::NotRegular(FileType::Fifo)));
    assert!(begun.elapsed() < Duration::from_secs(1));
    let socket = here.path().join("socket");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert_eq!(Disk::default().read(&socket), Err(Fault::NotRegular(FileType::Socket)));
}

#[cfg(unix)]
#[test]
fn links_lead_on_or_nowhere_or_round() {
    let here = folder();
    let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, here.path().join(name)).unwrap();
    fs::write(here.path().join("f"), b"x").unwrap();
    link("f", "good");
    link("gone", "dangling");
    link("b", "a");
    link("a", "b");
    let read = |name: &str| Disk::default().read(&here.path().join(name));
    assert_eq!(read("good").unwrap(), b"x");
    assert_eq!(read("dangling"), Err(Fault::Missing));
    assert_eq!(read("a"), Err(Fault::Loop));
    let real_folder = fs::canonicalize(here.path()).unwrap();
    assert_eq!(real(&Disk::default(), &here.path().join("good")).unwrap(), real_folder.join("f"));
    assert_eq!(real(&Disk::default(), &here.path().join("dangling")), Err(Fault::Missing));
    assert_eq!(real(&Disk::default(), &here.path().join("a")), Err(Fault::Loop));
}

#[test]
fn a_giant_is_refused_without_being_read() {
    let here = folder();
    let giant = here.path().join("giant");
    fs::File::create(&giant).unwrap().set_len(2 << 30).unwrap();
    let begun = Instant::now();
    assert_eq!(Disk::default().read(&giant), Err(Fault::TooLarge { limit: LIMIT }));
    assert!(begun.elapsed() < Duration::from_millis(200));
    fs::write(&giant, b"12345").unwrap();
    assert_eq!(Disk::with_limit(5).read(&giant).unwrap(), b"12345");
    assert_eq!(Disk::with_limit(4).read(&giant), Err(Fault::TooLarge { limit: 4 }));
}

#[test]
fn a_file_that_grows_while_it_is_read_is_never_half_believed() {
    let here = folder();
    let growing = here.path().join("growing");
    fs::write(&growing, vec![b'a'; 1 << 20]).unwrap();
    let until = Instant::now() + Duration::from_millis(200);
    let writer = {
        let growing = growing.clone();
        std::thread::spawn(move || {
            use std::io::Write;
            let mut file = fs::OpenOptions::new().append(true).open(growing).unwrap();
            while Instant::now() < until {
                file.write_all(b"b").unwrap();
            }
        })
    };
    while Instant::now() < until {
        match Disk::default().read(&growing) {
            Ok(bytes) => assert!(bytes.len() >= 1 << 20),
            Err(fault) => assert_eq!(fault.to_string(), "changed while it was read"),
        }
    }
    writer.join().unwrap();
}

#[test]
fn faults_speak_as_the_system_does() {
    let words = [
        (Fault::Missing, "(2)No such file or directory"),
        (Fault::Denied, "(13)Permission denied"),
        (Fault::NotADirectory, "(20)Not a directory"),
        (Fault::Directory, "(21)Is a directory"),
        (Fault::Loop, "(40)Too many levels of symbolic links"),
        (Fault::NotRegular(FileType::Fifo), "not a regular file but a named pipe"),
        (Fault::TooLarge { limit: 7 }, "larger than 7 bytes"),
    ];
    for (fault, said) in words {
        assert_eq!(fault.to_string(), said);
    }
    let error = std::io::Error::from_raw_os_error(13);
    assert_eq!(Fault::from(error), Fault::Denied);
}

/// A small tree in memory that has everything the disk can have.
fn tree() -> Memory {
    Memory::new()
        .file("/site/.htaccess", "x")
        .file("/site/secret/.htpasswd", "alice:x\n")
        .failing("/site/secret", Fault::Denied)
        .symlink("/site/link", "../site/.htaccess")
        .symlink("/site/dir", "/site")
        .symlink("/round", "/round/x")
        .symlink("/gone", "nowhere")
        .special("/pipe", FileType::Fifo)
}

#[test]
fn memory_answers_as_the_disk_would() {
    let tree = tree();
    assert_eq!(tree.read(path("/site/link")).unwrap(), b"x");
    assert_eq!(tree.read(path("/site/dir/dir/.htaccess")).unwrap(), b"x");
    assert_eq!(tree.read(path("/site/.htaccess/")), Err(Fault::NotADirectory));
    assert_eq!(tree.read(path("/site")), Err(Fault::Directory));
    assert_eq!(tree.read(path("/site/secret/.htpasswd")), Err(Fault::Denied));
    assert_eq!(tree.stat(path("/site/secret")).unwrap().kind, FileType::Directory);
    assert_eq!(tree.read(path("/round")), Err(Fault::Loop));
    assert_eq!(tree.read(path("/gone")), Err(Fault::Missing));
    assert_eq!(tree.read(path("/pipe")), Err(Fault::NotRegular(FileType::Fifo)));
    assert_eq!(real(&tree, path("/site/dir/../site/./link")).unwrap(), PathBuf::from("/site/.htaccess"));
    let kinds: Vec<Entry> = tree.entries(path("/site")).unwrap();
    let names: Vec<_> = kinds.iter().map(|entry| (entry.path.to_str().unwrap(), entry.kind)).collect();
    assert_eq!(
        names,
        [
            ("/site/.htaccess", FileType::Regular),
            ("/site/dir", FileType::Link),
            ("/site/link", FileType::Link),
            ("/site/secret", FileType::Directory)
        ]
    );
}
