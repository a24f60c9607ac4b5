//! Takes what opens doors out of texts: tokens, tickets, invite codes, passwords in URLs.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

const HIDDEN: &str = "[hidden]";
/// Keys whose values are hidden whatever they look like.
const SECRET_KEYS: [&str; 6] = ["authorization", "cookie", "password", "secret", "ticket", "token"];

/// What stands before a secret, and the secret.
static SECRETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let bearer = r"(?i:bearer\s+)[^\s,;]+";
    let parameter = r"(?i:(?:ticket|token|secret|password|api[-_]key)=)[^\s&]+";
    let invite = r"/i/[0-9A-Za-z]+";
    let jwt = r"eyJ[\w-]+\.[\w-]+\.[\w-]*";
    let login = r"://[^\s/@:]*:[^\s/@]+@";
    Regex::new(&format!("{bearer}|{parameter}|{invite}|{jwt}|{login}")).ok()
});

/// Cleans every text inside a value.
pub(super) fn scrub(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(clean) = scrub_text(text) {
                *text = clean;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(scrub),
        Value::Object(fields) => {
            for (key, field) in fields {
                if field.is_string() && is_secret(key) {
                    *field = HIDDEN.into();
                } else {
                    scrub(field);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET_KEYS.iter().any(|secret| key.contains(secret))
}

fn scrub_text(text: &str) -> Cow<'_, str> {
    let Some(secrets) = SECRETS.as_ref() else {
        return Cow::Borrowed(HIDDEN);
    };
    secrets.replace_all(text, |found: &Captures<'_>| {
        let found = found.get(0).map_or("", |found| found.as_str());
        let shown = ["=", "/i/", "://"].into_iter().find_map(|mark| {
            let at = found.find(mark)?;
            found.get(..at + mark.len())
        });
        format!("{}{HIDDEN}", shown.unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_and_the_rest_stays() {
        for (text, clean) in [
            ("room 5 is full", "room 5 is full"),
            ("GET /ws?ticket=ab.c-d&since=4", "GET /ws?ticket=[hidden]&since=4"),
            ("Authorization: Bearer abc.def", "Authorization: [hidden]"),
            ("http://host/i/Ab3dEf9hJkLm went", "http://host/i/[hidden] went"),
            ("postgres://me:pw@host/db", "postgres://[hidden]host/db"),
            ("got eyJhbGciOi.eyJzdWIi.c2ln", "got [hidden]"),
        ] {
            assert_eq!(scrub_text(text), clean);
        }
    }

    #[test]
    fn values_are_cleaned_to_the_bottom() {
        let mut event = json!({"a": [{"Authorization": "x", "url": "/i/Ab3dEf9h", "n": 1}]});
        scrub(&mut event);
        let clean = json!({"a": [{"Authorization": "[hidden]", "url": "/i/[hidden]", "n": 1}]});
        assert_eq!(event, clean);
    }
}
