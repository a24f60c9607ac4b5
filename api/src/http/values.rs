//! Values that callers send, judged all together, so that one answer names every bad one.
//!
//! A parameter is declared as `Checked<T>`, which never refuses; [`Checked::named`] gives its
//! value or its [`Faults`], and [`both`] joins two of them without losing either's faults.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromParameter, ParseResult, Type};
use schemas::http::FieldError;
use schemas::ids::{MovieId, RoomId, UserId};
use schemas::upstream::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};

/// Most characters of a text to look for in rooms and in what was said there.
pub(super) const QUERY_CHARS_MAX: usize = 100;

/// Values that were refused; never empty.
#[derive(Debug)]
pub(crate) struct Faults(Vec<FieldError>);

impl Faults {
    /// One fault.
    pub(crate) fn of(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self(vec![FieldError { field: field.into(), message: message.into() }])
    }

    pub(crate) fn into_fields(self) -> Vec<FieldError> {
        self.0
    }
}

/// Both values, or the faults of both.
pub(super) fn both<A, B>(a: Result<A, Faults>, b: Result<B, Faults>) -> Result<(A, B), Faults> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Faults(mut faults)), Err(Faults(more))) => {
            faults.extend(more);
            Err(Faults(faults))
        }
        (Err(faults), Ok(_)) | (Ok(_), Err(faults)) => Err(faults),
    }
}

/// A kind of value, in words for people.
pub(super) trait Described: ParseFromParameter {
    /// Follows the words "must be".
    const KIND: &'static str;
}

impl Described for RoomId {
    const KIND: &'static str = "a UUID";
}
impl Described for MovieId {
    const KIND: &'static str = "a UUID";
}
impl Described for UserId {
    const KIND: &'static str = "a UUID";
}
impl Described for u32 {
    const KIND: &'static str = "a whole number";
}
impl Described for u64 {
    const KIND: &'static str = "a whole number";
}
impl Described for String {
    const KIND: &'static str = "a text";
}
impl<T: Described> Described for Option<T> {
    const KIND: &'static str = T::KIND;
}

/// A parameter that is read now and judged by the handler.
#[derive(Debug)]
pub(super) struct Checked<T>(Option<T>);

impl<T: Described> Checked<T> {
    /// The value of the parameter `name`.
    pub(super) fn named(self, name: &'static str) -> Result<T, Faults> {
        self.0.ok_or_else(|| Faults::of(name, format!("must be {}", T::KIND)))
    }
}

impl<T: Type> Type for Checked<T> {
    const IS_REQUIRED: bool = T::IS_REQUIRED;
    type RawValueType = T::RawValueType;
    type RawElementValueType = T::RawElementValueType;

    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    /// Nothing: the limits that the document states are checked by the handler.
    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        None
    }

    fn raw_element_iter<'a>(
        &'a self,
    ) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
        Box::new(std::iter::empty())
    }
}

impl<T: ParseFromParameter> ParseFromParameter for Checked<T> {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        Self::parse_from_parameters([value])
    }

    fn parse_from_parameters<I: IntoIterator<Item = A>, A: AsRef<str>>(
        values: I,
    ) -> ParseResult<Self> {
        Ok(Self(T::parse_from_parameters(values).ok()))
    }
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) page: u32,
    pub(super) size: u32,
}

impl Page {
    /// Page 1 of [`PAGE_SIZE_DEFAULT`] unless asked for otherwise.
    pub(super) fn of(
        page: Checked<Option<u32>>,
        size: Checked<Option<u32>>,
    ) -> Result<Self, Faults> {
        let page = page.named("page").and_then(|page| match page.unwrap_or(1) {
            0 => Err(Faults::of("page", "counts from 1")),
            page => Ok(page),
        });
        let size = size
            .named("size")
            .and_then(|size| within("size", size.unwrap_or(PAGE_SIZE_DEFAULT), PAGE_SIZE_MAX));
        both(page, size).map(|(page, size)| Self { page, size })
    }
}

/// A number from 1 to `max`.
pub(super) fn within(name: &'static str, value: u32, max: u32) -> Result<u32, Faults> {
    if (1..=max).contains(&value) {
        Ok(value)
    } else {
        Err(Faults::of(name, format!("must be from 1 to {max}")))
    }
}

/// The parameter `query`, trimmed; blank is the same as absent.
pub(super) fn query(
    query: Checked<Option<String>>,
    chars_max: usize,
) -> Result<Option<String>, Faults> {
    let query = query.named("query")?.map(|query| query.trim().to_owned());
    let query = query.filter(|query| !query.is_empty());
    if query.as_ref().is_some_and(|query| query.chars().count() > chars_max) {
        let message = format!("may have {chars_max} characters at most");
        return Err(Faults::of("query", message));
    }
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Checked<Option<u32>> {
        Checked::parse_from_parameter(text).unwrap()
    }

    fn absent() -> Checked<Option<u32>> {
        Checked::parse_from_parameters(Vec::<String>::new()).unwrap()
    }

    #[test]
    fn pages_are_limited() {
        let page = Page::of(absent(), absent()).unwrap();
        assert_eq!(page, Page { page: 1, size: 20 });
        assert!(Page::of(asked("1"), asked("100")).is_ok());
        for (page, size) in [("0", "1"), ("1", "0"), ("1", "101"), ("x", "1"), ("-1", "1")] {
            assert!(Page::of(asked(page), asked(size)).is_err(), "{page} {size}");
        }
    }

    #[test]
    fn queries_are_trimmed_and_limited() {
        let asked = |text: &str| query(Checked::parse_from_parameter(text).unwrap(), 5);
        assert_eq!(asked("  ").unwrap(), None);
        assert_eq!(asked(" alien ").unwrap().as_deref(), Some("alien"));
        assert!(asked("ыыыыы").is_ok());
        assert!(asked("ыыыыыы").is_err());
        let absent = Checked::parse_from_parameters(Vec::<String>::new()).unwrap();
        assert_eq!(query(absent, 5).unwrap(), None);
    }

    #[test]
    fn every_fault_is_named() {
        let faults = Page::of(asked("0"), asked("x")).unwrap_err().into_fields();
        let names: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(names, ["page", "size"]);
    }
}
