//! Any bytes whatsoever: no panic, and what must always hold.

use std::path::{Path, PathBuf};

use htlint::config::Config;
use htlint::read::{
    Account, Excludes, Files, Kind, Located, Mapping, Memory, PathMap, merge, normalize, real, server_path,
};
use proptest::prelude::{any, proptest};

proptest! {
    #[test]
    fn any_text_is_read_or_refused(bytes in any::<Vec<u8>>(), text in any::<String>()) {
        let _ = Account::parse(&text, &bytes, &bytes);
        let _ = Config::parse(Path::new("/htlint.toml"), bytes);
        let _ = Config::parse(Path::new("/htlint.toml"), text.clone().into());
        let _ = Mapping::parse(&text, Path::new("/here"));
        let _ = Kind::of(Path::new(&text), std::slice::from_ref(&text));
        let mut excludes = Excludes::default();
        let _ = excludes.add(Path::new("/here"), std::slice::from_ref(&text));
        let _ = excludes.has(Path::new(&text), true);
    }

    #[test]
    fn a_clean_path_stays_as_it_is(text in "[a./]{0,20}", root in "/[a./]{0,8}") {
        let clean = normalize(Path::new(&text));
        assert_eq!(normalize(&clean).as_os_str(), clean.as_os_str());
        assert!(clean.has_root());
        let merged = merge(Path::new(&root), Path::new(&text)).unwrap();
        assert_eq!(normalize(&merged).as_os_str(), merged.as_os_str());
    }

    #[test]
    fn any_path_lies_somewhere_or_nowhere(bytes in any::<Vec<u8>>(), links in proptest::collection::vec("[ab./]{1,6}", 4)) {
        let files = ["/a", "/b", "/a/a", "/b/b"].iter().zip(&links);
        let files = files.fold(Memory::new().file("/c/d", "x"), |files, (at, to)| files.symlink(at, to));
        let path = server_path(&bytes);
        let map = PathMap::default().below(PathBuf::from("/")).project(Path::new("/"), std::slice::from_ref(&path));
        let _ = (map.locate(&files, &path), real(&files, &path), files.read(&path), files.entries(&path));
        for link in &links {
            if let Located::Local { path, .. } = map.locate(&files, Path::new(link)) {
                let _ = files.read(&path);
            }
            let _ = real(&files, Path::new(link)).map(|real| files.stat(&real).unwrap());
        }
    }
}
