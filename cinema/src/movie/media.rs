//! `/media`: the project's own films from the binary, and the media folder's files.
//!
//! Only files of known kinds are served, whatever else lies in the folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use poem::web::{Data, Path as PathParameter};
use poem::{Endpoint, EndpointExt as _, Request, Response, Result, Route, get, handler};

use super::formats::media_type;
use super::ranges::{Content, Media};
use super::{library, own_films};
use crate::refusal::Refusal;

/// Serves below `/media`; without a folder, only the project's own films.
pub(crate) fn media(folder: Option<PathBuf>) -> impl Endpoint {
    Route::new()
        .at("/films/*path", get(own_film))
        .at("/library/*path", get(library_file))
        .data(Arc::new(Folder(folder)))
}

struct Folder(Option<PathBuf>);

#[handler]
async fn own_film(
    request: &Request,
    PathParameter(path): PathParameter<String>,
) -> Result<Response> {
    let file = own_films::file(&path).ok_or_else(no_such_file)?;
    let media_type = media_type(&path).ok_or_else(no_such_file)?;
    let digest = file.metadata.sha256_hash();
    let media = Media {
        kind: media_type,
        tag: format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(digest)),
        modified: None,
        content: Content::Bytes(own_films::bytes(file)),
    };
    media.answer(request).await
}

#[handler]
async fn library_file(
    request: &Request,
    PathParameter(path): PathParameter<String>,
    Data(folder): Data<&Arc<Folder>>,
) -> Result<Response> {
    let media_type = media_type(&path).ok_or_else(no_such_file)?;
    let folder = folder.0.clone().ok_or_else(no_such_file)?;
    let found = tokio::task::spawn_blocking(move || {
        let path = library::inside(&folder, Path::new(&path))?;
        let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        Some((path, metadata))
    });
    let (path, metadata) = found.await.ok().flatten().ok_or_else(no_such_file)?;
    let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    let since_1970 = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let media = Media {
        kind: media_type,
        tag: format!("\"{:x}-{:x}\"", since_1970.as_nanos(), metadata.len()),
        modified: Some(modified),
        content: Content::File { path, bytes: metadata.len() },
    };
    media.answer(request).await
}

fn no_such_file() -> poem::Error {
    Refusal::not_found("there is no such file").into()
}
