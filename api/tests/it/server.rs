//! A server to test, and answers that are easy to look at.

use std::path::Path;

use api::app::App;
use api::options::Options;
use clap::Parser;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A running server; its folder goes with it.
pub(crate) struct Server {
    app: App,
    folder: TempDir,
    pub(crate) http: reqwest::Client,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.text);
        parsed.unwrap_or_else(|error| panic!("{error} in {}: {}", self.status, self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts a refusal in the form that all of them have.
    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        let body = self.json();
        assert_eq!(body["success"], json!(false), "{body}");
        assert_eq!(body["code"], json!(code), "{body}");
        assert!(!body["errors"][0].as_str().unwrap().is_empty(), "{body}");
    }

    pub(crate) fn refused_fields(&self) -> Vec<String> {
        let body = self.json();
        let fields = body["fields"].as_array().unwrap_or_else(|| panic!("{body}"));
        let names = fields.iter().map(|fault| fault["field"].as_str().unwrap());
        names.map(ToOwned::to_owned).collect()
    }
}

pub(crate) fn options(folder: &Path, more: &[&str]) -> Options {
    let data_dir = folder.join("data");
    let fixed = ["movie-together", "--listen", "127.0.0.1:0", "--data-dir"];
    let data_dir = data_dir.to_str().unwrap();
    Options::parse_from(fixed.into_iter().chain([data_dir]).chain(more.iter().copied()))
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::start(&options(folder.path(), more)).await.unwrap();
        let http = clients::http::client(&clients::HttpOptions::default()).unwrap();
        Self { app, folder, http }
    }

    pub(crate) async fn stop(self) {
        self.app.stop().await;
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.app.address())
    }

    pub(crate) fn socket_url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.app.address())
    }

    pub(crate) fn public_url(&self) -> &str {
        self.app.public_url()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.url(path))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// A call of the API by someone.
    pub(crate) async fn call(&self, token: &str, method: Method, path: &str) -> Answer {
        answer(self.request(method, path).bearer_auth(token)).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        answer(self.request(Method::POST, path).bearer_auth(token).json(&body)).await
    }

    /// Signs someone up at the embedded cinema; answers with the access token.
    pub(crate) async fn sign_up(&self, name: &str) -> String {
        let email = format!("{name}@example.test");
        let body = json!({"email": email, "password": "correct horse", "name": name});
        let answer = answer(self.request(Method::POST, "/auth/v1/signup").json(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Any film of the embedded cinema.
    pub(crate) async fn film(&self, token: &str) -> String {
        let films = self.call(token, Method::GET, "/api/v1/movies").await.json();
        films["items"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Opens a room; answers with its id and its link.
    pub(crate) async fn create_room(&self, token: &str) -> (String, String) {
        let film = self.film(token).await;
        let answer = self.post(token, "/api/v1/room/", json!({"movie_id": film})).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        (text("room_id"), text("link"))
    }
}

pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}
