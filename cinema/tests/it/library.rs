//! Films found in the media folder.

use std::path::Path;

use poem::http::StatusCode;
use schemas::upstream::{Film, FilmPage};
use tempfile::TempDir;

use crate::support::{PUBLIC_URL, Stage, mp4, write};

async fn stage(folder: &Path) -> Stage {
    Stage::with(|options| options.media_dir = Some(folder.to_path_buf())).await
}

/// Films of the folder: the own ones lie elsewhere.
async fn films(stage: &Stage) -> Vec<Film> {
    let page: FilmPage = stage.get("/movie/v1/films?size=100", None).await.json();
    let prefix = format!("{PUBLIC_URL}/media/library/");
    page.items.into_iter().filter(|film| film.sources[0].url.starts_with(&prefix)).collect()
}

#[tokio::test]
async fn playable_files_become_films() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "Солярис.(1972).mp4", &mp4(9_960_000));
    write(folder.path(), "Солярис.(1972).jpg", b"picture");
    write(folder.path(), "series/one/pilot_episode.MKV", b"not really");
    write(folder.path(), "notes.txt", b"secret");
    write(folder.path(), ".hidden.mp4", &mp4(1));
    write(folder.path(), ".hidden/film.mp4", &mp4(1));
    let stage = stage(folder.path()).await;
    let films = films(&stage).await;
    let [pilot, solaris] = films.as_slice() else { panic!("{films:?}") };

    assert_eq!((solaris.title.as_str(), solaris.year), ("Солярис", Some(1972)));
    assert_eq!(solaris.duration_ms, 9_960_000);
    assert_eq!(solaris.sources[0].media_type, "video/mp4");
    let picture = solaris.poster.as_deref().unwrap().strip_prefix(PUBLIC_URL).unwrap();
    assert_eq!(stage.get(picture, None).await.bytes, b"picture");
    let media = solaris.sources[0].url.strip_prefix(PUBLIC_URL).unwrap();
    assert_eq!(stage.get(media, None).await.bytes, mp4(9_960_000));

    assert_eq!((pilot.title.as_str(), pilot.year, pilot.duration_ms), ("pilot episode", None, 0));
    assert_eq!(pilot.sources[0].media_type, "video/x-matroska");
    assert_eq!(pilot.poster, None);
    let found: FilmPage = stage.get("/movie/v1/films?query=СОЛЯРИС", None).await.json();
    assert_eq!(found.total, 1);
}

#[tokio::test]
async fn subtitles_lie_beside_their_film() {
    let folder = TempDir::new().unwrap();
    for name in [
        "film/Solaris (1972).mp4",
        "film/Solaris (1972).ru.vtt",
        "film/Solaris (1972).pt-BR.vtt",
        "film/Solaris (1972).vtt",
        "film/Solaris (1972) 2.en.vtt",
        "film/Solaris (1972).2.mp4",
        "film/Solaris (1972).2.de.vtt",
        "film/Solaris (1972)/en.vtt",
        "Solaris (1972).en.vtt",
    ] {
        write(folder.path(), name, name.as_bytes());
    }
    let stage = stage(folder.path()).await;
    let films = films(&stage).await;
    let [solaris, second] = films.as_slice() else { panic!("{films:?}") };
    let languages = |film: &Film| -> Vec<String> {
        film.subtitles.iter().map(|subtitles| subtitles.language.clone()).collect()
    };
    assert_eq!(languages(solaris), ["pt-BR", "ru", "und"]);
    assert_eq!(languages(second), ["de"]);
    let path = solaris.subtitles[1].url.strip_prefix(PUBLIC_URL).unwrap();
    let answer = stage.get(path, None).await;
    assert_eq!(answer.header("content-type"), "text/vtt; charset=utf-8");
    assert_eq!(answer.bytes, "film/Solaris (1972).ru.vtt".as_bytes());
}

#[tokio::test]
async fn ids_stay_and_vanished_files_go_at_the_next_start() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "stays.mp4", &mp4(1000));
    write(folder.path(), "goes.mp4", &mp4(1000));
    let stage = stage(folder.path()).await;
    let before = films(&stage).await;
    assert_eq!(before.len(), 2);
    std::fs::remove_file(folder.path().join("goes.mp4")).unwrap();
    write(folder.path(), "zcomes.mp4", &mp4(2000));
    let stage = stage.reopened().await;
    let after = films(&stage).await;
    let titles: Vec<&str> = after.iter().map(|film| film.title.as_str()).collect();
    assert_eq!(titles, ["stays", "zcomes"]);
    assert_eq!(after[0].id, before[1].id);
}

#[tokio::test]
async fn parts_of_a_playlist_are_not_films() {
    let folder = TempDir::new().unwrap();
    let media = "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:6,\n0.m4s\n#EXTINF:2.5,\n1.m4s\n";
    write(folder.path(), "film/low/index.m3u8", media.as_bytes());
    write(folder.path(), "film/low/init.mp4", b"head");
    write(folder.path(), "film/low/0.m4s", b"piece");
    let master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/index.m3u8\n";
    write(folder.path(), "film/Stream.m3u8", master.as_bytes());
    let stage = stage(folder.path()).await;
    let films = films(&stage).await;
    let [film] = films.as_slice() else { panic!("{films:?}") };
    assert_eq!((film.title.as_str(), film.duration_ms), ("Stream", 8500));
    assert_eq!(stage.get("/media/library/film/low/0.m4s", None).await.bytes, b"piece");
}

#[tokio::test]
async fn the_folder_is_read_to_a_depth_of_8() {
    let folder = TempDir::new().unwrap();
    let deep = |depth: usize| format!("{}film{depth}.mp4", "f/".repeat(depth));
    write(folder.path(), &deep(8), &mp4(1));
    write(folder.path(), &deep(9), &mp4(1));
    let films = films(&stage(folder.path()).await).await;
    let titles: Vec<&str> = films.iter().map(|film| film.title.as_str()).collect();
    assert_eq!(titles, ["film8"]);
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let outside = TempDir::new().unwrap();
    write(outside.path(), "secret.mp4", b"secret");
    let folder = outside.path().join("media");
    write(&folder, "film.mp4", &mp4(1));
    write(&folder, "notes.txt", b"notes");
    write(&folder, ".hidden.mp4", b"hidden");
    std::os::unix::fs::symlink(outside.path().join("secret.mp4"), folder.join("link.mp4")).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.join("links")).unwrap();
    std::os::unix::fs::symlink(folder.join("film.mp4"), folder.join("inner.mp4")).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("loop")).unwrap();
    let stage = stage(&folder).await;
    assert_eq!(films(&stage).await.len(), 1);

    let absolute = format!("/media/library/{}/secret.mp4", outside.path().display());
    let refused = [
        "/media/library/../secret.mp4",
        "/media/library/%2e%2e/secret.mp4",
        "/media/library/..%2Fsecret.mp4",
        "/media/library/%2e%2e%2fsecret.mp4",
        "/media/library/x/../../secret.mp4",
        "/media/library//secret.mp4",
        "/media/library/%2Fsecret.mp4",
        "/media/library/link.mp4",
        "/media/library/links/secret.mp4",
        "/media/library/notes.txt",
        "/media/library/.hidden.mp4",
        "/media/library/film.mp4%00",
        "/media/library/none.mp4",
        "/media/library/",
        "/media/films/render.sh",
        "/media/films/../aurora.mp4x",
        absolute.as_str(),
    ];
    for path in refused {
        let answer = stage.get(path, None).await;
        answer.assert_refused(StatusCode::NOT_FOUND, "not_found");
    }
    assert_eq!(stage.get("/media/library/film.mp4", None).await.bytes, mp4(1));
    assert_eq!(stage.get("/media/library/inner.mp4", None).await.bytes, mp4(1));
}

#[tokio::test]
async fn without_a_folder_there_is_no_library() {
    let stage = Stage::new().await;
    let answer = stage.get("/media/library/film.mp4", None).await;
    answer.assert_refused(StatusCode::NOT_FOUND, "not_found");
}
