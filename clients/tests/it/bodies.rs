//! No answer is read past its limit, announced or not.

use clients::http::Call;
use clients::{AnswerFault, Failure};
use wiremock::ResponseTemplate;

use crate::support::{RawServer, always, ample, factory, get, options, service};

const LIMIT: usize = 1_000;

fn limited() -> Call {
    get(ample()).answer_bytes_max(LIMIT)
}

fn is_too_long(result: &Result<usize, Failure>) -> bool {
    matches!(
        result,
        Err(Failure::BadAnswer { source: AnswerFault::TooLong { bytes_max: LIMIT }, .. })
    )
}

#[tokio::test]
async fn an_announced_length_is_taken_at_the_limit_and_refused_past_it() {
    let server = always(ResponseTemplate::new(200).set_body_bytes(vec![b'x'; LIMIT])).await;
    let at = service(&server, options()).call(&limited(), |body| Ok(body.len())).await;
    assert_eq!(at.unwrap(), LIMIT);

    let server = always(ResponseTemplate::new(200).set_body_bytes(vec![b'x'; LIMIT + 1])).await;
    let past = service(&server, options()).call(&limited(), |body| Ok(body.len())).await;
    assert!(is_too_long(&past), "{past:?}");
}

#[tokio::test]
async fn a_stream_is_cut_one_past_the_limit() {
    let chunked = async |bytes: usize| {
        let server = RawServer::start(move |_| async move {
            let mut answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
            for _ in 0..bytes {
                answer.extend_from_slice(b"1\r\nx\r\n");
            }
            answer.extend_from_slice(b"0\r\n\r\n");
            answer
        })
        .await;
        let service = factory().service("probe", server.base_url.clone());
        let result = service.call(&limited(), |body| Ok(body.len())).await;
        (result, server.connections())
    };
    let (at, _) = chunked(LIMIT).await;
    assert_eq!(at.unwrap(), LIMIT);
    let (past, attempts) = chunked(LIMIT + 1).await;
    assert!(is_too_long(&past), "{past:?}");
    assert_eq!(attempts, 1, "a longer body would not get shorter");
}

#[tokio::test]
async fn a_large_body_is_parsed_whole() {
    let numbers: Vec<u32> = (0..100_000).collect();
    let server = always(ResponseTemplate::new(200).set_body_json(&numbers)).await;
    let read: Vec<u32> = service(&server, options()).json(&get(ample())).await.unwrap();
    assert_eq!(read, numbers);
}
