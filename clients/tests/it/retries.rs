//! What is tried again, and how often.

use clients::Failure;
use clients::http::{Call, RETRIES_MAX, json};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{RawServer, always, ample, factory, get, in_turn, options, requests, service};

const ATTEMPTS_MAX: usize = RETRIES_MAX as usize + 1;

fn fine() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "fine": true }))
}

#[tokio::test]
async fn passing_troubles_are_tried_again_up_to_the_limit() {
    for status in [502, 503, 504] {
        let server = always(ResponseTemplate::new(status)).await;
        let result = service(&server, options()).json::<Value>(&get(ample())).await;
        assert!(matches!(result, Err(Failure::Away { .. })));
        assert_eq!(requests(&server).await, ATTEMPTS_MAX, "{status}");
    }
}

#[tokio::test]
async fn the_last_attempt_may_still_succeed() {
    let server = in_turn([ResponseTemplate::new(503), ResponseTemplate::new(502), fine()]).await;
    let body: Value = service(&server, options()).json(&get(ample())).await.unwrap();
    assert_eq!(body, json!({ "fine": true }));
    assert_eq!(requests(&server).await, ATTEMPTS_MAX);
}

#[tokio::test]
async fn answers_that_would_not_change_are_not_asked_for_again() {
    for status in [307, 400, 401, 404, 409, 429, 500] {
        let server = always(ResponseTemplate::new(status)).await;
        assert!(service(&server, options()).json::<Value>(&get(ample())).await.is_err());
        assert_eq!(requests(&server).await, 1, "{status}");
    }
}

#[tokio::test]
async fn what_may_be_sent_twice_is_decided_by_the_method_or_said_aloud() {
    let path = ["thing"];
    let calls = [
        (Call::get("look", &path, ample()), ATTEMPTS_MAX),
        (Call::put("look", &path, ample()), ATTEMPTS_MAX),
        (Call::delete("look", &path, ample()), ATTEMPTS_MAX),
        (Call::post("look", &path, ample()), 1),
        (Call::post("look", &path, ample()).idempotent(), ATTEMPTS_MAX),
    ];
    for (call, attempts) in calls {
        let server = always(ResponseTemplate::new(503)).await;
        assert!(service(&server, options()).json::<Value>(&call).await.is_err());
        assert_eq!(requests(&server).await, attempts, "{call:?}");
    }
}

#[tokio::test]
async fn a_body_is_sent_whole_with_every_attempt() {
    let server = in_turn([ResponseTemplate::new(503), fine()]).await;
    let call = Call::post("look", &["thing"], ample()).idempotent().json(&json!({ "a": 1 }));
    service(&server, options()).json::<Value>(&call).await.unwrap();
    for request in server.received_requests().await.unwrap() {
        assert_eq!(request.body_json::<Value>().unwrap(), json!({ "a": 1 }));
    }
}

#[tokio::test]
async fn broken_connections_are_tried_again() {
    let server = RawServer::start(async |_| Vec::new()).await;
    let service = factory().service("probe", server.base_url.clone());
    let failure = service.json::<Value>(&get(ample())).await.unwrap_err();
    assert!(matches!(failure, Failure::Away { source: Some(_), .. }), "{failure:?}");
    assert_eq!(server.connections(), ATTEMPTS_MAX);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_away() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let failure = factory().service("probe", base_url).json::<Value>(&get(ample())).await;
    let Err(Failure::Away { source: Some(source), .. }) = failure else {
        panic!("{failure:?}");
    };
    assert!(source.is_connect());
}

#[tokio::test]
async fn retry_after_is_honoured_within_the_deadline() {
    let soon = ResponseTemplate::new(503).insert_header("retry-after", "0");
    let server = in_turn([soon, fine()]).await;
    assert!(service(&server, options()).call(&get(ample()), json::<Value>).await.is_ok());

    let late = ResponseTemplate::new(503).insert_header("retry-after", "600");
    let server = always(late).await;
    let failure = service(&server, options()).json::<Value>(&get(ample())).await.unwrap_err();
    assert!(matches!(failure, Failure::Away { retry_after_s: Some(600), .. }));
    assert_eq!(requests(&server).await, 1, "the deadline ends before the wait does");
}
