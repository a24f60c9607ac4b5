//! Every answer has one meaning.

use clients::{AnswerFault, Failure};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{always, ample, get, options, service};

async fn failure_of(answer: ResponseTemplate) -> Failure {
    let server = always(answer).await;
    service(&server, options()).json::<Value>(&get(ample())).await.unwrap_err()
}

#[tokio::test]
async fn a_refusal_brings_the_services_words() {
    let body = json!({ "success": false, "errors": ["one", "two"], "code": "values" });
    for refused in [400, 401, 403, 409, 422] {
        let answer = ResponseTemplate::new(refused).set_body_json(&body);
        let failure = failure_of(answer).await;
        let Failure::Refused { service, operation, status, message } = failure else {
            panic!("{refused}: {failure:?}");
        };
        assert_eq!((service, operation), ("probe", "look"));
        assert_eq!((status, message.as_str()), (refused, "one; two"));
    }
}

#[tokio::test]
async fn a_refusals_message_is_cut_at_its_limit() {
    for (chars, expected) in [(500, 500), (501, 500)] {
        let body = json!({ "success": false, "errors": ["я".repeat(chars)], "code": "values" });
        let failure = failure_of(ResponseTemplate::new(422).set_body_json(body)).await;
        let Failure::Refused { message, .. } = failure else { panic!("{failure:?}") };
        assert_eq!(message.chars().count(), expected);
    }
}

#[tokio::test]
async fn a_refusal_without_words_is_still_a_refusal() {
    for body in ["<html>no</html>".to_owned(), "x".repeat(70_000)] {
        let failure = failure_of(ResponseTemplate::new(403).set_body_string(body)).await;
        assert!(
            matches!(failure, Failure::Refused { status: 403, message, .. } if message.is_empty())
        );
    }
}

#[tokio::test]
async fn what_is_missing_or_gone_is_not_found() {
    for status in [404, 410] {
        let failure = failure_of(ResponseTemplate::new(status)).await;
        assert!(matches!(failure, Failure::NotFound { service: "probe", operation: "look" }));
    }
}

#[tokio::test]
async fn broken_and_overloaded_services_are_away() {
    for status in [429, 500, 501, 502, 503, 504] {
        let failure = failure_of(ResponseTemplate::new(status)).await;
        assert!(
            matches!(failure, Failure::Away { retry_after_s: None, source: None, .. }),
            "{status}"
        );
    }
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "17");
    assert!(matches!(failure_of(busy).await, Failure::Away { retry_after_s: Some(17), .. }));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let target = always(ResponseTemplate::new(200).set_body_json(json!({}))).await;
    let answer = ResponseTemplate::new(307).insert_header("location", target.uri());
    let failure = failure_of(answer).await;
    assert!(matches!(failure, Failure::BadAnswer { source: AnswerFault::Status(307), .. }));
    assert_eq!(crate::support::requests(&target).await, 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_a_bad_answer() {
    let failure = failure_of(ResponseTemplate::new(200).set_body_string("<html>")).await;
    assert!(matches!(failure, Failure::BadAnswer { source: AnswerFault::Unreadable(_), .. }));
    assert_eq!(failure.to_string(), "probe answered look against the contract");
}
