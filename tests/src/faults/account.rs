//! Someone with an account, whose calls may fail at any time.

use std::time::Duration;

use reqwest::Method;
use schemas::ids::UserId;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::answer::Answer;

/// The password of everyone.
const PASSWORD: &str = "correct horse battery";
/// A token is renewed once it is this old; it lives for 15 minutes.
const TOKEN_AGE_MAX: Duration = Duration::from_mins(8);
/// Longest wait for an answer; a node that is held answers nobody.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(6);

/// Someone with an account.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) id: UserId,
    email: String,
    token: String,
    since: Instant,
    cinema_url: String,
    address: String,
    http: reqwest::Client,
}

impl Account {
    /// Makes an account; none if the cinema does not answer, which nobody strikes.
    pub(super) async fn sign_up(
        http: &reqwest::Client,
        cinema_url: &str,
        address: &str,
        name: &str,
    ) -> Option<Self> {
        let email = format!("{}@cinema.test", Uuid::new_v4());
        let body = json!({"email": email, "password": PASSWORD, "name": name});
        let tokens = tokens(http, &format!("{cinema_url}/auth/v1/signup"), &body).await?;
        Some(Self {
            id: tokens["user_id"].as_str()?.parse().ok()?,
            token: tokens["access_token"].as_str()?.to_owned(),
            since: Instant::now(),
            email,
            cinema_url: cinema_url.to_owned(),
            address: address.to_owned(),
            http: http.clone(),
        })
    }

    /// Gets a new token where the old one is about to end.
    pub(super) async fn renew(&mut self) {
        if self.since.elapsed() < TOKEN_AGE_MAX {
            return;
        }
        let body = json!({"email": self.email, "password": PASSWORD});
        let url = format!("{}/auth/v1/login", self.cinema_url);
        let tokens = tokens(&self.http, &url, &body).await.unwrap_or_default();
        if let Some(token) = tokens["access_token"].as_str() {
            token.clone_into(&mut self.token);
            self.since = Instant::now();
        }
    }

    /// `GET`; none if nobody answers.
    pub(super) async fn get(&self, path: &str) -> Option<Answer> {
        self.call(Method::GET, path, None).await
    }

    /// `POST`; none if nobody answers.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Option<Answer> {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Option<Answer> {
        let request = self.http.request(method, format!("{}/api/v1{path}", self.address));
        let request = request.bearer_auth(&self.token).timeout(ANSWER_WAIT_MAX);
        Answer::try_of(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }
}

async fn tokens(http: &reqwest::Client, url: &str, body: &Value) -> Option<Value> {
    let answer = Answer::try_of(http.post(url).json(body)).await?;
    (200..300).contains(&answer.status).then(|| answer.json())
}
