//! Whose pages may open sockets.

use poem::http::{HeaderMap, header};

/// The allowed origins, each as a browser writes it: `https://host[:port]`.
#[derive(Debug)]
pub(crate) struct Origins(Vec<String>);

impl Origins {
    pub(crate) fn new(origins: Vec<String>) -> Self {
        Self(origins)
    }

    /// A request without an `Origin` comes from no page: programs need not pretend.
    pub(super) fn allow(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        origins.all(|origin| {
            self.0.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(origin.as_bytes()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_origins_pass() {
        let origins = Origins::new(vec!["https://cinema.test".to_owned()]);
        let allow = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::ORIGIN, header::HeaderValue::from_static(value));
            }
            origins.allow(&headers)
        };
        assert!(allow(&[]));
        assert!(allow(&["https://cinema.test"]));
        for bad in ["http://cinema.test", "https://cinema.test.evil", "null", ""] {
            assert!(!allow(&[bad]), "{bad}");
        }
        assert!(!allow(&["https://cinema.test", "https://evil.test"]));
    }
}
