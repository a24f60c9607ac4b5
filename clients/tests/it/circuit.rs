//! A service that keeps failing is left alone for a while, then tried by one call.

use std::time::Duration;

use clients::http::{BreakerPolicy, RetryPolicy};
use clients::{Deadline, Failure, HttpOptions};
use serde_json::{Value, json};
use tokio::time;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{always, ample, get, options, requests, service};

const FAILURES_MAX: u32 = 3;
const PAUSE: Duration = Duration::from_secs(100);

fn touchy() -> HttpOptions {
    HttpOptions {
        retry: RetryPolicy { retries_max: 0, ..RetryPolicy::default() },
        breaker: BreakerPolicy { failures_max: FAILURES_MAX, pause: PAUSE },
        ..options()
    }
}

/// Lets the pause pass without waiting for it.
async fn pass_the_pause() {
    time::pause();
    time::advance(PAUSE).await;
    time::resume();
}

async fn answer_from_now_on(server: &MockServer, answer: ResponseTemplate) {
    server.reset().await;
    Mock::given(any()).respond_with(answer).mount(server).await;
}

#[tokio::test]
async fn it_opens_turns_calls_away_and_heals() {
    let server = always(ResponseTemplate::new(500)).await;
    let service = service(&server, touchy());
    for _ in 0..FAILURES_MAX {
        assert!(service.json::<Value>(&get(ample())).await.is_err());
    }
    assert_eq!(requests(&server).await, FAILURES_MAX as usize);

    let failure = service.json::<Value>(&get(ample())).await.unwrap_err();
    assert_eq!(requests(&server).await, FAILURES_MAX as usize, "nothing was sent");
    let wait = failure.retry_after().unwrap();
    assert!(wait > Duration::ZERO && wait <= PAUSE, "{wait:?}");

    pass_the_pause().await;
    assert!(service.json::<Value>(&get(ample())).await.is_err(), "the probe fails");
    assert_eq!(requests(&server).await, FAILURES_MAX as usize + 1);
    assert!(service.json::<Value>(&get(ample())).await.is_err(), "so it is open again");
    assert_eq!(requests(&server).await, FAILURES_MAX as usize + 1);

    answer_from_now_on(&server, ResponseTemplate::new(200).set_body_json(json!(1))).await;
    pass_the_pause().await;
    for _ in 0..2 {
        assert_eq!(service.json::<Value>(&get(ample())).await.unwrap(), json!(1));
    }
}

#[tokio::test]
async fn refusals_never_open_it() {
    for status in [400, 401, 403, 404, 409, 422, 429] {
        let server = always(ResponseTemplate::new(status)).await;
        let service = service(&server, touchy());
        for _ in 0..=FAILURES_MAX {
            assert!(service.json::<Value>(&get(ample())).await.is_err());
        }
        assert_eq!(requests(&server).await, FAILURES_MAX as usize + 1, "{status}");
    }
}

#[tokio::test]
async fn callers_in_a_hurry_never_open_it() {
    let server = always(ResponseTemplate::new(200).set_delay(PAUSE)).await;
    let service = service(&server, touchy());
    for _ in 0..=FAILURES_MAX {
        let hurried = get(Deadline::after(Duration::from_millis(20)));
        assert!(matches!(
            service.json::<Value>(&hurried).await.unwrap_err(),
            Failure::TimedOut { .. }
        ));
    }
    answer_from_now_on(&server, ResponseTemplate::new(200).set_body_json(json!(1))).await;
    assert!(service.json::<Value>(&get(ample())).await.is_ok());
}

#[tokio::test]
async fn silence_opens_it() {
    let server = always(ResponseTemplate::new(200).set_delay(PAUSE)).await;
    let options = HttpOptions { attempt_timeout: Duration::from_millis(20), ..touchy() };
    let service = service(&server, options);
    for _ in 0..FAILURES_MAX {
        assert!(service.json::<Value>(&get(ample())).await.is_err());
    }
    let failure = service.json::<Value>(&get(ample())).await.unwrap_err();
    assert!(matches!(failure, Failure::Away { retry_after_s: Some(_), .. }), "{failure:?}");
}

#[tokio::test]
async fn a_probe_whose_caller_went_away_does_not_block_the_next() {
    let server = always(ResponseTemplate::new(500)).await;
    let service = service(&server, touchy());
    for _ in 0..FAILURES_MAX {
        assert!(service.json::<Value>(&get(ample())).await.is_err());
    }
    answer_from_now_on(&server, ResponseTemplate::new(200).set_delay(PAUSE)).await;
    pass_the_pause().await;
    let probe = get(ample());
    let gone = time::timeout(Duration::from_millis(20), service.json::<Value>(&probe));
    assert!(gone.await.is_err());

    answer_from_now_on(&server, ResponseTemplate::new(200).set_body_json(json!(1))).await;
    assert!(service.json::<Value>(&get(ample())).await.is_ok());
}
