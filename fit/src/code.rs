//! Fitted policies as Rust and as TOML.

use core::{fmt::Write, time::Duration};

use asyncpoll::{Jitter, Policy};

use crate::{Fit, Fitted, seconds};

/// Returns the plans as Rust to paste: the present policy, to go back to; the policy of four numbers; and the table with the
/// function that steps by it.
///
/// # Example
///
/// ```
/// use asyncpoll::Policy;
/// use asyncpoll_fit::{Distribution, Fit, rust};
/// use core::time::Duration;
///
/// let times = Distribution::new(0.0, vec![100.0, 140.0, 600.0], &[1.0, 0.0], 0.0);
/// let fit = Fit::new(&times, Policy::default(), None, Duration::from_secs(1))?;
/// assert!(rust(&fit).contains("pub const FOUR_NUMBERS: Policy"));
/// # Ok::<(), asyncpoll_fit::GoalError>(())
/// ```
pub fn rust(fit: &Fit) -> String {
    let waits = &fit.table.plan.waits;
    let mut code = String::from(
        "use asyncpoll::{\n    Decision, Instant, Jitter, Outcome, Policy, Poller, const_policy,\n    rand_core::Rng,\n};\n\
         use core::time::Duration;\n\n",
    );
    for (name, fitted) in [("PRESENT", &fit.present), ("FOUR_NUMBERS", &fit.four)] {
        let _ = write!(code, "/// {}\npub const {name}: Policy = {};\n\n", cost(fitted), builder(&fitted.plan.policy));
    }
    let _ = write!(
        code,
        "/// A table of waits, for `step_by_table`.\n/// {}\npub const TABLE: Policy = {};\n\n\
         /// The base of each wait after the head start of `TABLE`.\npub const WAITS: [Duration; {}] = [\n",
        cost(&fit.table),
        builder(&fit.table.plan.policy),
        waits.len(),
    );
    for wait in waits {
        let _ = writeln!(code, "    {},", duration(*wait));
    }
    code.push_str(
        "];\n\n/// Takes what a poll found, as `Poller::step` does. Make the poller from `TABLE`.\n\
         pub fn step_by_table<T, E, I: Instant, R: Rng>(\n    poller: &mut Poller<I, R>,\n    outcome: Outcome<T, E>,\n    now: I,\n\
         ) -> Decision<T, E> {\n    let index = poller.polls().checked_sub(1);\n    \
         if let Some(&wait) = index.and_then(|index| WAITS.get(index as usize)) {\n        poller.set_backoff(wait);\n    }\n    \
         poller.step(outcome, now)\n}\n",
    );
    code
}

/// Returns the policy of four numbers as TOML, which the feature `serde` of asyncpoll reads. A table of waits needs code.
///
/// # Errors
///
/// None that is known: every policy has a form in TOML.
pub fn toml(fit: &Fit) -> Result<String, toml::ser::Error> {
    let policy = &fit.four.plan.policy;
    let mut settings = toml::Table::try_from(policy)?;
    if is_at_rest(policy) {
        settings.remove("max_backoff");
    }
    Ok(format!("# {}\n{}", cost(&fit.four), toml::to_string(&settings)?))
}

/// Returns whether `max_backoff` is the default and does nothing, since no wait grows.
fn is_at_rest(policy: &Policy) -> bool {
    let (numer, denom) = policy.multiplier();
    numer == denom && policy.max_backoff() == Policy::default().max_backoff()
}

/// Says what a plan costs.
fn cost(fitted: &Fitted) -> String {
    let cost = &fitted.cost;
    format!("Mean: {:.2} polls, {} late. {} polls at most.", cost.polls, seconds::show(cost.delay), cost.most_polls)
}

fn builder(policy: &Policy) -> String {
    let mut code = String::from("const_policy!(\n    Policy::builder()\n");
    let mut set = |setter: &str, value: String| {
        let _ = writeln!(code, "        .{setter}({value})");
    };
    if let Some(wait) = policy.head_start() {
        set("head_start", duration(wait));
    }
    set("initial_wait", duration(policy.initial_wait()));
    let (numer, denom) = policy.multiplier();
    set("multiplier", format!("{numer}, {denom}"));
    if !is_at_rest(policy) {
        set("max_backoff", duration(policy.max_backoff()));
    }
    let jitter = match policy.jitter() {
        Jitter::PlusMinus(percent) => format!("Jitter::PlusMinus({percent})"),
        other => format!("Jitter::{other:?}"),
    };
    set("jitter", jitter);
    match policy.max_wait() {
        Some(wait) => set("max_wait", duration(wait)),
        None => set("no_max_wait", String::new()),
    }
    if let Some(polls) = policy.max_polls() {
        set("max_polls", polls.to_string());
    }
    if let Some(errors) = policy.max_consecutive_errors() {
        set("max_consecutive_errors", errors.to_string());
    }
    code.push(')');
    code
}

/// Writes a duration in the largest unit that it is a whole number of.
fn duration(wait: Duration) -> String {
    let nanos = wait.as_nanos();
    let units = [("from_secs", 1_000_000_000), ("from_millis", 1_000_000), ("from_micros", 1_000), ("from_nanos", 1)];
    let whole = units.into_iter().find(|(_, unit)| nanos % unit == 0);
    let (of, unit) = whole.unwrap_or(units[3]);
    format!("Duration::{of}({})", grouped(nanos / unit))
}

/// Writes a number as Rust groups its digits.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
