//! How long a film is, from the head of its file. Nothing is decoded; where the head does not
//! say, the answer is 0.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use super::formats::extension;
use super::playlist;

/// Boxes of an MP4 file that are looked at before giving up.
const BOXES_MAX: usize = 64;

/// The length of a file below the media folder, in milliseconds.
pub(super) fn of_file(folder: &Path, file: &Path) -> u64 {
    let path = folder.join(file);
    match extension(file).as_str() {
        "m3u8" => of_playlist(folder, file),
        "mp4" | "m4v" | "mov" => {
            File::open(path).ok().and_then(|file| of_mp4(BufReader::new(file))).unwrap_or(0)
        }
        "webm" | "mkv" => File::open(path).ok().and_then(of_matroska).unwrap_or(0),
        _ => 0,
    }
}

/// The length of a file in memory, by its name, in milliseconds.
pub(super) fn of_bytes(name: &str, bytes: &[u8]) -> u64 {
    if extension(Path::new(name)) == "m3u8" {
        return std::str::from_utf8(bytes).map_or(0, playlist::length_ms);
    }
    of_mp4(Cursor::new(bytes)).unwrap_or(0)
}

fn of_playlist(folder: &Path, file: &Path) -> u64 {
    let Some(text) = playlist::read(&folder.join(file)) else {
        return 0;
    };
    let Some(variant) = playlist::first_variant(&text) else {
        return playlist::length_ms(&text);
    };
    playlist::joined(file.parent().unwrap_or(Path::new("")), variant)
        .and_then(|variant| playlist::read(&folder.join(variant)))
        .map_or(0, |text| playlist::length_ms(&text))
}

/// The movie header (`moov` / `mvhd`) of ISO 14496-12.
fn of_mp4(mut file: impl Read + Seek) -> Option<u64> {
    enter(&mut file, *b"moov")?;
    enter(&mut file, *b"mvhd")?;
    let version = number::<1>(&mut file)?;
    number::<3>(&mut file)?;
    let (timescale, duration) = if version == 1 {
        file.seek_relative(16).ok()?;
        (number::<4>(&mut file)?, number::<8>(&mut file)?)
    } else {
        file.seek_relative(8).ok()?;
        (number::<4>(&mut file)?, number::<4>(&mut file)?)
    };
    let length = u128::from(duration) * 1000 / u128::from(timescale).max(1);
    // All ones means "not known", and would be far too long anyway.
    u64::try_from(length).ok().filter(|_| timescale > 0 && duration < u64::from(u32::MAX))
}

/// Goes to the content of the next box of this kind, past its siblings.
fn enter(file: &mut (impl Read + Seek), kind: [u8; 4]) -> Option<()> {
    for _ in 0..BOXES_MAX {
        let start = file.stream_position().ok()?;
        let size = number::<4>(file)?;
        let found = number::<4>(file)?;
        let size = if size == 1 { number::<8>(file)? } else { size };
        if found == u64::from(u32::from_be_bytes(kind)) {
            return Some(());
        }
        // 0 means "to the end of the file"; less than a head is damage.
        if size < 8 {
            return None;
        }
        file.seek(SeekFrom::Start(start.checked_add(size)?)).ok()?;
    }
    None
}

/// A big-endian number of `BYTES` bytes, at most 8.
fn number<const BYTES: usize>(file: &mut impl Read) -> Option<u64> {
    let mut bytes = [0; BYTES];
    file.read_exact(&mut bytes).ok()?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn of_matroska(file: File) -> Option<u64> {
    let length = matroska::Matroska::open(file).ok()?.info.duration?;
    u64::try_from(length.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mp4(version: u8, timescale: u32, duration: u64) -> Vec<u8> {
        let mut header = vec![version, 0, 0, 0];
        if version == 1 {
            header.extend([0; 16]);
            header.extend(timescale.to_be_bytes());
            header.extend(duration.to_be_bytes());
        } else {
            header.extend([0; 8]);
            header.extend(timescale.to_be_bytes());
            header.extend(u32::try_from(duration).unwrap().to_be_bytes());
        }
        [boxed(*b"ftyp", b"isom"), boxed(*b"moov", &boxed(*b"mvhd", &header))].concat()
    }

    fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes(), &kind, content].concat()
    }

    #[test]
    fn movie_headers_of_both_versions_are_read() {
        assert_eq!(of_bytes("a.mp4", &mp4(0, 600, 36_000)), 60_000);
        assert_eq!(of_bytes("a.mp4", &mp4(1, 90_000, 135_000)), 1_500);
    }

    #[test]
    fn unknown_and_damaged_lengths_are_zero() {
        assert_eq!(of_bytes("a.mp4", &mp4(0, 0, 10)), 0);
        assert_eq!(of_bytes("a.mp4", &mp4(0, 1000, u64::from(u32::MAX))), 0);
        assert_eq!(of_bytes("a.mp4", b"\0\0\0\x04moof"), 0);
        let whole = mp4(0, 600, 36_000);
        for bytes in 0..whole.len() {
            assert_eq!(of_bytes("a.mp4", &whole[..bytes]), 0, "{bytes} bytes");
        }
    }
}
