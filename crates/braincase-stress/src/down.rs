//! The time in which the server is down on purpose: who knocks then finds nobody, and that is not its failure.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A connection from before may be found dead a little later only.
const GRACE: Duration = Duration::from_secs(1);

/// When the server was down on purpose, in time since the start of the run.
#[derive(Debug, Default)]
pub struct DownTime(Mutex<Option<Span>>);

#[derive(Debug, Clone, Copy)]
struct Span {
    from: Duration,
    /// Nothing as long as it is down.
    to: Option<Duration>,
}

impl DownTime {
    /// The server is about to be killed.
    pub fn begin(&self, at: Duration) {
        *self.lock() = Some(Span { from: at, to: None });
    }

    /// It is ready again.
    pub fn end(&self, at: Duration) {
        if let Some(span) = self.lock().as_mut() {
            span.to = Some(at);
        }
    }

    /// Whether anything of it lies between the two.
    #[must_use]
    pub fn overlaps(&self, from: Duration, to: Duration) -> bool {
        self.lock().is_some_and(|down| down.from <= to && down.to.is_none_or(|up| from <= up + GRACE))
    }

    /// How long it lasted, if it is over.
    #[must_use]
    pub fn lasted(&self) -> Option<Duration> {
        let span = (*self.lock())?;
        Some(span.to?.saturating_sub(span.from))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Span>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_meets_the_time_or_the_moment_after_it_overlaps() {
        let [one, two, five, six, nine] = [1, 2, 5, 6, 9].map(Duration::from_secs);
        let down = DownTime::default();
        assert!(!down.overlaps(one, nine));
        down.begin(two);
        assert!(!down.overlaps(Duration::ZERO, one) && down.overlaps(one, two) && down.overlaps(six, nine));
        down.end(five);
        assert!(down.overlaps(five, six) && down.overlaps(six, nine) && !down.overlaps(nine, nine));
        assert_eq!(down.lasted(), Some(Duration::from_secs(3)));
    }
}
