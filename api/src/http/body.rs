//! JSON bodies: 415 for another type, 400 for what is no JSON object, and 422 naming every
//! field whose value is refused.

use poem::{Request, RequestBody};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use schemas::http::{CreateRoomBody, TicketBody};
use schemas::limits::TITLE_CHARS_MAX;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::problem::Problem;
use super::values::{Faults, both};

/// A body's fields as they came. Unknown ones are ignored, so that newer pages can speak to
/// older nodes.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    fn required<T: DeserializeOwned>(&mut self, name: &str, kind: &str) -> Result<T, Faults> {
        self.optional(name, kind)?.ok_or_else(|| Faults::of(name, "is missing"))
    }

    fn optional<T: DeserializeOwned>(
        &mut self,
        name: &str,
        kind: &str,
    ) -> Result<Option<T>, Faults> {
        let value = self.0.remove(name).unwrap_or_default();
        // The parser's own words would quote what people sent.
        let Ok(value) = serde_json::from_value(value) else {
            return Err(Faults::of(name, format!("must be {kind}")));
        };
        Ok(value)
    }
}

/// A body that can be read field by field.
pub(super) trait FromFields: Type {
    /// Whether the body may be left out, as if it were `{}`.
    const MAY_BE_ABSENT: bool;
    fn from_fields(fields: &mut Fields) -> Result<Self, Faults>
    where
        Self: Sized;
}

impl FromFields for CreateRoomBody {
    const MAY_BE_ABSENT: bool = false;

    fn from_fields(fields: &mut Fields) -> Result<Self, Faults> {
        let movie_id = fields.required("movie_id", "a UUID");
        let title = fields.optional("title", "a text").and_then(titled);
        let control = fields.optional("control", "`everyone` or `owner`");
        let ((movie_id, title), control) = both(both(movie_id, title), control)?;
        Ok(Self { movie_id, title, control })
    }
}

impl FromFields for TicketBody {
    const MAY_BE_ABSENT: bool = true;

    fn from_fields(fields: &mut Fields) -> Result<Self, Faults> {
        let session = fields.optional("session", "a UUID")?;
        Ok(Self { session })
    }
}

fn titled(title: Option<String>) -> Result<Option<String>, Faults> {
    let title = title.map(|title| title.trim().to_owned());
    match title.as_ref().map(|title| title.chars().count()) {
        None | Some(1..=TITLE_CHARS_MAX) => Ok(title),
        Some(_) => {
            let message = format!("must have 1 to {TITLE_CHARS_MAX} characters");
            Err(Faults::of("title", message))
        }
    }
}

/// A body that is read now and judged by the handler, with its parameters.
pub(super) struct JsonBody<T>(pub(super) Result<T, Faults>);

impl<'a, T: FromFields> ApiExtractor<'a> for JsonBody<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType {
                content_type: "application/json",
                schema: T::schema_ref(),
            }],
            required: !T::MAY_BE_ABSENT,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let bytes = body.take()?.into_vec().await?;
        if bytes.is_empty() && T::MAY_BE_ABSENT {
            return Ok(Self(T::from_fields(&mut Fields(Map::new()))));
        }
        let is_json = |kind| <Json<T> as Payload>::check_content_type(kind);
        if !request.content_type().is_some_and(is_json) {
            return Err(Problem::unsupported_media_type().into());
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(fields)) => Ok(Self(T::from_fields(&mut Fields(fields)))),
            Ok(_) => Err(Problem::malformed("The body must be a JSON object.").into()),
            Err(error) => {
                let text = format!(
                    "The body is no JSON; see line {}, column {}.",
                    error.line(),
                    error.column()
                );
                Err(Problem::malformed(text).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read<T: FromFields>(value: Value) -> Result<T, Vec<String>> {
        let Value::Object(fields) = value else { panic!("not an object") };
        let names = |faults: Faults| faults.into_fields().into_iter().map(|fault| fault.field);
        T::from_fields(&mut Fields(fields)).map_err(|faults| names(faults).collect())
    }

    fn create(title: &str) -> Result<CreateRoomBody, Vec<String>> {
        read(json!({"movie_id": "0195b3c8-0000-7000-8000-000000000000", "title": title}))
    }

    #[test]
    fn titles_are_trimmed_and_limited() {
        assert_eq!(create(" Alien ").unwrap().title.as_deref(), Some("Alien"));
        assert!(create(&"ы".repeat(TITLE_CHARS_MAX)).is_ok());
        for bad in ["", "  ", &"ы".repeat(TITLE_CHARS_MAX + 1)] {
            assert_eq!(create(bad).unwrap_err(), ["title"]);
        }
    }

    #[test]
    fn every_refused_field_is_named() {
        let faults = read::<CreateRoomBody>(json!({"title": 5, "control": "nobody"}));
        assert_eq!(faults.unwrap_err(), ["movie_id", "title", "control"]);
        let faults = read::<TicketBody>(json!({"session": "mine"}));
        assert_eq!(faults.unwrap_err(), ["session"]);
    }
}
