//! TinyURL and Shlink, and what is made of their stranger answers.

use clients::{AnswerFault, Failure, Shlink, Shortener, TinyUrl};
use secrecy::SecretString;
use serde_json::json;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{always, ample, base, factory, in_turn};

const LONG: &str = "http://localhost:8000/i/a?b=c&d=e#f";

fn shlink(server: &MockServer) -> Shlink {
    Shlink::new(base(server), &SecretString::from("the-key"), &factory()).unwrap()
}

#[tokio::test]
async fn tinyurl_answers_with_plain_text() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/api-create.php"))
        .and(query_param("url", LONG))
        .respond_with(ResponseTemplate::new(200).set_body_string("https://tinyurl.com/a1\n"))
        .mount(&server)
        .await;
    let tinyurl = TinyUrl::new(base(&server), &factory());
    assert_eq!(tinyurl.shorten(LONG, ample()).await.unwrap(), "https://tinyurl.com/a1");
}

#[tokio::test]
async fn tinyurls_words_are_not_taken_for_a_link() {
    for body in ["Error", "", "javascript:alert(1)", "\u{fffd}\u{0}"] {
        let server = always(ResponseTemplate::new(200).set_body_string(body)).await;
        let tinyurl = TinyUrl::new(base(&server), &factory());
        assert!(matches!(
            tinyurl.shorten(LONG, ample()).await.unwrap_err(),
            Failure::BadAnswer { source: AnswerFault::ShortLink, .. }
        ));
    }
}

#[tokio::test]
async fn a_page_instead_of_a_link_is_not_read_to_its_end() {
    let page = ResponseTemplate::new(200).set_body_string("x".repeat(100_000));
    let tinyurl = TinyUrl::new(base(&always(page).await), &factory());
    assert!(matches!(
        tinyurl.shorten(LONG, ample()).await.unwrap_err(),
        Failure::BadAnswer { source: AnswerFault::TooLong { .. }, .. }
    ));
}

#[tokio::test]
async fn shlink_is_asked_by_its_contract_and_may_be_asked_twice() {
    let server = in_turn([ResponseTemplate::new(503)]).await;
    let answer = json!({ "shortUrl": "https://s.example/a1", "shortCode": "a1" });
    Mock::given(method("POST"))
        .and(path("/rest/v3/short-urls"))
        .and(header("x-api-key", "the-key"))
        .and(body_json(json!({ "longUrl": LONG, "findIfExists": true })))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(shlink(&server).shorten(LONG, ample()).await.unwrap(), "https://s.example/a1");
}

#[tokio::test]
async fn shlinks_refusals_and_odd_answers_are_told_apart() {
    let refused = always(ResponseTemplate::new(401)).await;
    assert!(matches!(
        shlink(&refused).shorten(LONG, ample()).await.unwrap_err(),
        Failure::Refused { service: "shlink", operation: "shorten", status: 401, .. }
    ));
    for body in [json!({}), json!({ "shortUrl": "ftp://host" })] {
        let odd = always(ResponseTemplate::new(200).set_body_json(body)).await;
        let failure = shlink(&odd).shorten(LONG, ample()).await.unwrap_err();
        assert!(matches!(failure, Failure::BadAnswer { .. }));
    }
}

#[tokio::test]
async fn the_key_is_not_shown() {
    let server = always(ResponseTemplate::new(401)).await;
    assert!(!format!("{:?}", shlink(&server)).contains("the-key"));
    let unsendable = SecretString::from("a\nb");
    assert!(Shlink::new(base(&server), &unsendable, &factory()).is_err());
}
