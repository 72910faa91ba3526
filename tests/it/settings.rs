//! The settings of a policy, a cadence and limits: each is wherever the others are.

use asyncpoll::{
    Cadence, Policy,
    fleet::Limits,
    ticker::{First, Missed, Phase},
};
use core::{fmt::Debug, time::Duration};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_core::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    support::{fields, fleet_play, limit_rules::Rules, strategies, ticker_model},
    ticker::laws,
};

const INTERFACE: &str = include_str!("../interface.txt");

/// What has settings.
struct Kind {
    /// Its path in the crate.
    path: &'static str,
    /// The names of its settings, as its builder has them.
    settings: Vec<String>,
    /// Those that its debug text has.
    shown: Vec<String>,
    /// Those that a file of configuration has.
    written: Vec<String>,
    /// What a file is told that has a setting of another name.
    expected: String,
    /// Those that the reference has.
    of_reference: Vec<String>,
    /// Its docs.
    docs: &'static str,
    /// Values drawn from what the property tests draw theirs from, as a file has them.
    drawn: Vec<Value>,
}

/// Draws values, and sees that each builder made from one, and each file, makes that again.
fn drawn<T: Debug + DeserializeOwned + PartialEq + Serialize>(
    strategy: impl Strategy<Value = T>,
    rebuilt: impl Fn(&T) -> T,
) -> Vec<Value> {
    let mut runner = TestRunner::deterministic();
    let one = |_| {
        let value = strategy.new_tree(&mut runner).unwrap().current();
        let (json, toml) = (serde_json::to_value(&value).unwrap(), toml::to_string(&value).unwrap());
        assert_eq!(rebuilt(&value), value);
        assert_eq!(toml::from_str::<T>(&toml).unwrap(), value);
        assert_eq!(serde_json::from_value::<T>(json.clone()).unwrap(), value);
        json
    };
    (0..256).map(one).collect()
}

impl Kind {
    fn new<T: Debug + DeserializeOwned + Serialize>(
        (path, docs): (&'static str, &'static str),
        builder: &impl Debug,
        built: &T,
        reference: &impl Debug,
        drawn: Vec<Value>,
    ) -> Self {
        let written = serde_json::to_value(built).unwrap();
        Self {
            path,
            settings: fields(builder),
            shown: fields(built),
            written: written.as_object().unwrap().keys().cloned().collect(),
            expected: toml::from_str::<T>("colour = 1").err().unwrap().message().to_owned(),
            of_reference: fields(reference),
            docs,
            drawn,
        }
    }

    fn all() -> [Self; 3] {
        let shared = (fleet_play::all_rules(), any::<bool>());
        let any_policy = strategies::settings().new_tree(&mut TestRunner::deterministic()).unwrap().current();
        let minutes = Cadence::builder(Duration::from_secs(60));
        let (first, phase, missed) = (First::AtOnce, Phase::Free, Missed::Skip);
        let any_cadence = ticker_model::Settings { interval: 1, jitter: 0, first, phase, missed };
        [
            Self::new(
                ("asyncpoll::Policy", include_str!("../../src/policy.rs")),
                &Policy::builder(),
                &Policy::builder().build().unwrap(),
                &any_policy,
                drawn(strategies::settings().prop_map(|settings| settings.policy()), |policy| {
                    policy.to_builder().build().unwrap()
                }),
            ),
            Self::new(
                ("asyncpoll::Cadence", include_str!("../../src/ticker/cadence.rs")),
                &minutes,
                &minutes.build().unwrap(),
                &any_cadence,
                drawn(laws::settings().prop_map(|settings| settings.cadence()), |cadence| {
                    cadence.to_builder().build().unwrap()
                }),
            ),
            Self::new(
                ("asyncpoll::fleet::Limits", include_str!("../../src/fleet/admission/limits.rs")),
                &Limits::builder(),
                &Limits::default(),
                &Rules::DEFAULT,
                drawn(shared.prop_map(|(rules, shared)| Rules { shared, ..rules }.limits()), |limits| {
                    limits.to_builder().build().unwrap()
                }),
            ),
        ]
    }

    /// Asserts of every setting that it is there.
    #[track_caller]
    fn assert_each(&self, place: &str, is_there: impl Fn(&str) -> bool) {
        let lost: Vec<_> = self.settings.iter().filter(|setting| !is_there(setting)).collect();
        assert!(lost.is_empty(), "{}: {place} has no {lost:?}", self.path);
    }
}

#[test]
fn debug_text_has_each_and_no_other() {
    for kind in Kind::all() {
        assert_eq!(kind.shown, kind.settings, "{}", kind.path);
    }
}

#[test]
fn a_file_has_each_and_no_other() {
    for kind in Kind::all() {
        assert_eq!(kind.written.len(), kind.settings.len(), "{}", kind.path);
        kind.assert_each("a file", |setting| kind.written.iter().any(|written| written == setting));
        let expected: Vec<_> = kind.settings.iter().map(|setting| format!("`{setting}`")).collect();
        assert_eq!(kind.expected, format!("unknown field `colour`, expected one of {}", expected.join(", ")));
    }
}

#[test]
fn each_has_a_getter() {
    for kind in Kind::all() {
        kind.assert_each("the interface", |setting| INTERFACE.contains(&format!("fn {}::{setting}(&self)", kind.path)));
    }
}

#[test]
fn each_has_a_setter_or_is_there_from_the_beginning() {
    for kind in Kind::all() {
        let begin = INTERFACE.lines().find(|line| line.contains(&format!("fn {}::builder(", kind.path))).unwrap();
        assert!(begin.ends_with(&format!(" -> {}Builder", kind.path)), "{begin}");
        let given = begin.contains("(core::time::Duration)").then_some("interval");
        kind.assert_each("the builder", |setting| {
            given == Some(setting) || INTERFACE.contains(&format!("fn {}Builder::{setting}(self", kind.path))
        });
    }
}

/// Whether a table in the docs says something of a setting.
fn has_row(docs: &str, setting: &str) -> bool {
    let row = docs.split(&format!("\n/// | `{setting}` | ")).nth(1);
    row.is_some_and(|row| !row.starts_with('|'))
}

#[test]
fn the_docs_have_a_row_for_each() {
    for kind in Kind::all() {
        kind.assert_each("the table in the docs", |setting| has_row(kind.docs, setting));
    }
}

#[test]
fn the_front_page_has_each_of_a_policy() {
    let [policy, ..] = Kind::all();
    let rows = || include_str!("../../src/lib.rs").lines().filter_map(|line| line.strip_prefix("//! | ")?.split(" | ").next());
    policy.assert_each("the table in lib.rs", |setting| rows().any(|cell| cell.contains(&format!("`{setting}`"))));
}

#[test]
fn the_reference_knows_each() {
    for kind in Kind::all() {
        kind.assert_each("the reference", |setting| kind.of_reference.iter().any(|known| known == setting));
    }
}

#[test]
fn what_is_drawn_has_many_values_of_each() {
    for kind in Kind::all() {
        kind.assert_each("what is drawn", |setting| {
            let mut values: Vec<_> = kind.drawn.iter().map(|drawn| drawn[setting].to_string()).collect();
            values.sort();
            values.dedup();
            values.len() > 1
        });
    }
}

#[test]
fn what_a_file_may_leave_unset_can_be_cleared() {
    for kind in Kind::all() {
        kind.assert_each("the builder", |setting| {
            let may_be_unset = kind.drawn.iter().any(|drawn| drawn[setting] == "none");
            // No jitter is a kind of jitter.
            !may_be_unset || setting == "jitter" || INTERFACE.contains(&format!("fn {}Builder::no_{setting}(self)", kind.path))
        });
    }
}
