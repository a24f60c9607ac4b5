//! Parameters that several calls share: pages and batches of ids.

use std::str::FromStr;

use schemas::upstream::{BATCH_IDS_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};

use crate::refusal::{Faults, Refusal};

/// A page that was asked for and may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageAsk {
    /// From 1.
    pub(crate) page: u32,
    /// 1 to [`PAGE_SIZE_MAX`].
    pub(crate) size: u32,
}

impl PageAsk {
    pub(crate) fn new(page: Option<u32>, size: Option<u32>) -> Result<Self, Refusal> {
        let ask = Self { page: page.unwrap_or(1), size: size.unwrap_or(PAGE_SIZE_DEFAULT) };
        let mut faults = Faults::default();
        faults.expect(ask.page >= 1, "page", "pages count from 1");
        faults.expect(
            (1..=PAGE_SIZE_MAX).contains(&ask.size),
            "size",
            format!("a page has 1 to {PAGE_SIZE_MAX} elements"),
        );
        faults.finish()?;
        Ok(ask)
    }

    /// Elements before this page.
    pub(crate) fn offset(self) -> u64 {
        u64::from(self.page.saturating_sub(1)) * u64::from(self.size)
    }

    /// [`Self::offset`] as SQLite takes it; the product of two `u32` below 2^39 always fits.
    pub(crate) fn sql_offset(self) -> i64 {
        i64::try_from(self.offset()).unwrap_or(i64::MAX)
    }
}

/// Reads a comma-separated list of ids, without the repeats, in the order given.
pub(crate) fn ids<Id: FromStr + PartialEq + Copy>(list: &str) -> Result<Vec<Id>, Refusal> {
    let texts: Vec<&str> = list.split(',').map(str::trim).filter(|text| !text.is_empty()).collect();
    let mut faults = Faults::default();
    faults.expect(
        (1..=BATCH_IDS_MAX).contains(&texts.len()),
        "ids",
        format!("a batch has 1 to {BATCH_IDS_MAX} ids"),
    );
    faults.finish()?;
    let mut ids: Vec<Id> = Vec::with_capacity(texts.len());
    for text in texts {
        let id = text.parse().map_err(|_not_an_id| Refusal::malformed("ids: not a list of ids"))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}
