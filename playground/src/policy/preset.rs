//! Policies by what is polled: where the view starts for somebody who polls just that.

use asyncpoll::Policy;
use serde_json::Value;

use super::VIEW;
use crate::address::fragment;

/// What is polled, its policy, and when it is done in the picture.
const PRESETS: [(&str, &str, &str); 8] = [
    ("the default", "5s x3 <=5m +-20% 10m", "180s"),
    ("a device login", "5s x1 +20% 15m", "50s"),
    ("an AI batch", "30s x3/2 <=10m +-20% 25h", "3600s"),
    ("an ACME order", "1s x2 <=1m +-20% 1h", "20s"),
    ("a cloud operation", "5s x3/2 <=1m +-20% 2h", "400s"),
    ("a CI job", ">=3m 5s x3/2 <=30s +-20% 1h", "300s"),
    ("an AWS waiter", "15s x1 +10% 40polls forever", "200s"),
    ("a service that starts", "100ms x2 <=5s 2m", "8s"),
];

/// Returns links to policies: each what is polled, and the part of the address after `#` that leads to its policy.
///
/// ```
/// let presets = asyncpoll_playground::presets();
/// assert_eq!(presets[0], ("the default", "v=1&view=policy".to_owned()));
/// ```
pub fn presets() -> Vec<(&'static str, String)> {
    PRESETS
        .into_iter()
        .map(|(name, line, done)| (name, address(&line.parse().unwrap_or_default(), &format!("done@{done}"))))
        .collect()
}

/// Returns the address of a policy and of what happens.
pub(crate) fn address(policy: &Policy, events: &str) -> String {
    let settings = serde_json::to_value(policy).unwrap_or_default();
    let text = |name: &str| match &settings[name] {
        Value::String(text) => text.clone(),
        Value::Array(waits) => waits.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let mut pairs: Vec<(&str, String)> =
        VIEW.fields[..super::SETTINGS].iter().map(|field| (field.name, text(field.name))).collect();
    pairs.push(("events", events.to_owned()));
    let is_set = |(name, value): &&(&str, String)| VIEW.fields.iter().any(|field| field.name == *name && field.plain != value);
    fragment(VIEW.name, pairs.iter().filter(is_set).map(|(name, value)| (*name, value.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{VIEWS, address::Address, field::settings};

    #[test]
    fn each_preset_is_the_policy_that_its_line_says() {
        for ((name, line, _), (_, fragment)) in PRESETS.into_iter().zip(presets()) {
            let address = Address::read(&fragment, VIEWS);
            let policy: Policy = settings(&address, &VIEW.fields[..super::super::SETTINGS]).unwrap();
            assert_eq!(policy, line.parse().unwrap(), "{name}");
            assert!(address.notes.is_empty(), "{name}: {:?}", address.notes);
        }
    }
}
