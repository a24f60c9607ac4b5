//! Just enough of HLS playlists to know how long they are and which files are theirs.

use std::path::{Component, Path, PathBuf};

/// Bytes of a playlist that are read.
const PLAYLIST_BYTES_MAX: u64 = 1024 * 1024;

/// The length of a media playlist in milliseconds; 0 for one that lists other playlists.
pub(super) fn length_ms(text: &str) -> u64 {
    let seconds: f64 = text
        .lines()
        .filter_map(|line| line.strip_prefix("#EXTINF:"))
        .filter_map(|rest| rest.split(',').next()?.trim().parse::<f64>().ok())
        .filter(|seconds| seconds.is_finite() && *seconds > 0.0)
        .sum();
    milliseconds(seconds)
}

fn milliseconds(seconds: f64) -> u64 {
    std::time::Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|length| u64::try_from(length.as_millis()).ok())
        .unwrap_or(0)
}

/// The first playlist that a master playlist offers.
pub(super) fn first_variant(text: &str) -> Option<&str> {
    let mut lines = text.lines();
    lines.find(|line| line.starts_with("#EXT-X-STREAM-INF"))?;
    lines.find(|line| !line.starts_with('#') && !line.trim().is_empty())
}

/// Files that the playlist names, relative to the folder as the playlist is.
pub(super) fn parts(folder: &Path, playlist: &Path) -> Vec<PathBuf> {
    let Some(text) = read(&folder.join(playlist)) else {
        return Vec::new();
    };
    let here = playlist.parent().unwrap_or(Path::new(""));
    addresses(&text).filter_map(|address| joined(here, address)).collect()
}

/// A playlist's text, if it is one and not too long.
pub(super) fn read(path: &Path) -> Option<String> {
    use std::io::Read as _;
    let mut text = String::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(PLAYLIST_BYTES_MAX).read_to_string(&mut text).ok()?;
    text.starts_with("#EXTM3U").then_some(text)
}

/// A relative address, seen from the folder of the playlist.
pub(super) fn joined(here: &Path, address: &str) -> Option<PathBuf> {
    let mut path = here.to_path_buf();
    for part in Path::new(address.trim()).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir => path.pop().then_some(())?,
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

fn addresses(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        if !line.starts_with('#') {
            return (!line.trim().is_empty()).then_some(line);
        }
        line.split_once("URI=\"")?.1.split('"').next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: &str =
        "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:6.0,\n0.m4s\n#EXTINF:1.5,\n../1.m4s\n";

    #[test]
    fn lengths_add_up() {
        assert_eq!(length_ms(MEDIA), 7500);
        assert_eq!(length_ms("#EXTM3U\n#EXTINF:-1,\nx\n#EXTINF:nan,\ny"), 0);
    }

    #[test]
    fn parts_are_found() {
        assert_eq!(addresses(MEDIA).collect::<Vec<_>>(), ["init.mp4", "0.m4s", "../1.m4s"]);
        assert_eq!(joined(Path::new("a/b"), "../1.m4s"), Some(PathBuf::from("a/1.m4s")));
        assert_eq!(joined(Path::new(""), "../1.m4s"), None);
        assert_eq!(joined(Path::new("a"), "/etc/passwd"), None);
    }

    #[test]
    fn a_master_playlist_offers_variants() {
        let master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n\nlow/film.m3u8\n";
        assert_eq!(first_variant(master), Some("low/film.m3u8"));
        assert_eq!(first_variant(MEDIA), None);
    }
}
