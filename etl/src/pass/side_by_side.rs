//! Asks a store about many rooms at the same time, since most of the time of one question is
//! its way there and back.

use futures_util::stream::{self, StreamExt};

/// Most questions of one partition's worker at the same time.
const QUESTIONS_MAX: usize = 16;

/// Runs all, a bounded number at a time, and answers in the order given.
pub(super) async fn side_by_side<Question: Future>(
    questions: impl IntoIterator<Item = Question>,
) -> Vec<Question::Output> {
    // Listed first: a stream of lazily made futures would not be known to be `Send`.
    let questions: Vec<Question> = questions.into_iter().collect();
    stream::iter(questions).buffered(QUESTIONS_MAX).collect().await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn answers_come_in_order_from_a_bounded_number_at_a_time() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let questions = (0..=QUESTIONS_MAX).map(|number| {
            let (running, most) = (&running, &most);
            async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                tokio::task::yield_now().await;
                running.set(running.get() - 1);
                number
            }
        });
        let answers = side_by_side(questions).await;
        assert_eq!(answers, (0..=QUESTIONS_MAX).collect::<Vec<_>>());
        assert_eq!(most.get(), QUESTIONS_MAX);
    }
}
