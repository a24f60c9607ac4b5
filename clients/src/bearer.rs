//! The caller's access token, which the services behind check for themselves.

use std::fmt;

use reqwest::header::HeaderValue;

/// An access token on its way through. It can be sent, and neither read nor printed.
#[derive(Clone)]
pub struct Bearer(HeaderValue);

/// The token holds characters that no header can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token cannot be sent in a header")]
pub struct BadToken;

impl Bearer {
    /// Takes the bare token, without the word `Bearer`.
    pub fn new(token: &str) -> Result<Self, BadToken> {
        secret_header(&format!("Bearer {token}")).map(Self)
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Bearer(hidden)")
    }
}

/// A header value that neither logs nor HTTP/2 compression tables keep.
pub(crate) fn secret_header(secret: &str) -> Result<HeaderValue, BadToken> {
    let header = HeaderValue::try_from(secret).ok();
    let mut header = header.ok_or(BadToken)?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_token() {
        let bearer = Bearer::new("very.secret.token").unwrap();
        assert!(!format!("{bearer:?} {:?}", bearer.header()).contains("secret"));
    }

    #[test]
    fn a_token_that_would_split_the_header_is_refused() {
        assert_eq!(Bearer::new("a\r\nb").err(), Some(BadToken));
    }
}
