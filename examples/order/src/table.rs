//! One table of a file of configuration, whatever else that holds.

use core::fmt;

use asyncpoll::Policy;
use serde_core::{
    Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};

/// Reads the policy in the table of this name, and says where it is wrong.
pub(crate) fn policy(text: &str, name: &str) -> Result<Policy, toml::de::Error> {
    toml::Deserializer::parse(text)?.deserialize_map(Only(name))
}

struct Only<'a>(&'a str);

impl<'de> Visitor<'de> for Only<'_> {
    type Value = Policy;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a table [{}]", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Policy, A::Error> {
        let mut policy = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == self.0 {
                policy = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        policy.ok_or_else(|| serde_core::de::Error::custom(format_args!("it has no table [{}]", self.0)))
    }
}
