//! A policy as one line, such as `5s x3 <=5m +-20% 10m`.

use core::{fmt, mem, str::FromStr};

use super::{Policy, PolicyBuilder, PolicyError, settings::PolicySetting};
use crate::{
    setting::{Listed, NONE, Setting, Short, Value, Written},
    wait::Jitter,
};

/// One word of each setting.
const WORDS: &str = ">=90s [2s,30s] 5s x3 <=5m +-20% hint+10% hint<=1h 10m nolastpoll 40polls 3errors";

/// The word of a policy without a deadline.
const FOREVER: &str = "forever";

/// The word of a policy without a last poll at the deadline.
const NO_LAST_POLL: &str = "nolastpoll";

/// The value of `+-` in a policy without jitter.
const NO_JITTER: &str = "0%";

impl PolicySetting {
    /// Returns what stands before the value in the word of this setting, and what stands after it.
    const fn affixes(self) -> (&'static str, &'static str) {
        match self {
            Self::HeadStart => (">=", ""),
            Self::Waits => ("[", "]"),
            // The first and the second word that are a duration alone, and one that has no value.
            Self::InitialWait | Self::MaxWait | Self::LastPoll => ("", ""),
            Self::Multiplier => ("x", ""),
            Self::MaxBackoff => ("<=", ""),
            Self::Jitter => ("+-", ""),
            Self::HintJitter => ("hint+", ""),
            Self::MaxHint => ("hint<=", ""),
            Self::MaxPolls => ("", "polls"),
            Self::MaxConsecutiveErrors => ("", "errors"),
        }
    }

    /// Writes the word of this setting for this value, or nothing if it is left out.
    fn write(self, value: Value, space: &str, f: &mut fmt::Formatter<'_>) -> Result<bool, fmt::Error> {
        let (before, after) = self.affixes();
        match (self, value) {
            (Self::MaxWait, Value::None) => write!(f, "{space}{FOREVER}")?,
            (Self::LastPoll, Value::Switch(false)) => write!(f, "{space}{NO_LAST_POLL}")?,
            (Self::HintJitter, Value::Word(_)) | (Self::LastPoll, _) | (_, Value::None) => return Ok(false),
            (Self::Jitter, Value::Word(NONE)) => write!(f, "{space}{before}{NO_JITTER}")?,
            (_, Value::Word(word)) => write!(f, "{space}{word}")?,
            (_, value @ Value::PercentAbove(_)) => write!(f, "{space}{value}")?,
            (_, value) => write!(f, "{space}{before}{value}{after}")?,
        }
        Ok(true)
    }

    /// Sets what `word` says, if it is a word of this setting.
    fn read_word(self, builder: PolicyBuilder, word: &str) -> Option<PolicyBuilder> {
        let (before, after) = self.affixes();
        match (self, word) {
            (Self::MaxWait, FOREVER) => Some(builder.no_max_wait()),
            (Self::LastPoll, word) => (word == NO_LAST_POLL).then(|| builder.no_last_poll()),
            (Self::Jitter, word) => match word.strip_prefix(before) {
                Some(percent) => Some(builder.jitter(Jitter::PlusMinus(Written::new(percent).percent()?))),
                // A percentage alone does not say of what it is one, and the word of no jitter says too little.
                None if word == NONE || word.starts_with(|letter: char| letter.is_ascii_digit()) => None,
                None => self.read(builder, Written::new(word)),
            },
            (Self::HintJitter, word) => Some(builder.hint_jitter(Written::new(word.strip_prefix(before)?).percent()?)),
            (_, word) => self.read(builder, Written::new(word.strip_prefix(before)?.strip_suffix(after)?)),
        }
    }
}

/// Writes every setting that is set as a word, in the order in which the docs of [`Policy`] have them. The line is read back to the
/// same policy.
///
/// ```
/// use asyncpoll::{Policy, PolicyError};
///
/// assert_eq!(Policy::default().to_string(), "5s x3 <=5m +-20% 10m");
/// let policy = Policy::builder().max_polls(40).no_max_wait().build()?;
/// assert_eq!(policy.to_string(), "5s x3 <=5m +-20% forever 40polls");
/// # Ok::<(), PolicyError>(())
/// ```
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut space = "";
        for setting in PolicySetting::ALL {
            if setting.write(setting.value(self), space, f)? {
                space = " ";
            }
        }
        Ok(())
    }
}

/// Reads a line as the docs of [`Policy`] have it. What is left out is as in [`Policy::default`].
///
/// ```
/// use asyncpoll::{Jitter, ParsePolicyError, Policy};
///
/// let policy: Policy = "2s x3/2 full 1h".parse()?;
/// assert_eq!((policy.multiplier(), policy.jitter()), ((3, 2), Jitter::Full));
/// assert_eq!(policy.max_backoff(), Policy::default().max_backoff());
/// # Ok::<(), ParsePolicyError>(())
/// ```
impl FromStr for Policy {
    type Err = ParsePolicyError;

    fn from_str(line: &str) -> Result<Self, ParsePolicyError> {
        read(line).map_err(ParsePolicyError)
    }
}

fn read(line: &str) -> Result<Policy, Refusal> {
    let mut seen = [false; PolicySetting::ALL.len()];
    let mut builder = Policy::default().to_builder();
    for word in line.split_ascii_whitespace() {
        builder = set(builder, word, &mut seen)?;
    }
    if !seen.contains(&true) {
        return Err(Refusal::Empty);
    }
    builder.build().map_err(Refusal::Setting)
}

/// Sets what a word says, in the first of its settings that has not been seen: two settings are a duration alone.
fn set(builder: PolicyBuilder, word: &str, seen: &mut [bool]) -> Result<PolicyBuilder, Refusal> {
    let mut refusal = None;
    for (setting, seen) in PolicySetting::ALL.iter().zip(seen) {
        if let Some(builder) = setting.read_word(builder, word) {
            if !mem::replace(seen, true) {
                return Ok(builder);
            }
            refusal = Some(Refusal::Twice(*setting));
        }
    }
    Err(refusal.unwrap_or_else(|| Refusal::Unknown(Short::of(word))))
}

/// A line that is no policy: which of its words is wrong, and what it must be.
///
/// # Example
///
/// ```
/// use asyncpoll::Policy;
///
/// let refused = |line: &str| line.parse::<Policy>().unwrap_err().to_string();
/// assert_eq!(
///     refused("5s x3 <=soon"),
///     "\"<=soon\" is no word of a policy; its words are such as >=90s [2s,30s] \
///      5s x3 <=5m +-20% hint+10% hint<=1h 10m nolastpoll 40polls 3errors, \
///      +20%, full, equal, decorrelated and forever"
/// );
/// assert_eq!(
///     refused("5s x3 <=2s"),
///     "initial_wait is 5 s; it must be at most max_backoff, 2 s"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub struct ParsePolicyError(Refusal);

/// Why a line is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Refusal {
    /// It has no words.
    Empty,
    /// No policy has them together.
    Setting(PolicyError),
    /// A setting has two words.
    Twice(PolicySetting),
    /// This is the word of no setting.
    Unknown(Short),
}

impl fmt::Display for ParsePolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Refusal::Empty => write!(f, "the policy is empty; it must be words such as {WORDS}"),
            Refusal::Setting(error) => error.fmt(f),
            Refusal::Twice(setting) => write!(f, "{} is set twice; it must be set once at most", setting.name()),
            Refusal::Unknown(word) => write!(
                f,
                "\"{}\" is no word of a policy; its words are such as {WORDS}, +20%, full, equal, decorrelated and {FOREVER}",
                word.as_str(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_has_a_word_of_each_setting() {
        let mut seen = [false; PolicySetting::ALL.len()];
        for (index, word) in WORDS.split(' ').enumerate() {
            assert!(set(Policy::builder(), word, &mut seen).is_ok(), "{word}");
            assert_eq!(seen.iter().position(|seen| !seen).unwrap_or(seen.len()), index + 1, "{word} is of another setting");
        }
        assert!(!seen.contains(&false), "the sentence has no word of a setting");
    }
}
