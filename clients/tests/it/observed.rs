//! What an operator sees of calls, and what nobody must see.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

use clients::http::{BreakerPolicy, RetryPolicy};
use clients::{AuthApi, HttpAuth, HttpFactory, HttpOptions, Shortener, TinyUrl};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tracing_subscriber::fmt::format::FmtSpan;
use wiremock::ResponseTemplate;

use crate::support::{TOKEN, ample, base, bearer, in_turn, options, user};

/// What was measured since the last look, by `name{key=value,…}`.
fn measured(recorder: &DebuggingRecorder) -> HashMap<String, DebugValue> {
    let snapshot = recorder.snapshotter().snapshot().into_vec();
    let named = snapshot.into_iter().map(|(key, _, _, value)| {
        let labels: Vec<_> =
            key.key().labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        (format!("{}{{{}}}", key.key().name(), labels.join(",")), value)
    });
    named.collect()
}

#[tokio::test]
async fn calls_retries_and_circuits_are_measured() {
    let recorder = DebuggingRecorder::new();
    let _local = metrics::set_default_local_recorder(&recorder);
    let options = HttpOptions {
        breaker: BreakerPolicy { failures_max: 2, pause: Duration::from_mins(10) },
        retry: RetryPolicy { retries_max: 1, ..options().retry },
        ..options()
    };
    let fine = ResponseTemplate::new(200).set_body_string(r#"{"keys":[]}"#);
    let odd = ResponseTemplate::new(200).set_body_string("<html>");
    let away = ResponseTemplate::new(502);
    let server = in_turn([fine, odd, away.clone(), away]).await;
    let auth = HttpAuth::new(base(&server), &HttpFactory::new(options).unwrap());

    auth.keys(ample()).await.unwrap();
    auth.keys(ample()).await.unwrap_err();
    let seen = measured(&recorder);
    let requests = |outcome| {
        format!("upstream_requests_total{{service=auth,operation=keys,outcome={outcome}}}")
    };
    let circuit = "upstream_circuit_open{service=auth}";
    assert_eq!(seen[&requests("ok")], DebugValue::Counter(1));
    assert_eq!(seen[&requests("bad_answer")], DebugValue::Counter(1));
    assert_eq!(seen[circuit], DebugValue::Gauge(0.0.into()));
    let duration = &seen["upstream_request_duration_seconds{service=auth,operation=keys}"];
    assert!(matches!(duration, DebugValue::Histogram(seconds) if seconds.len() == 2));

    auth.keys(ample()).await.unwrap_err();
    let seen = measured(&recorder);
    assert_eq!(seen[&requests("away")], DebugValue::Counter(1), "a call counts once");
    let retries = "upstream_retries_total{service=auth,operation=keys}";
    assert_eq!(seen[retries], DebugValue::Counter(1));
    assert_eq!(seen[circuit], DebugValue::Gauge(1.0.into()));
}

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Keeps each thread's log lines apart: the subscriber must be everyone's, as callsites
/// remember for the whole process whether anybody listens.
struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn spans_are_named_and_secrets_stay_out_of_logs_and_failures() {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(|| Lines)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    // Nothing listens here, so the transport's own error comes along.
    let nowhere: clients::BaseUrl = "http://127.0.0.1:1".parse().unwrap();
    let factory = HttpFactory::new(options()).unwrap();

    let link = "http://host/i/secretcode";
    let tinyurl = TinyUrl::new(nowhere.clone(), &factory);
    let shorten = tinyurl.shorten(link, ample()).await.unwrap_err();
    let auth = HttpAuth::new(nowhere, &factory);
    let friends = auth.friends(&bearer(), user(1), ample()).await.unwrap_err();

    let seen = String::from_utf8(LINES.take()).unwrap();
    let seen = format!("{seen}\n{shorten:?}\n{friends:?}");
    for wanted in ["clients.tinyurl.shorten", "clients.auth.friends", "Trying again"] {
        assert!(seen.contains(wanted), "{wanted} is not in {seen}");
    }
    for secret in [TOKEN, "secretcode"] {
        assert!(!seen.contains(secret), "{secret} is in {seen}");
    }
}
