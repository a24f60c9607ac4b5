//! The page, embedded into the binary: its files as built, precompressed where that pays.
//!
//! Every address that is no file and that a browser navigates to is the page itself, which
//! knows what to show there.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::{HeaderMap, Method, StatusCode, header};
use poem::web::headers::{ETag, HeaderMapExt, IfNoneMatch};
use poem::{Endpoint, Request, Response};
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../web/dist"]
struct Dist;

const INDEX: &str = "index.html";
/// Vite puts a hash of the content into the names of these.
const HASHED: &str = "assets/";
/// How a file can be stored, best first.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];
/// Bytes of the content's hash that are told apart.
const TAG_BYTES: usize = 16;

/// Serves the page.
pub(crate) struct Page;

impl Endpoint for Page {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(MethodNotAllowedError.into());
        }
        let headers = request.headers();
        let path = request.uri().path().trim_start_matches('/');
        if !path.is_empty()
            && let Some(file) = Variant::find(path, headers)
        {
            return Ok(file.answer(path, headers));
        }
        if !path.is_empty() && !accepts(headers, &header::ACCEPT, "text/html") {
            return Err(NotFoundError.into());
        }
        Ok(index(headers))
    }
}

/// The page itself, which reads the address to know what to show.
pub(crate) fn index(headers: &HeaderMap) -> Response {
    Variant::find(INDEX, headers).map_or_else(not_built, |file| file.answer(INDEX, headers))
}

/// A file in the best form that the browser takes.
struct Variant {
    file: EmbeddedFile,
    encoding: Option<&'static str>,
    content_type: String,
}

impl Variant {
    fn find(path: &str, headers: &HeaderMap) -> Option<Self> {
        let plain = Dist::get(path)?;
        let mut content_type = plain.metadata.mimetype().to_owned();
        if content_type.starts_with("text/") {
            content_type.push_str("; charset=utf-8");
        }
        let packed = ENCODINGS.iter().find_map(|(encoding, suffix)| {
            if !accepts(headers, &header::ACCEPT_ENCODING, encoding) {
                return None;
            }
            Some((Dist::get(&format!("{path}{suffix}"))?, *encoding))
        });
        let (file, encoding) = packed.map_or((plain, None), |(file, name)| (file, Some(name)));
        Some(Self { file, encoding, content_type })
    }

    fn answer(self, path: &str, headers: &HeaderMap) -> Response {
        let hash = self.file.metadata.sha256_hash();
        let hash = hash.get(..TAG_BYTES).unwrap_or_default();
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(hash));
        let caching = if path.starts_with(HASHED) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let is_known = is_known(headers, &tag);
        let answer = Response::builder()
            .header(header::ETAG, tag)
            .header(header::CACHE_CONTROL, caching)
            .header(header::VARY, "Accept-Encoding");
        if is_known {
            return answer.status(StatusCode::NOT_MODIFIED).finish();
        }
        let answer = answer.content_type(self.content_type);
        let answer = match self.encoding {
            Some(encoding) => answer.header(header::CONTENT_ENCODING, encoding),
            None => answer,
        };
        answer.body(match self.file.data {
            Cow::Borrowed(data) => Bytes::from_static(data),
            Cow::Owned(data) => data.into(),
        })
    }
}

/// Whether the browser says that it has this already.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.typed_get::<IfNoneMatch>().zip(tag.parse::<ETag>().ok());
    known.is_some_and(|(known, tag)| !known.precondition_passes(&tag))
}

/// Whether a header's list holds a value, and not with a weight of nothing.
fn accepts(headers: &HeaderMap, name: &header::HeaderName, value: &str) -> bool {
    let lists = headers.get_all(name).iter();
    let mut items = lists.filter_map(|list| list.to_str().ok()).flat_map(|list| list.split(','));
    items.any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next().is_some_and(|found| found.eq_ignore_ascii_case(value))
            && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn not_built() -> Response {
    Response::builder()
        .status(StatusCode::SERVICE_UNAVAILABLE)
        .content_type("text/plain; charset=utf-8")
        .body("page not built: run make web\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_browser_has_is_known_by_its_tag() {
        let is_known = |list: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, header::HeaderValue::from_static(list));
            is_known(&headers, "\"aB\"")
        };
        for yes in ["\"aB\"", "W/\"aB\"", "\"x\", \"aB\"", "*"] {
            assert!(is_known(yes), "{yes}");
        }
        for no in ["\"ab\"", "\"x\"", "aB", ""] {
            assert!(!is_known(no), "{no}");
        }
        assert!(!super::is_known(&HeaderMap::new(), "\"aB\""));
    }

    #[test]
    fn lists_are_read_with_their_weights() {
        let accepts = |list: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, header::HeaderValue::from_static(list));
            accepts(&headers, &header::ACCEPT_ENCODING, "br")
        };
        for yes in ["br", "gzip, BR", "br;q=0.5", "br; q=1"] {
            assert!(accepts(yes), "{yes}");
        }
        for no in ["", "gzip", "brotli", "br;q=0", "gzip, br; q=0.0"] {
            assert!(!accepts(no), "{no}");
        }
    }
}
