//! How strictly requests are read.

use super::block::Setting;

/// `server.http-parseopts` (configfile.c, `config_http_parseopts`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ParseOptions {
    /// `url-normalize`
    pub normalize: bool,
    /// `url-normalize-required`
    pub required: bool,
    /// `url-normalize-unreserved`
    pub unreserved: bool,
    /// `url-ctrls-reject`
    pub reject_controls: bool,
    /// `url-path-2f-decode`
    pub decode_2f: bool,
    /// `url-path-2f-reject`
    pub reject_2f: bool,
    /// `url-path-dotseg-remove`
    pub remove_dots: bool,
    /// `url-path-dotseg-reject`
    pub reject_dots: bool,
    /// `url-query-20-plus`
    pub query_plus: bool,
    /// `url-invalid-utf8-reject`
    pub reject_bad_utf8: bool,
    /// `header-strict`
    pub header_strict: bool,
    /// `host-strict`
    pub host_strict: bool,
    /// `host-normalize`
    pub host_normalize: bool,
    /// `method-get-body`
    pub get_body: bool,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self {
            normalize: true,
            required: false,
            unreserved: true,
            reject_controls: true,
            decode_2f: true,
            reject_2f: false,
            remove_dots: true,
            reject_dots: false,
            query_plus: false,
            reject_bad_utf8: true,
            header_strict: true,
            host_strict: true,
            host_normalize: false,
            get_body: false,
        }
    }
}

impl ParseOptions {
    /// Those of a configuration; `old` are the keys of former times, which count for more.
    ///
    /// # Errors
    /// What the server complains of.
    pub(super) fn of(setting: Option<&Setting>, old: [Option<bool>; 3]) -> Result<Self, &'static str> {
        let mut options = Self::default();
        let mut decode_2f = true;
        for element in setting.map_or(&[][..], |setting| setting.value.elements()) {
            let on = element.value.truth().ok_or("unrecognized value for server.http-parseopts")?;
            let key = element.key.as_deref().unwrap_or_default();
            *options.slot(key).ok_or("unrecognized key for server.http-parseopts")? = on;
            if key == b"url-normalize" && !on {
                options.clear();
                break;
            }
            decode_2f &= on || key != b"url-path-2f-decode";
        }
        options.settle(decode_2f)?;
        let [header_strict, host_strict, host_normalize] = old;
        options.header_strict = header_strict.unwrap_or(options.header_strict);
        options.host_strict = host_strict.unwrap_or(options.host_strict);
        options.host_normalize = host_normalize.unwrap_or(options.host_normalize);
        Ok(options)
    }

    fn slot(&mut self, key: &[u8]) -> Option<&mut bool> {
        Some(match key {
            b"url-normalize" => &mut self.normalize,
            b"url-normalize-unreserved" => &mut self.unreserved,
            b"url-normalize-required" => &mut self.required,
            b"url-ctrls-reject" => &mut self.reject_controls,
            b"url-path-backslash-trans" => &mut self.normalize,
            b"url-path-2f-decode" => &mut self.decode_2f,
            b"url-path-2f-reject" => &mut self.reject_2f,
            b"url-path-dotseg-remove" => &mut self.remove_dots,
            b"url-path-dotseg-reject" => &mut self.reject_dots,
            b"url-query-20-plus" => &mut self.query_plus,
            b"url-invalid-utf8-reject" => &mut self.reject_bad_utf8,
            b"header-strict" => &mut self.header_strict,
            b"host-strict" => &mut self.host_strict,
            b"host-normalize" => &mut self.host_normalize,
            b"method-get-body" => &mut self.get_body,
            _ => return None,
        })
    }

    fn clear(&mut self) {
        let kept = *self;
        *self = Self {
            header_strict: kept.header_strict,
            host_strict: kept.host_strict,
            host_normalize: kept.host_normalize,
            get_body: kept.get_body,
            normalize: false,
            required: false,
            unreserved: false,
            reject_controls: false,
            decode_2f: false,
            reject_2f: false,
            remove_dots: false,
            reject_dots: false,
            query_plus: false,
            reject_bad_utf8: false,
        };
    }

    fn settle(&mut self, decode_2f: bool) -> Result<(), &'static str> {
        let url = [self.normalize, self.required, self.unreserved, self.reject_controls, self.decode_2f];
        let path = [self.reject_2f, self.remove_dots, self.reject_dots, self.query_plus, self.reject_bad_utf8];
        if !url.into_iter().chain(path).any(|on| on) {
            return Ok(());
        }
        self.normalize = true;
        if self.decode_2f && self.reject_2f {
            return Err("conflicting options: url-path-2f-decode, url-path-2f-reject");
        }
        if self.remove_dots && self.reject_dots {
            return Err("conflicting options: url-path-dotseg-remove, url-path-dotseg-reject");
        }
        if !self.unreserved && !self.required {
            (self.unreserved, self.reject_bad_utf8) = (true, true);
            self.decode_2f |= decode_2f && !self.reject_2f;
        }
        Ok(())
    }
}
