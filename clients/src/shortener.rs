//! Outside link shorteners. The built-in codes are the API's own and need no call.

mod shlink;
mod tinyurl;

use async_trait::async_trait;
use reqwest::Url;

use crate::{AnswerFault, Deadline, Failure};

pub use shlink::Shlink;
pub use tinyurl::{TINYURL_BASE, TinyUrl};

/// Longest short link that is taken over, in characters.
pub const SHORT_URL_CHARS_MAX: usize = 2_048;
/// Longest answer of a shortener.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Something that makes long links short.
#[async_trait]
pub trait Shortener: Send + Sync {
    /// A short link that leads to `long_url`: http or https, at most [`SHORT_URL_CHARS_MAX`].
    async fn shorten(&self, long_url: &str, deadline: Deadline) -> Result<String, Failure>;
}

/// Takes only what a person can open: shorteners also answer with words such as `Error`.
fn checked(text: &str) -> Result<String, AnswerFault> {
    let text = text.trim();
    let is_http = |url: Url| matches!(url.scheme(), "http" | "https");
    if text.chars().count() <= SHORT_URL_CHARS_MAX && text.parse().is_ok_and(is_http) {
        Ok(text.to_owned())
    } else {
        Err(AnswerFault::ShortLink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_addresses_are_taken() {
        assert_eq!(checked(" https://tinyurl.com/a1\n").unwrap(), "https://tinyurl.com/a1");
        for bad in ["Error", "", "javascript:alert(1)", "<html>", "ftp://host/a"] {
            assert!(matches!(checked(bad), Err(AnswerFault::ShortLink)), "{bad}");
        }
    }

    #[test]
    fn length_is_limited() {
        let long = |chars: usize| format!("{:a<chars$}", "https://host/");
        assert!(checked(&long(SHORT_URL_CHARS_MAX)).is_ok());
        assert!(checked(&long(SHORT_URL_CHARS_MAX + 1)).is_err());
    }
}
