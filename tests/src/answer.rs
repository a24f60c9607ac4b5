//! Answers of the API that are easy to look at.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as it came.
    pub text: String,
}

impl Answer {
    /// Sends a request and reads the whole answer.
    pub async fn of(request: RequestBuilder) -> Self {
        Self::try_of(request).await.expect("the server should answer")
    }

    /// Sends a request; none if the server is away.
    pub async fn try_of(request: RequestBuilder) -> Option<Self> {
        let response = request.send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Some(Self { status, headers, text: response.text().await.ok()? })
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The JSON of an answer that must be a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }

    /// A header; empty if absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or_default())
    }

    /// Asserts a refusal in the form that all of them have; answers with its first text.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        let body = self.json();
        assert_eq!(body["success"], false, "{body}");
        assert_eq!(body["code"], code, "{body}");
        let text = body["errors"][0].as_str().unwrap_or_else(|| panic!("no text in {body}"));
        assert!(!text.is_empty());
        text.to_owned()
    }

    /// Names of the values that a refusal names.
    pub fn refused_fields(&self) -> Vec<String> {
        let body = self.json();
        let fields = body["fields"].as_array().cloned().unwrap_or_default();
        let names = fields.iter().filter_map(|fault| fault["field"].as_str());
        names.map(ToOwned::to_owned).collect()
    }
}
