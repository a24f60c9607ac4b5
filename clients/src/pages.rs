//! Reading a paged list whole: the first page tells the total, the rest come in parallel.

use schemas::upstream::{Film, FilmPage, PAGE_SIZE_MAX, User, UserPage, Wish, WishPage};
use serde::de::DeserializeOwned;

use crate::http::{Call, Service, json};
use crate::{AnswerFault, Failure};

/// A page of any list.
pub(crate) trait Page: DeserializeOwned + Send + 'static {
    type Item: Send;

    /// Elements of the whole list.
    fn total(&self) -> u64;
    /// Elements asked for a page, as the service understood it.
    fn size(&self) -> u32;
    fn into_items(self) -> Vec<Self::Item>;
}

macro_rules! page {
    ($page:ident of $item:ident) => {
        impl Page for $page {
            type Item = $item;

            fn total(&self) -> u64 {
                self.total
            }
            fn size(&self) -> u32 {
                self.size
            }
            fn into_items(self) -> Vec<$item> {
                self.items
            }
        }
    };
}

page!(UserPage of User);
page!(WishPage of Wish);
page!(FilmPage of Film);

/// All elements of the list that `call` asks for, in order, at most `items_max`. An element
/// that moves to a later page meanwhile is seen twice: callers must not mind.
pub(crate) async fn all<P: Page>(
    service: &Service,
    call: &Call,
    items_max: usize,
) -> Result<Vec<P::Item>, Failure> {
    let first: P = service.call(&numbered(call, 1), full_size).await?;
    let wanted = usize::try_from(first.total()).unwrap_or(items_max).min(items_max);
    let last_page = wanted.div_ceil(PAGE_SIZE_MAX as usize);

    let mut items = first.into_items();
    let rest = (2..=last_page).map(|page| numbered(call, page)).collect();
    let rest: Vec<P> = service.call_all(rest, full_size).await?;
    items.extend(rest.into_iter().flat_map(P::into_items));
    items.truncate(items_max);
    Ok(items)
}

/// Reads a page, if the service kept to the size asked for: others could not be counted.
fn full_size<P: Page>(body: &[u8]) -> Result<P, AnswerFault> {
    let page: P = json(body)?;
    if page.size() == PAGE_SIZE_MAX { Ok(page) } else { Err(AnswerFault::PageSize) }
}

fn numbered(call: &Call, page: usize) -> Call {
    call.clone().query("page", page.to_string()).query("size", PAGE_SIZE_MAX.to_string())
}
