//! Signing up and logging in.

use poem::http::StatusCode;
use schemas::upstream::{Tokens, User};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Stage};

#[tokio::test]
async fn a_person_signs_up_logs_in_and_is_known() {
    let stage = Stage::new().await;
    let signed_up = stage.sign_up_as("Vasily@Example.org", "  Василий  ").await;
    assert_eq!(signed_up.expires_in, 15 * 60);

    let logged_in: Tokens = {
        let answer = stage.log_in(" vasily@example.ORG ", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json()
    };
    assert_eq!(logged_in.user_id, signed_up.user_id);
    assert_ne!(logged_in.refresh_token, signed_up.refresh_token);

    for tokens in [signed_up, logged_in] {
        let me: User = stage.get("/auth/v1/users/me", Some(&tokens)).await.json();
        assert_eq!(me, User { id: tokens.user_id, name: "Василий".to_owned() });
    }
}

#[tokio::test]
async fn an_address_has_one_account_whatever_its_case() {
    let stage = Stage::new().await;
    stage.sign_up_as("petr@example.org", "Petr").await;
    let body = json!({"email": "PETR@example.org", "password": PASSWORD, "name": "Other"});
    let answer = stage.post("/auth/v1/signup", None, &body).await;
    answer.assert_refused(StatusCode::CONFLICT, "email_taken");
}

#[tokio::test]
async fn wrong_credentials_look_the_same_for_known_and_unknown_addresses() {
    let stage = Stage::new().await;
    stage.sign_up_as("petr@example.org", "Petr").await;
    let known = stage.log_in("petr@example.org", "not the password").await;
    let unknown = stage.log_in("nobody@example.org", PASSWORD).await;
    let decoy = stage.log_in("nobody@example.org", "nobody has this password").await;
    for answer in [&known, &unknown, &decoy] {
        answer.assert_refused(StatusCode::UNAUTHORIZED, "wrong_credentials");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(answer.bytes, known.bytes);
    }
}

#[tokio::test]
async fn values_are_taken_at_their_limits_and_refused_past_them() {
    let stage = Stage::new().await;
    let email_of = |characters: usize| format!("{}@b", "a".repeat(characters - 2));
    let good = [
        json!({"email": "a@b", "password": "p".repeat(8), "name": "n"}),
        json!({"email": email_of(254), "password": "п".repeat(128), "name": "н".repeat(64)}),
    ];
    for body in good {
        let answer = stage.post("/auth/v1/signup", None, &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    }
    let refused = [
        (json!({"email": "@b", "password": "p".repeat(8), "name": "n"}), vec!["email"]),
        (json!({"email": email_of(255), "password": "p".repeat(8), "name": "n"}), vec!["email"]),
        (json!({"email": "a b@c", "password": "p".repeat(8), "name": "n"}), vec!["email"]),
        (json!({"email": "a@b@c", "password": "p".repeat(8), "name": "n"}), vec!["email"]),
        (json!({"email": "c@d", "password": "p".repeat(7), "name": "n"}), vec!["password"]),
        (json!({"email": "c@d", "password": "p".repeat(129), "name": "n"}), vec!["password"]),
        (json!({"email": "c@d", "password": "p".repeat(8), "name": " \t "}), vec!["name"]),
        (json!({"email": "c@d", "password": "p".repeat(8), "name": "n".repeat(65)}), vec!["name"]),
        (json!({"email": "c@d", "password": "p".repeat(8), "name": "a\u{7}b"}), vec!["name"]),
        (json!({"email": "", "password": "", "name": ""}), vec!["email", "password", "name"]),
    ];
    for (body, fields) in refused {
        let answer = stage.post("/auth/v1/signup", None, &body).await;
        assert_eq!(answer.assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid"), fields);
    }
    let long = stage.log_in(&email_of(255), &"p".repeat(129)).await;
    let fields = long.assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(fields, ["email", "password"]);
}

#[tokio::test]
async fn the_published_key_verifies_access_tokens() {
    let stage = Stage::new().await;
    let tokens = stage.sign_up("Vasily").await;
    let keys: Value = stage.get("/auth/.well-known/jwks.json", None).await.json();
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519")));
    assert_eq!((&key["alg"], &key["use"]), (&json!("EdDSA"), &json!("sig")));

    let header = jsonwebtoken::decode_header(&tokens.access_token).unwrap();
    assert_eq!(header.kid.as_deref(), key["kid"].as_str());
    let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys.clone()).unwrap();
    let jwk = jwks.find(&header.kid.unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.set_audience(&["movie-together"]);
    validation.set_issuer(&[crate::support::PUBLIC_URL]);
    let claims = jsonwebtoken::decode::<Value>(
        &tokens.access_token,
        &jsonwebtoken::DecodingKey::from_jwk(jwk).unwrap(),
        &validation,
    )
    .unwrap()
    .claims;
    assert_eq!(claims["sub"], json!(tokens.user_id));
    assert_eq!(claims["name"], "Vasily");
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lifetime, 15 * 60);
}
