//! Answers to `GET` of a file: whole, in part (`Range`), or not at all because the caller has
//! it already (`If-None-Match`, `If-Modified-Since`).

use std::io::SeekFrom;
use std::ops::Range;
use std::path::PathBuf;
use std::time::SystemTime;

use bytes::Bytes;
use poem::http::{HeaderMap, StatusCode, header};
use poem::web::headers::{
    ETag, HeaderMapExt as _, IfModifiedSince, IfNoneMatch, IfRange, LastModified,
};
use poem::{Body, Request, Response, Result};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use crate::refusal::Refusal;

/// Bytes read from a file at a time.
const READ_BYTES: usize = 64 * 1024;

/// A file to be served.
pub(super) struct Media {
    /// MIME type.
    pub(super) kind: &'static str,
    /// Entity tag, with its quotes.
    pub(super) tag: String,
    pub(super) modified: Option<SystemTime>,
    pub(super) content: Content,
}

/// Where its bytes are.
pub(super) enum Content {
    Bytes(Bytes),
    File { path: PathBuf, bytes: u64 },
}

impl Media {
    pub(super) async fn answer(self, request: &Request) -> Result<Response> {
        let headers = request.headers();
        let tag: Option<ETag> = self.tag.parse().ok();
        let modified = self.modified.map(LastModified::from);
        let bytes = self.content.bytes();
        let answer = Response::builder()
            .header(header::ACCEPT_RANGES, "bytes")
            .header(header::ETAG, &self.tag)
            .header(header::CACHE_CONTROL, "no-cache")
            // Anyone may read media, and a player fetches a playlist's pieces by script, from
            // a page that may stand elsewhere.
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        let answer = match modified {
            Some(modified) => answer.typed_header(modified),
            None => answer,
        };
        if unchanged(headers, tag.as_ref(), self.modified) {
            return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
        }
        let answer = answer.content_type(self.kind);
        let same = headers
            .typed_get::<IfRange>()
            .is_none_or(|condition| !condition.is_modified(tag.as_ref(), modified.as_ref()));
        let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
        Ok(match asked.filter(|_| same).map(|range| part(range, bytes)) {
            None | Some(Part::Whole) => answer
                .header(header::CONTENT_LENGTH, bytes)
                .body(self.content.body(0..bytes).await?),
            Some(Part::Of(range)) => answer
                .status(StatusCode::PARTIAL_CONTENT)
                .header(
                    header::CONTENT_RANGE,
                    format!("bytes {}-{}/{bytes}", range.start, range.end.saturating_sub(1)),
                )
                .header(header::CONTENT_LENGTH, range.end - range.start)
                .body(self.content.body(range).await?),
            Some(Part::None) => answer
                .status(StatusCode::RANGE_NOT_SATISFIABLE)
                .header(header::CONTENT_RANGE, format!("bytes */{bytes}"))
                .finish(),
        })
    }
}

impl Content {
    fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len().try_into().unwrap_or(u64::MAX),
            Self::File { bytes, .. } => *bytes,
        }
    }

    async fn body(self, range: Range<u64>) -> Result<Body> {
        match self {
            Self::Bytes(bytes) => {
                let place =
                    |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
                Ok(Body::from_bytes(bytes.slice(place(range.start)..place(range.end))))
            }
            Self::File { path, .. } => {
                let opened = async {
                    let mut file = tokio::fs::File::open(&path).await?;
                    file.seek(SeekFrom::Start(range.start)).await?;
                    Ok(file)
                };
                let file =
                    opened.await.map_err(|error: std::io::Error| Refusal::internal(&error))?;
                let part = file.take(range.end - range.start);
                Ok(Body::from_bytes_stream(ReaderStream::with_capacity(part, READ_BYTES)))
            }
        }
    }
}

fn unchanged(headers: &HeaderMap, tag: Option<&ETag>, modified: Option<SystemTime>) -> bool {
    if let (Some(condition), Some(tag)) = (headers.typed_get::<IfNoneMatch>(), tag) {
        return !condition.precondition_passes(tag);
    }
    match (headers.typed_get::<IfModifiedSince>(), modified) {
        (Some(condition), Some(modified)) => !condition.is_modified(modified),
        _ => false,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Of(Range<u64>),
    None,
}

/// What a `Range` header asks of so many bytes. Several ranges at once, other units and
/// nonsense are answered with the whole, as RFC 9110 allows.
fn part(header: &str, bytes: u64) -> Part {
    let read = |text: &str| text.trim().parse::<u64>().ok();
    let asked = header.strip_prefix("bytes=").filter(|ranges| !ranges.contains(','));
    let Some((first, last)) = asked.and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let range = match (first.trim(), last.trim()) {
        ("", last) => read(last).map(|length| bytes.saturating_sub(length)..bytes),
        (first, "") => read(first).map(|first| first..bytes),
        (first, last) => match (read(first), read(last)) {
            (Some(first), Some(last)) if first <= last => {
                Some(first..last.saturating_add(1).min(bytes))
            }
            _ => None,
        },
    };
    match range {
        None => Part::Whole,
        Some(range) if range.start >= bytes => Part::None,
        Some(range) => Part::Of(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_understood() {
        let cases = [
            ("bytes=0-", Part::Of(0..100)),
            ("bytes=0-0", Part::Of(0..1)),
            ("bytes=99-99", Part::Of(99..100)),
            ("bytes=90-1000", Part::Of(90..100)),
            ("bytes=-10", Part::Of(90..100)),
            ("bytes=-1000", Part::Of(0..100)),
            ("bytes=100-", Part::None),
            ("bytes=-0", Part::None),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("lines=1-2", Part::Whole),
        ];
        for (header, expected) in cases {
            assert_eq!(part(header, 100), expected, "{header}");
        }
        assert_eq!(part("bytes=0-", 0), Part::None);
    }
}
