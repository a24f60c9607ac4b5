//! JSON that serde writes straight to bytes.
//!
//! The framework's own `Json` builds a tree of values first, which costs several times the
//! encoding where an answer names a hundred thousand people.

use std::marker::PhantomData;

use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaResponses, MetaSchemaRef, Registry};
use poem_openapi::types::{ToJSON, Type};
use serde::Serialize;

/// The bytes of a `T`, documented as a `T`.
#[derive(Debug)]
pub(crate) struct EncodedJson<T> {
    bytes: Vec<u8>,
    body: PhantomData<fn() -> T>,
}

impl<T: Serialize> EncodedJson<T> {
    pub(crate) fn new(value: &T) -> Result<Self, serde_json::Error> {
        Ok(Self { bytes: serde_json::to_vec(value)?, body: PhantomData })
    }
}

impl<T: Type> Payload for EncodedJson<T> {
    const CONTENT_TYPE: &'static str = Json::<T>::CONTENT_TYPE;

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: Send> IntoResponse for EncodedJson<T> {
    fn into_response(self) -> Response {
        Response::builder().content_type("application/json; charset=utf-8").body(self.bytes)
    }
}

impl<T: ToJSON> ApiResponse for EncodedJson<T> {
    fn meta() -> MetaResponses {
        Json::<T>::meta()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}
