//! Configurations: servers, locations and what stands in them.

use super::support::chance::Chance;

const REALMS: [&str; 10] =
    ["\"Staff only\"", "Den", "off", "\"off\"", "Off", "\"\"", "$room", "\"$host here\"", "$key", "'a # b'"];
const USER_FILES: [&str; 12] = [
    "@ROOT@/etc/readers",
    "readers",
    "@ROOT@/etc/readers",
    "readers",
    "others",
    "@ROOT@/etc/link",
    "nowhere",
    "@ROOT@/etc",
    "@ROOT@/etc/readers/x",
    "@ROOT@/etc/$host.users",
    "$host.users",
    "\"@ROOT@/etc/others\"",
];
const ADDRESSES: [&str; 8] = ["127.0.0.1", "127.0.0.0/8", "10.0.0.0/8", "192.0.2.7", "all", "all", "::1", "unix:"];
const NAMES: [&str; 12] = [
    "inner.test",
    "outer.test",
    "*.outer.test",
    ".inner.test",
    "www.*",
    "~^r\\d",
    "_",
    "\"\"",
    "~^(?<who>.+)\\.who$",
    "other",
    "INNER.test",
    "a.outer.test",
];
const LOCATIONS: [&str; 40] = [
    "/",
    "/den/",
    "/den",
    "/yard/",
    "/den/in/",
    "= /",
    "= /den/a.txt",
    "= /den",
    "^~ /den/",
    "^~ /yard",
    "~ \\.png$",
    "~* \\.PNG$",
    "~ \\.(png|php)$",
    "~ ^/den/",
    "~ a.txt",
    "~ ^/(den|yard)/(.*)$",
    "~* den",
    "/none",
    "/gate",
    "/gate/",
    "= /gate",
    "@aside",
    "@other",
    "/bare/",
    "/bare",
    "\"/den/sp ace.txt\"",
    "/D",
    "~ ^/[dy]",
    "~ \"^/[a-z]{3}/\"",
    "^~ /",
    "/yard",
    "/shut/",
    "/errors/",
    "=/yard/b.txt",
    "~ ^/(?<part>[a-z]+)/",
    "/den/a.txt",
    "~ /in/",
    "/den/none",
    "~ html$",
    "den/",
];
const CONDITIONS: [&str; 22] = [
    "($arg_x)",
    "($arg_lock = 1)",
    "($request_method = POST)",
    "($request_method != GET)",
    "($http_x_key = open)",
    "($http_x_key ~ ^op)",
    "($host ~* \"^INNER\")",
    "(-f $request_filename)",
    "(!-e $request_filename)",
    "(-d $request_filename)",
    "($cookie_pass)",
    "($uri ~ ^/den/(.*)$)",
    "($remote_addr = 127.0.0.1)",
    "($key = shut)",
    "($invalid_referer)",
    "($http_user_agent !~ probe)",
    "( $args = \"\" )",
    "($scheme = https)",
    "($uri !~* \\.TXT$)",
    "($query_string ~ x)",
    "($http_authorization)",
    "($remote_user = wanda)",
];
const TARGETS: [&str; 12] = [
    "/den/a.txt",
    "/yard/b.txt",
    "/errors/e.html",
    "/none",
    "/yard/",
    "@aside",
    "/den/in/c.txt?q=1",
    "@other",
    "/index.html",
    "$uri",
    "/gate",
    "/den/",
];

struct Writer<'c> {
    chance: &'c mut Chance,
    text: String,
    depth: usize,
}

/// A main configuration.
pub(crate) fn config(chance: &mut Chance) -> String {
    let mut writer = Writer { chance, text: String::new(), depth: 0 };
    writer.main();
    writer.text
}

impl Writer<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn one(&mut self, choice: &[&'static str]) -> &'static str {
        let one: &&'static str = self.chance.one_of(choice);
        one
    }

    fn once_in(&mut self, many: usize) -> bool {
        self.chance.below(many) == 0
    }

    fn main(&mut self) {
        let user = self.one(&[
            "user www-data;",
            "user www-data;",
            "user www-data;",
            "user www-data www-data;",
            "user nobody nogroup;",
            "",
        ]);
        self.line(user);
        self.line("worker_processes 1;");
        self.line("events { worker_connections 64; }");
        self.line("http {");
        self.depth += 1;
        self.line("access_log off;");
        self.line("map $http_x_key $key { default off; open Open; ~^sh shut; }");
        let room = self.one(&[
            "map $host $room { default Room; inner.test off; }",
            "map $uri $room { default off; ~^/den Den; /yard/ $key; }",
            "geo $room { default Far; 127.0.0.0/8 Near; 10.0.0.0/8 off; }",
            "geo $room { default off; 192.0.2.0/24 Near; }",
            "map $host $room { hostnames; default Room; *.outer.test off; .inner.test off; www.* X; }",
        ]);
        self.line(room);
        if self.once_in(4) {
            self.guard();
        }
        if self.once_in(8) {
            self.rules();
        }
        let servers = 1 + self.chance.below(3);
        for number in 0..servers {
            self.server(number);
        }
        self.line("server { listen 127.0.0.1:@PORT@; server_name end.of.way; root @ROOT@/site;");
        self.depth += 1;
        if self.once_in(2) {
            self.guard();
        }
        self.line("}");
        self.depth -= 2;
        self.line("}");
    }

    fn server(&mut self, number: usize) {
        self.line("server {");
        self.depth += 1;
        let marked = number == 1 && self.once_in(3);
        let listen = if marked { "listen 127.0.0.1:@PORT@ default_server;" } else { "listen 127.0.0.1:@PORT@;" };
        self.line(listen);
        if number > 0 || self.once_in(2) {
            let (one, other) = (self.one(&NAMES), self.one(&NAMES));
            self.line(&format!("server_name {one} {other};"));
        }
        let root = self.one(&["root @ROOT@/site;", "root @ROOT@/site;", "root @ROOT@/site/;", "root @ROOT@/alt;"]);
        self.line(root);
        self.items(3, true);
        let mut taken: Vec<&str> = Vec::new();
        for _ in 0..=self.chance.below(6) {
            let name = self.one(&LOCATIONS);
            if !taken.contains(&key(name)) {
                taken.push(key(name));
                self.location(name, 0);
            }
        }
        for name in ["@aside", "@other"] {
            if !taken.contains(&name) && !self.once_in(4) {
                self.location(name, 2);
            }
        }
        self.depth -= 1;
        self.line("}");
    }

    fn location(&mut self, name: &'static str, nested: usize) {
        self.line(&format!("location {name} {{"));
        self.depth += 1;
        self.items(if name.starts_with('@') { 1 } else { 4 }, false);
        let plain = name.starts_with('/') || name.starts_with("^~ /");
        if plain && nested < 2 && self.once_in(3) {
            let own = name.trim_start_matches("^~ ");
            let inner =
                LOCATIONS.iter().filter(|inner| inner.starts_with(own) && **inner != own).copied().collect::<Vec<_>>();
            if !inner.is_empty() && self.once_in(2) {
                let inner = self.one(&inner);
                self.location(inner, nested + 1);
            } else {
                let inner = self.one(&["~ \\.png$", "~ a", "~* TXT$"]);
                self.location(inner, nested + 1);
            }
        }
        self.depth -= 1;
        self.line("}");
    }

    /// Settings, at most so many kinds of them.
    #[allow(clippy::too_many_lines, reason = "one arm for each kind, and nothing else")]
    fn items(&mut self, most: usize, server: bool) {
        let mut kinds: Vec<usize> = Vec::new();
        for _ in 0..self.chance.below(most + 1) {
            let kind = self.chance.below(22);
            if kinds.contains(&kind) {
                continue;
            }
            kinds.push(kind);
            match kind {
                0..=4 if !kinds.iter().any(|other| *other < 5 && *other != kind) => self.guard(),
                0..=4 => {}
                5 => self.rules(),
                6 => self.returns(server),
                7 => self.rewrite(),
                8 | 9 => self.branch(server),
                10 => self.error_pages(),
                11 => self.tries(),
                12 => {
                    let index = self.one(&[
                        "index a.txt;",
                        "index none index.html;",
                        "index c.txt /den/a.txt;",
                        "index $room index.html;",
                    ]);
                    self.line(index);
                }
                13 => self.line("autoindex on;"),
                14 if server => {
                    let line =
                        self.one(&["merge_slashes off;", "underscores_in_headers on;", "include part/one.conf;"]);
                    self.line(line);
                }
                14 => self.limits(),
                15 if !server => {
                    let line = self.one(&[
                        "internal;",
                        "alias @ROOT@/alt/;",
                        "alias @ROOT@/alt;",
                        "root @ROOT@/alt;",
                        "empty_gif;",
                        "stub_status;",
                    ]);
                    self.line(line);
                }
                16 => {
                    let line = self.one(&[
                        "auth_request /gate;",
                        "auth_request /gate/x;",
                        "auth_request off;",
                        "auth_request /none;",
                    ]);
                    self.line(line);
                }
                17 => self.line("set_real_ip_from 127.0.0.1;"),
                18 => {
                    self.line("set $mark 1;");
                    let line = self.one(&["set $key off;", "set $key On;", "set $args x=2;", "set $other $uri;"]);
                    self.line(line);
                }
                19 if !server => self.pass(),
                20 => self.line("valid_referers none server_names;"),
                21 if !server => self.line("dav_methods COPY MOVE;"),
                _ => {}
            }
        }
    }

    fn guard(&mut self) {
        let (realm, file) = (self.one(&REALMS), self.one(&USER_FILES));
        match self.chance.below(8) {
            0 => self.line(&format!("auth_basic {realm};")),
            1 => self.line(&format!("auth_basic_user_file {file};")),
            _ => {
                self.line(&format!("auth_basic {realm};"));
                self.line(&format!("auth_basic_user_file {file};"));
            }
        }
        if self.once_in(3) {
            let satisfy = self.one(&["satisfy any;", "satisfy all;", "satisfy any;", "satisfy ANY;"]);
            self.line(satisfy);
        }
    }

    fn rules(&mut self) {
        for _ in 0..=self.chance.below(2) {
            let (rule, address) = (self.one(&["allow", "deny"]), self.one(&ADDRESSES));
            self.line(&format!("{rule} {address};"));
        }
    }

    fn returns(&mut self, server: bool) {
        if server && !self.once_in(6) {
            return;
        }
        let line = self.one(&[
            "return 200;",
            "return 204;",
            "return 301 /den/;",
            "return 403;",
            "return 404;",
            "return 401;",
            "return 418 tea;",
            "return 444;",
            "return 302 http://inner.test/;",
            "return http://inner.test/;",
            "return 200 \"$uri\";",
            "return 500 \"\";",
            "return 307 /x;",
        ]);
        self.line(line);
    }

    fn rewrite(&mut self) {
        let pattern = self.one(&["^/den/(.*)$", "^", "/yard/(?<leaf>.*)", "\\.txt$", "^/none", "^/(\\w+)/(\\w+)"]);
        let target = self.one(&[
            "/yard/$1",
            "/den/a.txt",
            "/yard/b.txt?",
            "/index.html?q=$1",
            "/$2/$1",
            "/den/$leaf",
            "http://x/",
            "$uri/x",
        ]);
        let flag = self.one(&["", " last", " break", " last", " break", " redirect", " permanent"]);
        self.line(&format!("rewrite {pattern} {target}{flag};"));
    }

    fn branch(&mut self, server: bool) {
        let condition = self.one(&CONDITIONS);
        if condition.contains("invalid_referer") {
            return;
        }
        self.line(&format!("if {condition} {{"));
        self.depth += 1;
        match self.chance.below(6) {
            0 | 1 => self.returns(false),
            2 => self.rewrite(),
            3 => self.line("set $key Closed;"),
            4 if !server => self.pass(),
            4 => self.line("break;"),
            _ => self.returns(false),
        }
        self.depth -= 1;
        self.line("}");
    }

    fn error_pages(&mut self) {
        for _ in 0..=self.chance.below(2) {
            let code = self.one(&[
                "404", "401", "403", "401 403", "500 502", "405", "404 =", "401 =200", "403 =404", "401 =", "301",
            ]);
            let target = self.one(&TARGETS);
            let target = if self.once_in(10) { "http://x/" } else { target };
            self.line(&format!("error_page {code} {target};"));
        }
        if self.once_in(4) {
            self.line("recursive_error_pages on;");
        }
    }

    fn tries(&mut self) {
        let (one, last) =
            (self.one(&["$uri", "$uri/", "$uri $uri/", "/yard$uri", "/none", "$uri.html"]), self.one(&TARGETS));
        let last = if self.once_in(3) { "=404" } else { last };
        self.line(&format!("try_files {one} {last};"));
    }

    fn limits(&mut self) {
        let methods = self.one(&["GET", "GET POST", "HEAD", "post", "GET PUT DELETE"]);
        self.line(&format!("limit_except {methods} {{"));
        self.depth += 1;
        match self.chance.below(3) {
            0 => self.line("deny all;"),
            1 => self.rules(),
            _ => {
                let (realm, file) = (self.one(&REALMS), self.one(&USER_FILES));
                self.line(&format!("auth_basic {realm}; auth_basic_user_file {file};"));
            }
        }
        self.depth -= 1;
        self.line("}");
    }

    fn pass(&mut self) {
        let url = self.one(&[
            "http://127.0.0.1:1",
            "http://unix:/none.sock",
            "http://127.0.0.1:@PORT@",
            "http://127.0.0.1:$server_port",
        ]);
        self.line(&format!("proxy_pass {url};"));
        if url.contains("PORT") || url.contains("port") {
            // To another server: to itself it would go on for ever.
            self.line("proxy_set_header Host end.of.way;");
            if self.once_in(4) {
                self.line("proxy_set_header Authorization \"\";");
            }
        }
    }
}

/// What makes two locations the same.
fn key(name: &'static str) -> &'static str {
    name.trim_start_matches("^~ ")
}
