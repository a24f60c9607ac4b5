//! No call outlives its deadline, whatever the service does.

use std::time::Duration;

use clients::{Deadline, Failure, HttpOptions};
use serde_json::Value;
use wiremock::ResponseTemplate;

use crate::support::{RawServer, always, ample, factory, get, options, requests, service};

/// Far longer than any test may take, so that only a deadline can end the wait.
const STALL: Duration = Duration::from_mins(10);
const SHORT: Duration = Duration::from_millis(30);

#[tokio::test]
async fn a_silent_service_times_out_at_the_deadline() {
    let server = always(ResponseTemplate::new(200).set_delay(STALL)).await;
    let call = get(Deadline::after(SHORT));
    let failure = service(&server, options()).json::<Value>(&call).await.unwrap_err();
    assert!(matches!(failure, Failure::TimedOut { service: "probe", operation: "look" }));
}

#[tokio::test]
async fn silent_attempts_are_tried_again_while_the_deadline_allows() {
    let server = always(ResponseTemplate::new(200).set_delay(STALL)).await;
    let options = HttpOptions { attempt_timeout: SHORT, ..options() };
    let failure = service(&server, options).json::<Value>(&get(ample())).await.unwrap_err();
    assert!(matches!(failure, Failure::TimedOut { .. }));
    assert_eq!(requests(&server).await, 3);
}

#[tokio::test]
async fn a_body_that_never_ends_times_out_too() {
    let server = RawServer::start(async |_| {
        let mut answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec();
        answer.resize(60, b' ');
        answer
    })
    .await;
    let stalled = RawServer::start(async |_| {
        tokio::time::sleep(STALL).await;
        Vec::new()
    })
    .await;
    let cut = factory().service("probe", server.base_url.clone());
    assert!(matches!(
        cut.json::<Value>(&get(ample())).await.unwrap_err(),
        Failure::Away { source: Some(_), .. }
    ));
    let silent = factory().service("probe", stalled.base_url.clone());
    assert!(matches!(
        silent.json::<Value>(&get(Deadline::after(SHORT))).await.unwrap_err(),
        Failure::TimedOut { .. }
    ));
}

#[tokio::test]
async fn nothing_is_sent_once_the_deadline_is_over() {
    let server = always(ResponseTemplate::new(200)).await;
    let over = Deadline::after(Duration::ZERO);
    assert!(over.is_over());
    let failure = service(&server, options()).json::<Value>(&get(over)).await.unwrap_err();
    assert!(matches!(failure, Failure::TimedOut { .. }));
    assert_eq!(requests(&server).await, 0);
}
