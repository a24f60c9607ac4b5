//! Inserts that may be repeated.

use mongodb::Collection;
use mongodb::error::{Error, ErrorKind};
use serde::Serialize;

use super::within;

/// Most documents of one command.
pub(super) const INSERT_DOCUMENTS_MAX: usize = 1000;
/// Most bytes of one command, so that a server never holds more of it; a larger document goes
/// alone.
pub(super) const INSERT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// What a server answers where a key is there already.
const DUPLICATE_KEY: i32 = 11000;

/// Inserts documents whose keys are not there, and answers the places, among those given, of
/// the others. The server's own count is not asked: it may leave out what a repeat wrote.
pub(super) async fn insert_absent<T: Serialize + Send + Sync>(
    collection: &Collection<T>,
    documents: &[T],
) -> mongodb::error::Result<Vec<usize>> {
    match within(collection.insert_many(documents).ordered(false)).await {
        Ok(_) => Ok(vec![]),
        Err(error) => duplicates(&error).ok_or(error),
    }
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

/// Which documents were there already; none if anything else failed.
fn duplicates(error: &Error) -> Option<Vec<usize>> {
    let ErrorKind::InsertMany(failure) = error.kind.as_ref() else {
        return None;
    };
    let failures = failure.write_errors.as_ref()?;
    let only_duplicates = failures.iter().all(|failure| failure.code == DUPLICATE_KEY);
    (only_duplicates && failure.write_concern_error.is_none())
        .then(|| failures.iter().map(|failure| failure.index).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(documents: &[usize]) -> Vec<usize> {
        batches(documents, |bytes| *bytes).into_iter().map(<[usize]>::len).collect()
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
