//! What a user asks for.

/// What a fitted policy is to cost: so many polls, so much delay, or whatever is worth it.
///
/// # Example
///
/// ```
/// use asyncpoll_fit::Goal;
///
/// let refused = Goal::Polls(1.5).check(2.0).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "polls is 1.5; with this log it must be from 2.0 to 100"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Goal {
    /// The mean number of polls of an operation, the first included.
    Polls(f64),
    /// The mean delay, in seconds.
    Delay(f64),
    /// What a poll is worth, in seconds of delay.
    Price(f64),
}

/// A goal that nothing meets.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GoalError {
    /// The present policy makes too many polls to be played, and none of its waits is like the next.
    #[error("the present policy makes {most} polls or more before max_wait, and its waits still grow; it must make fewer")]
    Endless {
        /// The limit.
        most: usize,
    },
    /// There are fewer polls than any policy makes, or more than are fitted.
    #[error("polls is {polls}; with this log it must be from {least:.1} to {most}")]
    Polls {
        /// What was asked for.
        polls: f64,
        /// What it takes at least.
        least: f64,
        /// The limit.
        most: f64,
    },
    /// A delay or a price is not a positive number.
    #[error("{field} is {seconds} s; it must be more than 0 s")]
    NotPositive {
        /// Which of them.
        field: &'static str,
        /// What was asked for, in seconds.
        seconds: f64,
    },
    /// So little delay would take more polls than are fitted.
    #[error("delay is {delay} s; with this log it must be at least {least:.3} s, or it takes more than {most} polls")]
    Delay {
        /// What was asked for, in seconds.
        delay: f64,
        /// The delay of that many polls.
        least: f64,
        /// The most polls that are fitted.
        most: f64,
    },
}

impl Goal {
    /// The most polls of an operation that a policy is fitted to.
    pub const MOST_POLLS: f64 = 100.0;

    /// Refuses what no policy can be fitted to if the fewest polls in the mean are `least`.
    ///
    /// # Errors
    ///
    /// A [`GoalError`] says what is wrong.
    pub fn check(self, least: f64) -> Result<(), GoalError> {
        let most = Self::MOST_POLLS;
        let (field, seconds) = match self {
            Self::Polls(polls) if (least..=most).contains(&polls) => return Ok(()),
            Self::Polls(polls) => return Err(GoalError::Polls { polls, least, most }),
            Self::Delay(seconds) => ("delay", seconds),
            Self::Price(seconds) => ("price", seconds),
        };
        if seconds > 0.0 && seconds.is_finite() { Ok(()) } else { Err(GoalError::NotPositive { field, seconds }) }
    }
}
