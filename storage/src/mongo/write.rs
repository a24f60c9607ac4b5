//! Inserts that may be repeated.

use std::io;

use mongodb::Collection;
use mongodb::bson::{
    Document, RawArrayBuf, RawDocumentBuf, cstr, deserialize_from_document,
    serialize_to_raw_document_buf,
};
use mongodb::error::{Error, ErrorKind};
use serde::{Deserialize, Serialize};

use super::connect::write_concern;
use super::within;
use crate::archive::ArchiveError;

/// Most documents of one command: each holds its bytes several times over, here and in the
/// driver, until it is answered.
pub(super) const INSERT_DOCUMENTS_MAX: usize = 500;
/// Most bytes of one command, so that a server never holds more of it; a larger document goes
/// alone.
pub(super) const INSERT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// What a server answers where a key is there already.
const DUPLICATE_KEY: i32 = 11000;
/// What a server answers that ends or is no primary any more; from the drivers' specification of
/// retryable writes.
const NO_PRIMARY: [i32; 6] = [91, 189, 10107, 11600, 11602, 13435];

/// What a server answers to an `insert`.
#[derive(Debug, Deserialize)]
struct Inserted {
    #[serde(default, rename = "writeErrors")]
    write_errors: Vec<WriteError>,
    #[serde(default, rename = "writeConcernError")]
    write_concern_error: Option<Document>,
}

/// Why a document was not inserted.
#[derive(Debug, Deserialize)]
struct WriteError {
    index: usize,
    code: i32,
    #[serde(default, rename = "errmsg")]
    text: String,
}

/// Inserts documents whose keys are not there, and answers the places, among those given, of
/// the others. The server's own count is not asked: it may leave out what a repeat wrote.
///
/// The command is built here: the driver's `insert_many` would copy each document twice and
/// collect the keys, which took an eighth of an archive pass's processor time. So what the
/// driver would do is done here too: once more if the primary changes meanwhile.
pub(super) async fn insert_absent<T: Send + Sync>(
    collection: &Collection<T>,
    documents: impl Fn() -> Result<RawArrayBuf, ArchiveError> + Send + Sync,
) -> Result<Vec<usize>, ArchiveError> {
    let database = collection.client().database(&collection.namespace().db);
    let command = insertion(collection.name(), documents()?)?;
    let answer = match within(database.run_raw_command(command)).await {
        Err(error) if is_passing(&error) => {
            let again = insertion(collection.name(), documents()?)?;
            within(database.run_raw_command(again)).await?
        }
        answer => answer?,
    };
    let answer: Inserted = deserialize_from_document(answer).map_err(Error::from)?;
    duplicates(answer)
}

/// Documents as [`insert_absent`] takes them.
pub(super) fn written<T: Serialize>(documents: &[T]) -> Result<RawArrayBuf, ArchiveError> {
    let documents = documents.iter().map(serialize_to_raw_document_buf);
    Ok(documents.collect::<Result<_, _>>().map_err(Error::from)?)
}

fn insertion(collection: &str, documents: RawArrayBuf) -> mongodb::error::Result<RawDocumentBuf> {
    let mut command = RawDocumentBuf::new();
    command.append(cstr!("insert"), collection);
    command.append(cstr!("ordered"), false);
    command.append(cstr!("writeConcern"), serialize_to_raw_document_buf(&write_concern())?);
    command.append(cstr!("documents"), documents);
    Ok(command)
}

/// Whether the next attempt may find another primary.
fn is_passing(error: &Error) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Command(refused) => NO_PRIMARY.contains(&refused.code),
        ErrorKind::Io(failure) => failure.kind() != io::ErrorKind::TimedOut,
        ErrorKind::ConnectionPoolCleared { .. } => true,
        _ => false,
    }
}

/// Which documents were there already, if nothing else failed.
fn duplicates(answer: Inserted) -> Result<Vec<usize>, ArchiveError> {
    let refused = answer.write_errors.iter().find(|error| error.code != DUPLICATE_KEY);
    if let Some(WriteError { index, code, text }) = refused {
        return Err(ArchiveError::Away(format!("document {index}: {text} ({code})").into()));
    }
    if let Some(unsure) = answer.write_concern_error {
        return Err(ArchiveError::Away(format!("no majority has it: {unsure}").into()));
    }
    Ok(answer.write_errors.into_iter().map(|error| error.index).collect())
}

/// Documents as commands take them: in order, bounded in number and in bytes.
pub(super) fn batches<T>(documents: &[T], bytes_of: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut batches = vec![];
    let mut rest = documents;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fit = rest.iter().take(INSERT_DOCUMENTS_MAX).take_while(|document| {
            bytes += bytes_of(document);
            bytes <= INSERT_BYTES_MAX
        });
        let (batch, later) = rest.split_at(fit.count().max(1));
        batches.push(batch);
        rest = later;
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(documents: &[usize]) -> Vec<usize> {
        batches(documents, |bytes| *bytes).into_iter().map(<[usize]>::len).collect()
    }

    fn answer(text: &str) -> Inserted {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn only_duplicates_count_as_there_already() {
        assert_eq!(duplicates(answer(r#"{"n": 2, "ok": 1}"#)).unwrap(), [0; 0]);
        let twice = r#"{"n": 1, "writeErrors": [{"index": 1, "code": 11000, "errmsg": "key"}]}"#;
        assert_eq!(duplicates(answer(twice)).unwrap(), [1]);
        let mixed = r#"{"writeErrors": [{"index": 0, "code": 11000}, {"index": 4, "code": 2}]}"#;
        let Err(ArchiveError::Away(why)) = duplicates(answer(mixed)) else { panic!("no reason") };
        assert!(why.to_string().starts_with("document 4: "));
        let unsure = r#"{"n": 1, "writeConcernError": {"code": 64}}"#;
        assert!(duplicates(answer(unsure)).is_err());
    }

    #[test]
    fn another_primary_is_tried_and_a_silent_one_is_not() {
        let gone = io::Error::from(io::ErrorKind::ConnectionReset);
        let silent = io::Error::from(io::ErrorKind::TimedOut);
        assert!(is_passing(&Error::from(gone)));
        assert!(!is_passing(&Error::from(silent)));
        assert!(!is_passing(&Error::custom("anything else")));
    }

    #[test]
    fn a_batch_is_bounded_in_number_and_in_bytes() {
        assert_eq!(lengths(&[]), [0; 0]);
        assert_eq!(lengths(&[1; INSERT_DOCUMENTS_MAX]), [INSERT_DOCUMENTS_MAX]);
        assert_eq!(lengths(&[1; INSERT_DOCUMENTS_MAX + 1]), [INSERT_DOCUMENTS_MAX, 1]);
        assert_eq!(lengths(&[INSERT_BYTES_MAX - 1, 1]), [2]);
        assert_eq!(lengths(&[INSERT_BYTES_MAX, 1]), [1, 1]);
        assert_eq!(lengths(&[INSERT_BYTES_MAX + 1, 1, 1]), [1, 2]);
    }
}
