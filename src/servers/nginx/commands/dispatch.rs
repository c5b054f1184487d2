//! Which function judges a directive without a block.

use super::{access, backends, content, hashes, http, modules, rewrite, upstream, values};
use crate::servers::nginx::reader::{Reader, Stop, Use};
use crate::servers::nginx::script::{Value, scripted};
use crate::servers::nginx::tree::{BlockId, Item};
use crate::source::Place;

/// Judges a directive; an error is what the server refuses, or what keeps htlint from telling.
pub(in super::super) fn simple(reader: &mut Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let kind = reader.tree.get(scope).kind;
    if matches!(kind.modules(), "mail" | "stream") {
        return Ok(());
    }
    if kind.modules() == "http" {
        for index in scripted(&item.name, item.args.len()) {
            reader.script(item, index)?;
        }
    }
    match item.name.as_slice() {
        b"load_module" => modules::load(reader, scope, item),
        b"user" => modules::user(reader, item),
        b"worker_processes" => modules::workers(item),
        b"worker_priority" => modules::priority(item),
        b"worker_cpu_affinity" => modules::affinity(item),
        b"thread_pool" => modules::pool(reader, scope, item),
        b"map_hash_bucket_size" | b"map_hash_max_size" => hashes::of_maps(reader, scope, item),
        b"access_log" => values::access_log(reader, item).and_then(|()| modules::log(reader, item)),
        b"error_log" | b"pid" => modules::log(reader, item),
        b"client_body_temp_path"
        | b"proxy_temp_path"
        | b"fastcgi_temp_path"
        | b"uwsgi_temp_path"
        | b"scgi_temp_path" => modules::folder(reader, item),
        name if name.ends_with(b"_cache_path") => {
            values::plain(reader, scope, item).and_then(|()| modules::made(reader, item))
        }
        b"listen" => http::listen(reader, scope, item),
        b"server_name" => http::server_name(reader, item),
        b"resolver" => http::resolver(reader, item),
        b"keepalive_timeout" => http::keepalive(item),
        b"open_file_cache" => http::file_cache(item),
        b"expires" => content::expires(item),
        b"limit_rate" | b"limit_rate_after" => http::rate(item),
        b"allow" | b"deny" | b"set_real_ip_from" => access::address(reader, item),
        b"satisfy" => Ok(()),
        b"auth_request_set" => access::declare(reader, item),
        b"limit_req_zone" | b"limit_conn_zone" => access::zone(reader, item),
        b"limit_req" | b"limit_conn" => access::limit(reader, scope, item),
        b"root" | b"alias" => content::root(reader, scope, item),
        b"error_page" => content::error_page(item),
        b"try_files" => content::try_files(item),
        b"index" => content::index(item),
        b"charset" | b"default_type" | b"add_header" | b"add_trailer" => content::header(item),
        b"return" => rewrite::returns(item),
        b"rewrite" => rewrite::rewrite(reader, item),
        b"set" => rewrite::set(reader, item),
        b"proxy_pass" | b"fastcgi_pass" | b"uwsgi_pass" | b"scgi_pass" | b"grpc_pass" | b"memcached_pass" => {
            upstream::pass(reader, scope, item)
        }
        b"server" => upstream::server(reader, scope, item),
        b"valid_referers" => rewrite::referers(reader, item),
        b"js_set" | b"perl_set" => access::declare(reader, item),
        name if name.ends_with(b"ssl_password_file") => backends::passphrases(reader, item),
        _ => values::plain(reader, scope, item),
    }
}

impl Reader<'_> {
    /// Notes the variables of a word.
    pub(in super::super) fn script(&mut self, item: &Item, index: usize) -> Result<(), Stop> {
        if item.args.get(index).is_some() {
            self.text(item, item.arg(index), item.place_of(index))?;
        }
        Ok(())
    }

    /// Notes the variables of a text.
    pub(in super::super) fn text(&mut self, item: &Item, text: &[u8], place: Place) -> Result<Value, Stop> {
        let value = Value::compile(text).map_err(|message| Stop::wrong(&item.name(), message, place))?;
        for name in value.variables() {
            self.uses.push(Use { name: name.to_vec(), directive: item.name(), place });
        }
        Ok(value)
    }
}
