//! The kinds of files that are films, and those that are served beside them.

use std::path::Path;

/// Kinds of files that are films.
pub(super) const PLAYABLE: [&str; 6] = ["mp4", "m4v", "webm", "mkv", "mov", "m3u8"];

/// Kinds of files that are served, by extension.
const MEDIA_TYPES: [(&str, &str); 15] = [
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("webm", "video/webm"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4s", "video/iso.segment"),
    ("ts", "video/mp2t"),
    ("m4a", "audio/mp4"),
    ("aac", "audio/aac"),
    ("vtt", "text/vtt; charset=utf-8"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
];

/// The MIME type of a file that may be served.
pub(super) fn media_type(path: &str) -> Option<&'static str> {
    let extension = extension(Path::new(path));
    MEDIA_TYPES.iter().find(|(known, _)| *known == extension).map(|(_, media_type)| *media_type)
}

/// What follows the last dot, in lower case.
pub(super) fn extension(path: &Path) -> String {
    path.extension().and_then(|text| text.to_str()).map(str::to_lowercase).unwrap_or_default()
}
