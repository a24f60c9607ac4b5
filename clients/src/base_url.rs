//! Where a service lives.

use std::str::FromStr;

use reqwest::Url;

/// The address that a service's paths are appended to: http or https, a host, perhaps a path
/// prefix; no user, query or fragment. Parse it from configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is no [`BaseUrl`].
#[derive(Debug, thiserror::Error)]
pub enum BadBaseUrl {
    /// It cannot be parsed.
    #[error("not a URL")]
    NotUrl(#[source] <Url as FromStr>::Err),
    /// Neither http nor https.
    #[error("the URL must begin with http:// or https://")]
    NotHttp,
    /// It carries a user, a query or a fragment, which would be lost.
    #[error("the URL must hold no user, query or fragment")]
    Overfull,
}

impl BaseUrl {
    /// This address with `segments` appended, each escaped as one path segment.
    pub(crate) fn join(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        // Http addresses always have a path, so the other arm cannot happen.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

impl FromStr for BaseUrl {
    type Err = BadBaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url: Url = text.parse().map_err(BadBaseUrl::NotUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BadBaseUrl::NotHttp);
        }
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_user || url.query().is_some() || url.fragment().is_some() {
            return Err(BadBaseUrl::Overfull);
        }
        Ok(Self(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_kept_and_segments_are_escaped() {
        for base in ["http://host:1/prefix", "http://host:1/prefix/"] {
            let base: BaseUrl = base.parse().unwrap();
            assert_eq!(base.join(&["a", "b/c"]).as_str(), "http://host:1/prefix/a/b%2Fc");
        }
        let bare: BaseUrl = "https://host".parse().unwrap();
        assert_eq!(bare.join(&["a"]).as_str(), "https://host/a");
    }

    #[test]
    fn what_could_not_work_is_refused() {
        assert!(matches!("host".parse::<BaseUrl>(), Err(BadBaseUrl::NotUrl(_))));
        assert!(matches!("ftp://host".parse::<BaseUrl>(), Err(BadBaseUrl::NotHttp)));
        for overfull in ["http://me:pw@host", "http://host/?a=b", "http://host/#part"] {
            assert!(matches!(overfull.parse::<BaseUrl>(), Err(BadBaseUrl::Overfull)));
        }
    }
}
