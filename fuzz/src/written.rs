//! Settings as somebody wrote them, made of bytes.

use core::{fmt, str::FromStr};

use arbitrary::{Arbitrary, Unstructured};
use asyncpoll::{Cadence, ParsePolicyError, Policy, fleet::Limits};
use serde::{Serialize, de::DeserializeOwned};

/// A policy as one line, or a file with settings of a policy, of a cadence or of limits: all bytes, of which those that are no text
/// are replaced.
#[derive(Debug)]
pub struct Written(String);

impl<'a> Arbitrary<'a> for Written {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self(String::from_utf8_lossy(bytes.bytes(bytes.len())?).into_owned()))
    }
}

impl Written {
    /// Reads the text in every way.
    pub fn read(&self) {
        match Policy::from_str(&self.0) {
            Ok(policy) => {
                assert_line(policy);
                assert_file(&policy);
            }
            Err(error) => self.assert_sentence(error),
        }
        if let Some(policy) = self.read_file::<Policy>() {
            assert_line(policy);
        }
        self.read_file::<Cadence>();
        self.read_file::<Limits>();
    }

    fn read_file<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(&self) -> Option<T> {
        let read = toml::from_str(&self.0).ok()?;
        assert_file(&read);
        Some(read)
    }

    fn assert_sentence(&self, error: ParsePolicyError) {
        let sentence = error.to_string();
        let is_sentence = (10..400).contains(&sentence.chars().count()) && !sentence.contains(char::is_control);
        assert!(is_sentence, "that is no sentence: {sentence:?} of {self:?}");
    }
}

/// Asserts that a policy is read back from its line.
///
/// # Panics
///
/// Panics if another one is, or none.
pub fn assert_line(policy: Policy) {
    let line = policy.to_string();
    assert_eq!(line.parse(), Ok(policy), "the line {line:?} makes another policy");
}

/// Asserts that settings are read back from the file that they are written to.
///
/// # Panics
///
/// Panics if others are, or none.
pub fn assert_file<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(settings: &T) {
    let file = toml::to_string(settings).expect("settings can be written");
    let read: T = toml::from_str(&file).unwrap_or_else(|error| panic!("{error}: {file}"));
    assert_eq!(read, *settings, "the file makes other settings: {file}");
}
