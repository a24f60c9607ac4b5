//! Opens what a pass works on.

use std::path::PathBuf;
use std::sync::Arc;

use storage::clock::Clock;
use storage::{Storage, StorageUrls};

use crate::options::StorageOptions;

/// Why there is nothing to work on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The file is not there; to make an empty one would only hide a wrong path.
    #[error("{variable}: there is no file {}; the API makes it when it first starts", .path.display())]
    NoFile {
        /// The variable that names it.
        variable: &'static str,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The storage refused.
    #[error("could not open the storage")]
    Storage(#[from] storage::OpenError),
}

/// Opens the three ports.
pub(crate) async fn open(
    options: &StorageOptions,
    clock: Arc<dyn Clock>,
) -> Result<Storage, OpenError> {
    let urls = StorageUrls {
        rooms: options.url_or_default(options.rooms_url.as_ref()),
        log: options.url_or_default(options.log_url.as_ref()),
        archive: options.url_or_default(options.archive_url.as_ref()),
    };
    for (variable, url) in [("ROOMS_URL", &urls.rooms), ("LOG_URL", &urls.log)] {
        if let Some(path) = sqlite_file(url)
            && !path.exists()
        {
            return Err(OpenError::NoFile { variable, path });
        }
    }
    Ok(storage::open(&urls, clock).await?)
}

fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://")?;
    let (path, _parameters) = path.split_once('?').unwrap_or((path, ""));
    Some(PathBuf::from(path))
}
