//! The settings: each is wherever the others are.

use asyncpoll::Policy;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::support::{fields, strategies};

#[test]
fn a_policy_shows_each() {
    assert_eq!(fields(&Policy::builder().build().unwrap()), fields(&Policy::builder()));
}

#[test]
fn the_reference_knows_each() {
    let of_reference = fields(&strategies::settings().new_tree(&mut TestRunner::deterministic()).unwrap().current());
    let unknown: Vec<_> = fields(&Policy::builder()).into_iter().filter(|field| !of_reference.contains(field)).collect();
    assert!(unknown.is_empty(), "the reference and the strategies lack {unknown:?}");
}

proptest! {
    #[test]
    fn a_builder_made_from_a_policy_keeps_each(settings in strategies::settings()) {
        let policy = settings.policy();
        prop_assert_eq!(policy.to_builder().build(), Ok(policy));
    }
}
