//! Directives of the server as a whole (src/core/nginx.c; src/core/ngx_log.c).

use std::path::Path;

use crate::answer::{Missing, Reason};
use crate::read::{self, Account, Located, group_number};
use crate::servers::nginx::directives::number;
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item};

/// The modules that Debian ships, with those that must be there before them.
const SHIPPED: [(&str, &str); 21] = [
    ("ndk_http_module.so", ""),
    ("ngx_http_auth_pam_module.so", ""),
    ("ngx_http_cache_purge_module.so", ""),
    ("ngx_http_dav_ext_module.so", ""),
    ("ngx_http_echo_module.so", ""),
    ("ngx_http_fancyindex_module.so", ""),
    ("ngx_http_geoip2_module.so", ""),
    ("ngx_http_geoip_module.so", ""),
    ("ngx_http_headers_more_filter_module.so", ""),
    ("ngx_http_image_filter_module.so", ""),
    ("ngx_http_lua_module.so", "ndk_http_module.so"),
    ("ngx_http_perl_module.so", ""),
    ("ngx_http_subs_filter_module.so", ""),
    ("ngx_http_uploadprogress_module.so", ""),
    ("ngx_http_upstream_fair_module.so", ""),
    ("ngx_http_xslt_filter_module.so", ""),
    ("ngx_mail_module.so", ""),
    ("ngx_nchan_module.so", ""),
    ("ngx_stream_geoip2_module.so", "ngx_stream_module.so"),
    ("ngx_stream_geoip_module.so", "ngx_stream_module.so"),
    ("ngx_stream_module.so", ""),
];

/// `load_module`: before any block, each once, and the file must be there (`ngx_load_module`).
pub(super) fn load(reader: &mut Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    if reader.tree.get(scope).items.iter().any(|other| other.block.is_some()) {
        return Err(Stop::wrong("load_module", "\"load_module\" directive is specified too late", item.place));
    }
    let path = Reader::rooted(item.arg(0));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let shipped = SHIPPED.iter().find(|(known, _)| *known == name);
    let there = match reader.locate(&path) {
        Located::Local { path, .. } => reader.target.files.stat(&path).is_ok(),
        Located::Unmapped => true,
    };
    let failed = |why: &str| format!("dlopen() \"{}\" failed ({why})", path.display());
    let Some((_, needs)) = shipped else {
        if !there {
            return Err(Stop::wrong("load_module", failed("cannot open shared object file"), item.place));
        }
        return Err(Stop::unknown(Missing::Module { name, directive: "load_module".to_owned() }, item.place));
    };
    if reader.target.paths.is_host() && !there {
        return Err(Stop::wrong("load_module", failed("cannot open shared object file"), item.place));
    }
    if !needs.is_empty() && !reader.modules.contains(*needs) {
        return Err(Stop::wrong("load_module", failed("undefined symbol"), item.place));
    }
    if !reader.modules.insert(name.clone()) {
        return Err(Stop::wrong("load_module", format!("module \"{name}\" is already loaded"), item.place));
    }
    Ok(())
}

/// `user`: the names must be known where they are looked up (`ngx_set_user`).
pub(super) fn user(reader: &Reader<'_>, item: &Item) -> Result<(), Stop> {
    if !reader.target.paths.is_host() {
        return Ok(());
    }
    let files = reader.target.files;
    let name = String::from_utf8_lossy(item.arg(0)).into_owned();
    // The name is looked up as it is: a `#` before a number means nothing here.
    if name.starts_with('#') || Account::named(&name, files).is_none() {
        return Err(Stop::wrong("user", format!("getpwnam(\"{name}\") failed"), item.place_of(0)));
    }
    let group = item.args.get(1).map_or(name, |word| String::from_utf8_lossy(&word.value).into_owned());
    if group.starts_with('#') || group_number(&group, files).is_none() {
        return Err(Stop::wrong("user", format!("getgrnam(\"{group}\") failed"), item.place));
    }
    Ok(())
}

/// `worker_processes` (`ngx_set_worker_processes`).
pub(super) fn workers(item: &Item) -> Result<(), Stop> {
    if item.arg(0) == b"auto" || number(item.arg(0)).is_some() {
        return Ok(());
    }
    Err(Stop::wrong("worker_processes", "\"worker_processes\" directive invalid value", item.place))
}

/// `worker_priority`: a number, perhaps with a sign (`ngx_set_priority`).
pub(super) fn priority(item: &Item) -> Result<(), Stop> {
    let text = item.arg(0);
    let plain = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    match number(plain) {
        Some(_) => Ok(()),
        None => Err(Stop::wrong("worker_priority", "\"worker_priority\" directive invalid number", item.place)),
    }
}

/// `worker_cpu_affinity`: masks of ones and zeros (`ngx_set_cpu_affinity`).
pub(super) fn affinity(item: &Item) -> Result<(), Stop> {
    let automatic = item.arg(0) == b"auto";
    if automatic && item.args.len() > 2 {
        let message = "invalid number of arguments in \"worker_cpu_affinity\" directive";
        return Err(Stop::wrong("worker_cpu_affinity", message, item.place));
    }
    let masks = || item.args.iter().skip(usize::from(automatic));
    if masks().all(|word| word.value.len() <= 1024 && word.value.iter().all(|byte| b"01 ".contains(byte))) {
        return Ok(());
    }
    Err(Stop::wrong("worker_cpu_affinity", "invalid character in \"worker_cpu_affinity\"", item.place))
}

/// `thread_pool` (`ngx_thread_pool`).
pub(super) fn pool(reader: &Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let refuse = |words: &str| Err(Stop::wrong("thread_pool", words, item.place));
    let valued = |name: &str| {
        let mut words = item.args.iter().skip(1);
        words.find_map(|word| word.value.strip_prefix(name.as_bytes())).map(number)
    };
    let known = |word: &[u8]| word.starts_with(b"threads=") || word.starts_with(b"max_queue=");
    let mut items = reader.tree.get(scope).items.iter();
    if items.any(|other| other.name == item.name && other.arg(0) == item.arg(0)) {
        return refuse("duplicate thread pool");
    }
    if !item.args.iter().skip(1).all(|word| known(&word.value)) {
        return refuse("\"thread_pool\" must have \"threads\" parameter");
    }
    match (valued("threads="), valued("max_queue=")) {
        (None, _) => refuse("\"thread_pool\" must have \"threads\" parameter"),
        (Some(None | Some(0)), _) => refuse("invalid threads value"),
        (_, Some(None)) => refuse("invalid max_queue value"),
        _ => Ok(()),
    }
}

/// A log or pid file: its folder must be there when the server opens it (`ngx_conf_open_file`, `ngx_init_cycle`).
pub(super) fn log(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    let written = item.arg(0);
    let name = item.name();
    if name == "error_log" {
        levels(item)?;
    }
    let special = written == b"off" && name == "access_log"
        || (written == b"stderr" && name == "error_log")
        || written.starts_with(b"syslog:")
        || written.starts_with(b"memory:")
        || written.contains(&b'$');
    if special || !reader.target.paths.is_host() {
        return Ok(());
    }
    if written.is_empty() {
        return Ok(());
    }
    let path = Reader::rooted(written);
    let folder = path.parent().unwrap_or(Path::new("/"));
    let fault = match reader.target.files.stat(folder) {
        Ok(_) => match reader.target.files.stat(&path) {
            Ok(stat) if stat.kind == read::FileType::Directory => read::Fault::Directory,
            _ => return Ok(()),
        },
        Err(fault @ (read::Fault::Missing | read::Fault::NotADirectory | read::Fault::Loop)) => fault,
        Err(_) => return Ok(()),
    };
    let fault = format!("open() \"{}\" failed {fault}", path.display());
    reader.late.get_or_insert(Stop::fails(Reason::UnreadableConfig { fault }, item.place_of(0)));
    Ok(())
}

/// A folder for temporary files: the server makes it, but not the one above it (`ngx_create_paths`).
pub(super) fn folder(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    super::backends::judge(reader, item, "temp_path")?;
    made(reader, item)
}

/// A folder that the server makes, but not the one above it.
pub(super) fn made(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    let path = Reader::rooted(item.arg(0));
    let above = path.parent().unwrap_or(Path::new("/"));
    if reader.target.paths.is_host() && matches!(reader.target.files.stat(above), Err(read::Fault::Missing)) {
        let fault = format!("mkdir() \"{}\" failed {}", path.display(), read::Fault::Missing);
        reader.late.get_or_insert(Stop::fails(Reason::UnreadableConfig { fault }, item.place_of(0)));
    }
    Ok(())
}

fn levels(item: &Item) -> Result<(), Stop> {
    const LEVELS: [&[u8]; 8] = [b"emerg", b"alert", b"crit", b"error", b"warn", b"notice", b"info", b"debug"];
    let known = |level: &[u8]| LEVELS.contains(&level) || level.starts_with(b"debug_");
    let mut levels = item.args.iter().skip(1);
    // One severity, or any number of debugging levels.
    let twice = levels.len() > 1 && levels.clone().any(|word| !word.value.starts_with(b"debug_"));
    if twice {
        return Err(Stop::wrong("error_log", "duplicate log level", item.place));
    }
    match levels.find(|word| !known(&word.value)) {
        Some(word) => {
            let level = String::from_utf8_lossy(&word.value).into_owned();
            Err(Stop::wrong("error_log", format!("invalid log level \"{level}\""), item.place))
        }
        None => Ok(()),
    }
}
