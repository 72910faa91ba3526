//! The process-wide default `max_wait`: explicit goes before process-wide, and that before 10 min.

use asyncpoll::{Policy, set_default_max_wait};
use core::time::Duration;

use crate::support::{DEFAULT_MAX_WAIT, seconds};

/// What `Policy::default` gives if nothing else sets the default: this file's one test is the only one that may.
#[test]
fn an_explicit_max_wait_goes_before_the_process_wide_one_and_that_before_the_constant() {
    let _alone = DEFAULT_MAX_WAIT.write();
    let constants = Policy::builder().build().unwrap();
    let with = |max_wait| Policy::builder().max_wait(max_wait).build().unwrap();
    assert_eq!(Policy::default(), constants);
    assert_eq!(constants, with(seconds(600.0)));

    set_default_max_wait(seconds(1800.0));
    assert_eq!(Policy::default(), with(seconds(1800.0)));
    assert_eq!(Policy::default().to_builder().build(), Ok(with(seconds(1800.0))));
    assert_eq!(Policy::default().to_builder().max_wait(seconds(60.0)).build(), Ok(with(seconds(60.0))));
    assert_eq!(toml::from_str(""), Ok(with(seconds(1800.0))), "configuration starts from the default");
    assert_eq!(Policy::builder().build(), Ok(constants), "a constant builder cannot see it");
    assert_eq!(std::thread::spawn(Policy::default).join().unwrap(), with(seconds(1800.0)), "it is the whole process's");

    set_default_max_wait(Some(seconds(1.0)));
    assert_eq!(Policy::default(), with(seconds(1.0)));
    set_default_max_wait(Duration::ZERO);
    assert_eq!(Policy::default(), constants);
    set_default_max_wait(Duration::MAX);
    assert_eq!(Policy::default(), with(Duration::from_nanos(i64::MAX.unsigned_abs())));
    set_default_max_wait(None);
    assert_eq!(Policy::default(), constants);
}
