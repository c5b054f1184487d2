//! The values of plain directives (Squid `src/cf.data.pre`, their `TYPE`; `src/cache_cf.cc`, `parse_onoff` and its kin;
//! `src/Parsing.cc`; `src/helper/ChildConfig.cc`).

/// Directives and the types of their values, one a line.
const TYPES: &str = include_str!("types.txt");
/// Units of time (`src/time/gadgets.cc` and `src/cache_cf.cc`, `parseTimeUnit`).
const UNITS: [&str; 12] = [
    "nanosecond",
    "microsecond",
    "millisecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "fortnight",
    "month",
    "year",
    "decade",
];
/// Units of size; what stands behind them is not looked at.
const SIZES: [&str; 4] = ["bytes", "kb", "mb", "gb"];

/// Whether Squid takes the values of a directive.
pub(super) fn fits(name: &str, values: &[&str]) -> bool {
    let of = TYPES.lines().find_map(|line| line.split_once(' ').filter(|(_, known)| *known == name));
    match of.map(|(kind, _)| kind) {
        None => true,
        Some("onoff") => is_switch(values, false),
        Some("tristate") => is_switch(values, true),
        Some("int") => values.first().is_some_and(|value| value.parse::<i64>().is_ok()),
        Some("time") => is_time(values),
        Some("bytes") => is_size(values),
        Some("children") => children(values).is_some(),
        Some(_) => !values.is_empty(),
    }
}

/// `on`, `off` and their kin.
pub(super) fn is_switch(values: &[&str], third: bool) -> bool {
    let known = |value: &&str| matches!(*value, "on" | "off" | "enable" | "disable") || (third && *value == "warn");
    values.first().is_some_and(known)
}

/// A number and a unit of time.
pub(super) fn is_time(values: &[&str]) -> bool {
    let Some((number, rest)) = values.split_first() else { return false };
    let unit = |unit: &&str| {
        let unit = unit.to_ascii_lowercase();
        UNITS.contains(&unit.strip_suffix('s').unwrap_or(&unit))
    };
    number.parse::<f64>().is_ok_and(|number| number == 0.0 || rest.first().is_some_and(unit))
}

/// A number, perhaps with a unit of size.
pub(super) fn is_size(values: &[&str]) -> bool {
    let Some((number, rest)) = values.split_first() else { return false };
    let unit = |unit: &&str| SIZES.iter().any(|size| unit.to_ascii_lowercase().starts_with(size));
    matches!(*number, "none" | "-1")
        || number.parse::<f64>().is_ok_and(|number| number == 0.0 || rest.first().is_none_or(unit))
}

/// How many helpers are started at once; nothing: Squid refuses the line.
pub(super) fn children(values: &[&str]) -> Option<u32> {
    let (most, options) = values.split_first()?;
    let most = most.parse::<u32>().ok().filter(|most| *most > 0)?;
    let mut startup = 0;
    for option in options {
        match option.split_once('=')? {
            ("startup", number) => startup = number.parse().ok()?,
            ("idle" | "concurrency" | "queue-size" | "reservation-timeout", number) => {
                number.parse::<u32>().ok()?;
            }
            ("on-persistent-overload", "ERR" | "die") => {}
            _ => return None,
        }
    }
    Some(startup.min(most))
}

/// `http_port`: a port, perhaps with an address in front; `https_port` has a certificate too.
pub(super) fn is_port(name: &str, values: &[&str]) -> bool {
    let Some((address, options)) = values.split_first() else { return false };
    let port = address.rsplit_once(':').map_or(*address, |(_, port)| port);
    let certificate = options.iter().any(|option| option.starts_with("cert=") || option.starts_with("tls-cert="));
    port.parse::<u16>().is_ok_and(|port| port > 0) && (name != "https_port" || certificate)
}

/// What a line of `if` says; nothing: Squid refuses it (`EvalBoolExpr`).
pub(super) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" => return Some(true),
        "false" => return Some(false),
        _ => {}
    }
    let (one, other) = text.split_once('=')?;
    let number = |text: &str| text.trim().parse::<i64>().ok();
    Some(number(one)? == number(other)?)
}

/// When a list of `time` holds: always, or it hangs on the clock; nothing: Squid refuses it.
pub(super) fn always(values: &[String]) -> Option<bool> {
    const DAYS: &str = "SMTWHFA";
    let (mut days, mut spans, mut named) = (String::new(), Vec::new(), false);
    for value in values {
        if let Some((from, to)) = value.split_once('-') {
            let minutes = |text: &str| {
                let (hour, minute) = text.split_once(':')?;
                let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
                Some(hour * 60 + minute)
            };
            let (from, to) = (minutes(from)?, minutes(to)?);
            if from > to || to > 24 * 60 {
                return None;
            }
            spans.push((from, to));
        } else if value.chars().all(|day| DAYS.contains(day) || day == 'D') {
            named = true;
            days.push_str(&value.replace('D', "MTWHF"));
        } else {
            return None;
        }
    }
    let all_days = !named || DAYS.chars().all(|day| days.contains(day));
    let all_day = spans.is_empty() || spans.iter().any(|(from, to)| *from == 0 && *to >= 23 * 60 + 59);
    Some(all_days && all_day && spans.len() <= 1)
}
