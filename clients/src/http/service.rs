//! One service behind: sends calls, within their deadlines, past its circuit breaker.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use metrics::{counter, histogram};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout};
use tracing::debug;

use super::HttpOptions;
use super::answer::{Asked, Fault};
use super::breaker::Health;
use super::call::Call;
use super::circuit::Circuit;
use crate::{AnswerFault, BaseUrl, Failure, PARALLEL_CALLS_MAX};

/// Longest body that is parsed in place. Longer ones would hold up everything else on their
/// thread for milliseconds, so they are parsed aside.
const PARSE_INLINE_BYTES_MAX: usize = 256 * 1024;

/// A service behind, under the name it has in metrics and failures.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    base_url: BaseUrl,
    client: reqwest::Client,
    options: HttpOptions,
    circuit: Circuit,
}

impl Service {
    pub(super) fn new(
        name: &'static str,
        base_url: BaseUrl,
        client: reqwest::Client,
        options: HttpOptions,
    ) -> Self {
        let circuit = Circuit::new(name, options.breaker);
        Self { name, base_url, client, options, circuit }
    }

    /// Sends `call` and reads its answer's body with `read`, all of it measured.
    pub async fn call<T: Send + 'static>(
        &self,
        call: &Call,
        read: impl FnOnce(&[u8]) -> Result<T, AnswerFault> + Send + 'static,
    ) -> Result<T, Failure> {
        let started = Instant::now();
        let result = match self.send(call).await {
            Ok(body) => self.read_body(call, body, read).await,
            Err(failure) => Err(failure),
        };
        let (service, operation) = (self.name, call.operation);
        let outcome = result.as_ref().map_or_else(Failure::outcome, |_| "ok");
        counter!("upstream_requests_total", "service" => service, "operation" => operation, "outcome" => outcome)
            .increment(1);
        histogram!("upstream_request_duration_seconds", "service" => service, "operation" => operation)
            .record(started.elapsed());
        result
    }

    /// Sends `call` and parses its answer as JSON.
    pub async fn json<T: DeserializeOwned + Send + 'static>(
        &self,
        call: &Call,
    ) -> Result<T, Failure> {
        self.call(call, json).await
    }

    /// Sends `calls`, at most [`PARALLEL_CALLS_MAX`] at once, and reads each answer; the answers
    /// keep the calls' order. The first failure ends the rest.
    pub async fn call_all<T: Send + 'static>(
        &self,
        calls: Vec<Call>,
        read: fn(&[u8]) -> Result<T, AnswerFault>,
    ) -> Result<Vec<T>, Failure> {
        let answers = calls.into_iter().map(|call| async move { self.call(&call, read).await });
        stream::iter(answers).buffered(PARALLEL_CALLS_MAX).try_collect().await
    }

    /// Tries until there is an answer, trying again is pointless, or the time is up.
    async fn send(&self, call: &Call) -> Result<Bytes, Failure> {
        let mut retry = 0;
        loop {
            let fault = match self.attempt(call).await {
                Ok(body) => return Ok(body),
                Err(fault) => fault,
            };
            let Some(pause) = self.pause_before(retry, call, &fault) else {
                return Err(fault.failure);
            };
            let (service, operation) = (self.name, call.operation);
            debug!(upstream.service = service, operation, retry, failure = %fault.failure, "Trying again");
            counter!("upstream_retries_total", "service" => service, "operation" => operation)
                .increment(1);
            sleep(pause).await;
            retry += 1;
        }
    }

    /// How long to wait before sending `call` again; `None` if it must not be sent again.
    fn pause_before(&self, retry: u32, call: &Call, fault: &Fault) -> Option<Duration> {
        if !(call.idempotent && fault.passing) {
            return None;
        }
        self.options.retry.pause(retry, fault.failure.retry_after(), call.deadline.remaining())
    }

    /// Sends `call` once, if the circuit lets it pass, and tells the circuit how it went.
    async fn attempt(&self, call: &Call) -> Result<Bytes, Fault> {
        let asked = self.asked(call);
        let patience = call.deadline.remaining().min(self.options.attempt_timeout);
        let was_hurried = patience < self.options.attempt_timeout / 2;
        if patience.is_zero() {
            return Err(asked.silent(was_hurried));
        }
        let pass = self.circuit.enter().map_err(|pause| asked.turned_away(pause))?;
        let result = match timeout(patience, self.exchange(call)).await {
            Ok(result) => result,
            Err(_elapsed) => Err(asked.silent(was_hurried)),
        };
        pass.settle(result.as_ref().map_or_else(|fault| fault.health, |_| Health::Well));
        result
    }

    async fn exchange(&self, call: &Call) -> Result<Bytes, Fault> {
        let asked = self.asked(call);
        let request = call.request(&self.base_url);
        let answer = self.client.execute(request).await.map_err(|error| asked.cut(error))?;
        asked.body(answer, call.answer_bytes_max).await
    }

    async fn read_body<T: Send + 'static>(
        &self,
        call: &Call,
        body: Bytes,
        read: impl FnOnce(&[u8]) -> Result<T, AnswerFault> + Send + 'static,
    ) -> Result<T, Failure> {
        let asked = self.asked(call);
        let value = if body.len() <= PARSE_INLINE_BYTES_MAX {
            read(&body)
        } else {
            let reading = tokio::task::spawn_blocking(move || read(&body)).await;
            // It fails only while the process shuts down.
            reading.map_err(|_join| asked.away(None, None))?
        };
        value.map_err(|fault| asked.bad_answer(fault))
    }

    fn asked(&self, call: &Call) -> Asked {
        Asked { service: self.name, operation: call.operation }
    }
}

/// Reads a body as JSON, for [`Service::call`].
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, AnswerFault> {
    serde_json::from_slice(body).map_err(AnswerFault::Unreadable)
}
