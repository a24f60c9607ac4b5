//! Asking for many things by id: as many calls as the URL's length demands, in parallel.

use std::fmt::Display;

use schemas::upstream::PAGE_SIZE_MAX;

use crate::http::{Call, Service, json};
use crate::pages::Page;
use crate::{Failure, URL_IDS_MAX};

// A batch's answer is one page, so that it never has to be turned.
const _: () = assert!(URL_IDS_MAX <= PAGE_SIZE_MAX as usize);

/// Sends `call` with `ids=a,b,…` for every batch of ids, and joins the answers.
pub(crate) async fn by_ids<P: Page, Id: Display + Sync>(
    service: &Service,
    call: &Call,
    ids: &[Id],
) -> Result<Vec<P::Item>, Failure> {
    let batch_call = |batch: &[Id]| {
        let ids = batch.iter().map(Id::to_string).collect::<Vec<_>>().join(",");
        call.clone().query("ids", ids).query("size", PAGE_SIZE_MAX.to_string())
    };
    let calls = ids.chunks(URL_IDS_MAX).map(batch_call).collect();
    let pages: Vec<P> = service.call_all(calls, json).await?;
    Ok(pages.into_iter().flat_map(P::into_items).collect())
}
