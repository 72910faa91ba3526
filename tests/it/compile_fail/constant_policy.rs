use asyncpoll::{Policy, const_policy};
use core::time::Duration;

const SLOW: Policy = const_policy!(Policy::builder().initial_wait(Duration::from_millis(600_500)));

fn main() {
    println!("{SLOW:?}");
}
