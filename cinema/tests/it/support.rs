//! A cinema with a folder of its own, and a client that speaks to it without a socket.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use cinema::{Cinema, CinemaOptions, Clock, SignInLimit};
use poem::http::{HeaderMap, Method, StatusCode};
use poem::test::TestClient;
use poem::{Route, test::TestRequestBuilder};
use schemas::upstream::Tokens;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const PUBLIC_URL: &str = "http://cinema.test";
pub(crate) const PASSWORD: &str = "correct horse";

/// A running cinema. Its folder goes with it.
pub(crate) struct Stage {
    pub(crate) client: TestClient<Route>,
    pub(crate) clock: Clock,
    folder: TempDir,
    options: CinemaOptions,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// As [`Self::new`], with options changed and files in the media folder made before.
    pub(crate) async fn with(change: impl FnOnce(&mut CinemaOptions)) -> Self {
        let folder = TempDir::new().unwrap();
        let many = NonZeroU32::new(10_000).unwrap();
        let mut options = CinemaOptions::new(folder.path().join("data/cinema.db"), PUBLIC_URL);
        options.sign_in_limit = SignInLimit { burst: many, per_second: many };
        change(&mut options);
        let cinema = Cinema::open(options.clone()).await.unwrap();
        let clock = options.clock.clone();
        Self { client: TestClient::new(cinema.route()), clock, folder, options }
    }

    /// The same files, opened again.
    pub(crate) async fn reopened(self) -> Self {
        let Self { client, clock, folder, options } = self;
        drop(client);
        let cinema = Cinema::open(options.clone()).await.unwrap();
        Self { client: TestClient::new(cinema.route()), clock, folder, options }
    }

    pub(crate) fn database_path(&self) -> PathBuf {
        self.options.database_path.clone()
    }

    pub(crate) async fn sign_up(&self, name: &str) -> Tokens {
        let email = format!("{}@example.org", uuid::Uuid::new_v4());
        self.sign_up_as(&email, name).await
    }

    pub(crate) async fn sign_up_as(&self, email: &str, name: &str) -> Tokens {
        let body = json!({"email": email, "password": PASSWORD, "name": name});
        let answer = self.post("/auth/v1/signup", None, &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.json()
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Answer {
        self.post("/auth/v1/login", None, &json!({"email": email, "password": password})).await
    }

    pub(crate) async fn get(&self, path: &str, caller: Option<&Tokens>) -> Answer {
        self.call(Method::GET, path, caller).await
    }

    pub(crate) async fn post(&self, path: &str, caller: Option<&Tokens>, body: &Value) -> Answer {
        let request = self.client.post(path).body_json(body);
        Answer::of(bearing(request, caller)).await
    }

    /// A call with no body.
    pub(crate) async fn call(&self, method: Method, path: &str, caller: Option<&Tokens>) -> Answer {
        Answer::of(bearing(self.client.request(method, path), caller)).await
    }
}

fn bearing<'a, E: poem::Endpoint>(
    request: TestRequestBuilder<'a, E>,
    caller: Option<&Tokens>,
) -> TestRequestBuilder<'a, E> {
    match caller {
        Some(tokens) => request.header("authorization", format!("Bearer {}", tokens.access_token)),
        None => request,
    }
}

impl Answer {
    pub(crate) async fn of<E: poem::Endpoint>(request: TestRequestBuilder<'_, E>) -> Self {
        let response = request.send().await.0;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().into_vec().await.unwrap();
        Self { status, headers, bytes }
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}")).to_str().unwrap()
    }

    /// Checks that this is a refusal in the common form, and gives the fields it names.
    #[track_caller]
    pub(crate) fn assert_refused(&self, status: StatusCode, code: &str) -> Vec<String> {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.header("content-type").starts_with("application/json"));
        let body: Value = self.json();
        assert_eq!(body["success"], false, "{body}");
        assert_eq!(body["code"], code, "{body}");
        let errors = body["errors"].as_array().unwrap();
        assert!(!errors.is_empty() && errors.iter().all(Value::is_string), "{body}");
        let fields = body["fields"].as_array().cloned().unwrap_or_default();
        let names: Vec<String> =
            fields.iter().map(|fault| fault["field"].as_str().unwrap().to_owned()).collect();
        for name in &names {
            assert!(errors.iter().any(|text| text.as_str().unwrap().contains(name)), "{body}");
        }
        names
    }
}

/// Writes a file and the folders above it.
pub(crate) fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// The smallest file that says it is a film of this length.
pub(crate) fn mp4(length_ms: u32) -> Vec<u8> {
    let mut header = vec![0; 12];
    header.extend(1000_u32.to_be_bytes());
    header.extend(length_ms.to_be_bytes());
    [boxed(*b"ftyp", b"isom"), boxed(*b"moov", &boxed(*b"mvhd", &header))].concat()
}

fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let bytes = u32::try_from(content.len() + 8).unwrap();
    [&bytes.to_be_bytes(), &kind, content].concat()
}
