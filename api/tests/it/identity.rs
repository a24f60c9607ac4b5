//! Tokens against an Auth service whose keys the test holds.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Method;
use serde_json::{Value, json};
use storage::clock::{Clock, SystemClock};
use uuid::Uuid;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::server::{Answer, Server};

const KEYS: &str = "/auth/.well-known/jwks.json";

struct Key {
    id: &'static str,
    key: SigningKey,
}

impl Key {
    fn new(id: &'static str, seed: u8) -> Self {
        let key = SigningKey::from_bytes(&[seed; 32]);
        Self { id, key }
    }

    fn published(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.verifying_key().as_bytes());
        json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": self.id, "x": x})
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.id.to_owned());
        let der = self.key.to_pkcs8_der().unwrap();
        encode(&header, claims, &EncodingKey::from_ed_der(der.as_bytes())).unwrap()
    }
}

fn now_s() -> i64 {
    SystemClock.now_ms() / 1000
}

fn claims(issuer: &str) -> Value {
    json!({
        "sub": Uuid::new_v4(), "name": "Petr", "iss": issuer, "aud": "movie-together",
        "exp": now_s() + 900,
    })
}

async fn publish(auth: &MockServer, keys: &[&Key], calls: u64) {
    let keys: Vec<_> = keys.iter().map(|key| key.published()).collect();
    let answer = ResponseTemplate::new(200).set_body_json(json!({"keys": keys}));
    let mock = Mock::given(path(KEYS)).respond_with(answer);
    mock.up_to_n_times(calls).expect(calls).mount(auth).await;
}

async fn ask(server: &Server, token: &str) -> Answer {
    server.call(token, Method::GET, "/api/v1/rooms").await
}

#[tokio::test]
async fn only_good_tokens_pass() {
    let auth = MockServer::start().await;
    let (good, other) = (Key::new("good", 1), Key::new("good", 2));
    publish(&auth, &[&good], 1).await;
    let server = Server::with(&["--auth-url", &auth.uri()]).await;
    let issuer = auth.uri();
    let with = |name: &str, value: Value| {
        let mut claims = claims(&issuer);
        claims[name] = value;
        good.sign(&claims)
    };

    assert_eq!(ask(&server, &good.sign(&claims(&issuer))).await.status, 200);
    assert_eq!(ask(&server, &with("exp", json!(now_s() - 10))).await.status, 200);
    let mut wrong = vec![
        other.sign(&claims(&issuer)),
        with("exp", json!(now_s() - 60)),
        with("exp", Value::Null),
        with("nbf", json!(now_s() + 60)),
        with("iss", json!("https://evil.test")),
        with("aud", json!("another")),
        with("sub", json!("petr")),
        with("name", json!("a".repeat(8 * 1024))),
        "a.b.c".to_owned(),
    ];
    // The public key as a shared secret, and no signature at all.
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("good".to_owned());
    let public = EncodingKey::from_secret(good.key.verifying_key().as_bytes());
    wrong.push(encode(&header, &claims(&issuer), &public).unwrap());
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"good"}"#);
    let body = URL_SAFE_NO_PAD.encode(claims(&issuer).to_string());
    wrong.push(format!("{none}.{body}."));
    for token in &wrong {
        ask(&server, token).await.assert_refused(401, "unauthorized");
    }
    server.stop().await;
}

#[tokio::test]
async fn unknown_keys_are_asked_for_once_a_minute() {
    let auth = MockServer::start().await;
    let (known, unknown) = (Key::new("known", 1), Key::new("unknown", 2));
    publish(&auth, &[&known], 1).await;
    let server = Server::with(&["--auth-url", &auth.uri()]).await;
    let (known, unknown) = (known.sign(&claims(&auth.uri())), unknown.sign(&claims(&auth.uri())));
    for _ in 0..3 {
        ask(&server, &unknown).await.assert_refused(401, "unauthorized");
        assert_eq!(ask(&server, &known).await.status, 200);
    }
    auth.verify().await;
    server.stop().await;
}

#[tokio::test]
async fn without_keys_the_service_is_away() {
    let auth = MockServer::start().await;
    let failing = ResponseTemplate::new(500);
    Mock::given(path(KEYS)).respond_with(failing).mount(&auth).await;
    let server = Server::with(&["--auth-url", &auth.uri()]).await;
    let token = Key::new("any", 1).sign(&claims(&auth.uri()));
    let answer = ask(&server, &token).await;
    answer.assert_refused(503, "away");
    assert_eq!(answer.header("retry-after"), "2");
    server.stop().await;
}
