//! Addresses: which pages an experiment runs on, what a query string forces, where a redirect leads.

use super::rules::{is_true, text};
use crate::host::Host;
use crate::value::Value;

/// A pattern that addresses are held against.
#[derive(Clone, Debug)]
pub(super) struct UrlTarget {
    include: bool,
    /// A regular expression instead of a pattern with stars.
    regex: bool,
    pattern: String,
}

/// The parts of an absolute http(s) address that matter here.
#[derive(Clone, Copy, Debug, Default)]
struct Parts<'a> {
    host: &'a str,
    path: &'a str,
    query: &'a str,
    hash: &'a str,
}

fn parts(address: &str) -> Parts<'_> {
    let (address, hash) = address.split_once('#').unwrap_or((address, ""));
    let (address, query) = address.split_once('?').unwrap_or((address, ""));
    let (host, path) = match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash)),
        None => ("", address),
    };
    Parts { host, path, query, hash }
}

impl UrlTarget {
    pub(super) fn read(json: &Value) -> Option<Self> {
        let regex = match json.get("type").and_then(Value::text)? {
            "simple" => false,
            "regex" => true,
            _ => return None,
        };
        let include = json.get("include").is_none() || is_true(json, "include");
        Some(Self { include, regex, pattern: text(json, "pattern")? })
    }

    fn matches(&self, url: &str, host: &dyn Host) -> bool {
        if self.regex {
            let seen = parts(url);
            let rest = url.find(seen.host).map_or(url, |at| &url[at + seen.host.len()..]);
            return host.regex(&self.pattern, false, url) || host.regex(&self.pattern, false, rest);
        }
        let (seen, wanted) = (parts(url), parts(&self.pattern));
        let fits = |seen: &str, wanted: &str, path: bool| {
            let mut pattern = String::from("^");
            if path {
                pattern.push_str("\\/?");
            }
            let wanted = if path { wanted.trim_start_matches('/').trim_end_matches('/') } else { wanted };
            for c in wanted.chars() {
                match c {
                    '*' => pattern.push_str(".*"),
                    '.' | '+' | '?' | '^' | '$' | '{' | '}' | '(' | ')' | '|' | '[' | ']' | '\\' | '/' => {
                        pattern.push('\\');
                        pattern.push(c);
                    }
                    c => pattern.push(c),
                }
            }
            pattern.push_str(if path { "\\/?$" } else { "$" });
            host.regex(&pattern, true, seen)
        };
        (wanted.host.is_empty() || fits(seen.host, wanted.host, false))
            && fits(seen.path, wanted.path, true)
            && (wanted.hash.is_empty() || fits(seen.hash, wanted.hash, false))
            && pairs(wanted.query).all(|(key, wanted)| {
                let seen = pairs(seen.query).find(|(seen, _)| *seen == key).map_or("", |(_, value)| value);
                fits(seen, wanted, false)
            })
    }
}

/// Whether an address is among those that targets include and exclude.
pub(super) fn targeted(url: &str, targets: &[UrlTarget], host: &dyn Host) -> bool {
    let mut wanted = false;
    let mut included = false;
    for target in targets {
        let matches = target.matches(url, host);
        if !target.include && matches {
            return false;
        }
        wanted |= target.include;
        included |= target.include && matches;
    }
    included || !wanted
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The variation that the query string of an address asks for: `?experiment=1`.
#[must_use]
pub fn query_override(key: &str, url: &str, variations: usize) -> Option<usize> {
    let query = url.split('?').nth(1)?.split('#').next()?;
    let (_, value) = pairs(query).find(|(name, _)| *name == key)?;
    // As `parseInt`: leading digits count.
    let value = value.trim_start();
    let digits = value.len() - value.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    value[..digits].parse().ok().filter(|variation| *variation < variations)
}

/// The target of a redirect with the query of the page it leaves: where both have a key, the target's
/// stays.
#[must_use]
pub fn redirected(from: &str, to: &str) -> String {
    let (target, hash) = to.split_once('#').map_or((to, None), |(target, hash)| (target, Some(hash)));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut merged: Vec<(&str, &str)> = pairs(query).collect();
    for (key, value) in pairs(parts(from).query) {
        if !merged.iter().any(|(known, _)| *known == key) {
            merged.push((key, value));
        }
    }
    let mut out = String::from(path);
    for (at, (key, value)) in merged.iter().enumerate() {
        out.push(if at == 0 { '?' } else { '&' });
        out.push_str(key);
        out.push('=');
        out.push_str(value);
    }
    if let Some(hash) = hash {
        out.push('#');
        out.push_str(hash);
    }
    out
}
