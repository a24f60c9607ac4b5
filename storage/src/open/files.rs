//! The SQLite files opened so far: one [`Database`] each, however many ports lie in it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::OpenError;
use super::port::File;
use crate::sqlite::{Database, Synchronous};

#[derive(Default)]
pub(super) struct Files(BTreeMap<PathBuf, (Synchronous, Arc<Database>)>);

impl Files {
    pub(super) async fn open(
        &mut self,
        variable: &'static str,
        File { path, synchronous }: File,
    ) -> Result<Arc<Database>, OpenError> {
        match self.0.get(&path) {
            Some((same, database)) if *same == synchronous => Ok(Arc::clone(database)),
            Some(_) => Err(OpenError::Differing { variable }),
            None => {
                let database = Database::open(&path, synchronous)
                    .await
                    .map_err(|source| OpenError::Failed { variable, source })?;
                self.0.insert(path, (synchronous, Arc::clone(&database)));
                Ok(database)
            }
        }
    }
}
