//! The services' OpenAPI documents, made from the same definitions that serve.

use std::collections::HashMap;
use std::marker::PhantomData;

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{OpenApi, OpenApiService};

use crate::auth::{AuthApi, KeysApi};
use crate::movie::MovieApi;
use crate::ugc::UgcApi;

pub(crate) const AUTH_TITLE: &str = "Auth";
pub(crate) const UGC_TITLE: &str = "UGC";
pub(crate) const MOVIE_TITLE: &str = "Movie";

/// Version of the contracts, which is in their paths too.
const CONTRACT_VERSION: &str = "1";

pub(crate) fn service<T: OpenApi>(api: T, title: &str) -> OpenApiService<T, ()> {
    OpenApiService::new(api, title, CONTRACT_VERSION)
}

/// The documents with the names of their files, as pretty JSON that is the same each time.
pub fn openapi_documents() -> [(&'static str, String); 3] {
    [
        ("auth.json", document::<(AuthApi, KeysApi)>(AUTH_TITLE)),
        ("ugc.json", document::<UgcApi>(UGC_TITLE)),
        ("movie.json", document::<MovieApi>(MOVIE_TITLE)),
    ]
}

fn document<T: OpenApi>(title: &str) -> String {
    let mut text = service(Described::<T>(PhantomData), title).spec();
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// An API that is described but cannot be called, so that describing needs no database.
struct Described<T>(PhantomData<T>);

impl<T: OpenApi> OpenApi for Described<T> {
    fn meta() -> Vec<MetaApi> {
        T::meta()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, _: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}
