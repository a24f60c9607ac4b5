//! Media by range, and media that the caller has already.

use poem::http::StatusCode;
use tempfile::TempDir;

use crate::support::{Answer, Stage, write};

const OWN: &str = "/media/films/life.mp4";
const FOUND: &str = "/media/library/film.mp4";

async fn stage(folder: &TempDir) -> Stage {
    let bytes: Vec<u8> = (0..200_000_u32).map(|byte| u8::try_from(byte % 251).unwrap()).collect();
    write(folder.path(), "film.mp4", &bytes);
    Stage::with(|options| options.media_dir = Some(folder.path().to_path_buf())).await
}

async fn get(stage: &Stage, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = stage.client.get(path);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    Answer::of(request).await
}

#[tokio::test]
async fn parts_are_served() {
    let folder = TempDir::new().unwrap();
    let stage = stage(&folder).await;
    for path in [OWN, FOUND] {
        let whole = get(&stage, path, &[]).await;
        assert_eq!(whole.status, StatusCode::OK);
        assert_eq!(whole.header("accept-ranges"), "bytes");
        assert_eq!(whole.header("access-control-allow-origin"), "*");
        let length = whole.bytes.len();
        assert_eq!(whole.header("content-length"), length.to_string());

        for (range, first, last) in [
            ("bytes=0-99".to_owned(), 0, 99),
            ("bytes=70000-150000".to_owned(), 70_000, 150_000),
            (format!("bytes={}-", length - 5), length - 5, length - 1),
            ("bytes=-7".to_owned(), length - 7, length - 1),
            ("bytes=0-".to_owned(), 0, length - 1),
            ("bytes=10-99999999".to_owned(), 10, length - 1),
        ] {
            let part = get(&stage, path, &[("range", &range)]).await;
            assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{range}");
            assert_eq!(part.header("content-range"), format!("bytes {first}-{last}/{length}"));
            assert_eq!(part.header("content-length"), (last - first + 1).to_string());
            assert!(part.bytes == whole.bytes[first..=last], "{range}");
        }
        let past = get(&stage, path, &[("range", &format!("bytes={length}-"))]).await;
        assert_eq!(past.status, StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(past.header("content-range"), format!("bytes */{length}"));
        let several = get(&stage, path, &[("range", "bytes=0-1,4-5")]).await;
        assert_eq!((several.status, several.bytes.len()), (StatusCode::OK, length));
    }
}

#[tokio::test]
async fn what_the_caller_has_is_not_sent_again() {
    let folder = TempDir::new().unwrap();
    let stage = stage(&folder).await;
    for path in [OWN, FOUND] {
        let whole = get(&stage, path, &[]).await;
        let tag = whole.header("etag");
        let same = get(&stage, path, &[("if-none-match", tag)]).await;
        assert_eq!((same.status, same.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
        let other = get(&stage, path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status, StatusCode::OK);

        let part = get(&stage, path, &[("range", "bytes=0-9"), ("if-range", tag)]).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        let changed = get(&stage, path, &[("range", "bytes=0-9"), ("if-range", "\"other\"")]).await;
        assert_eq!((changed.status, changed.bytes.len()), (StatusCode::OK, whole.bytes.len()));
    }
    let modified = get(&stage, FOUND, &[]).await.header("last-modified").to_owned();
    let same = get(&stage, FOUND, &[("if-modified-since", &modified)]).await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_changed_file_has_another_tag() {
    let folder = TempDir::new().unwrap();
    let stage = stage(&folder).await;
    let before = get(&stage, FOUND, &[]).await.header("etag").to_owned();
    write(folder.path(), "film.mp4", b"shorter");
    let after = get(&stage, FOUND, &[("if-none-match", &before)]).await;
    assert_eq!((after.status, after.bytes.as_slice()), (StatusCode::OK, b"shorter".as_slice()));
    assert_ne!(after.header("etag"), before);
}
