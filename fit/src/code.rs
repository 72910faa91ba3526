//! The fitted policy as Rust and as TOML.

use core::{fmt::Write, time::Duration};

use asyncpoll::{Jitter, Policy};

use crate::{Fit, Fitted, seconds};

/// Returns the fitted policy as Rust to paste.
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
/// assert!(rust(&fit).contains("pub const POLLING: Policy"));
/// # Ok::<(), asyncpoll_fit::GoalError>(())
/// ```
pub fn rust(fit: &Fit) -> String {
    constant(&fit.best.policy, &format!("/// {}\n", cost(&fit.best)))
}

/// Returns any policy as Rust to paste.
///
/// ```
/// use asyncpoll::Policy;
/// use asyncpoll_fit::rust_of;
///
/// let rust = rust_of(&Policy::default());
/// assert!(rust.contains("pub const POLLING: Policy"));
/// assert!(rust.contains(".initial_wait(Duration::from_secs(5))"));
/// ```
pub fn rust_of(policy: &Policy) -> String {
    constant(policy, "")
}

/// Writes a policy as a constant, with the crate's items that it names.
fn constant(policy: &Policy, docs: &str) -> String {
    format!(
        "use asyncpoll::{{Jitter, Policy, const_policy}};\nuse core::time::Duration;\n\n\
         {docs}pub const POLLING: Policy = {};\n",
        builder(policy),
    )
}

/// Returns the fitted policy as TOML, which the feature `serde` of asyncpoll reads.
///
/// # Errors
///
/// None that is known: every policy has a form in TOML.
pub fn toml(fit: &Fit) -> Result<String, toml::ser::Error> {
    let policy = &fit.best.policy;
    let mut settings = toml::Table::try_from(policy)?;
    if is_at_rest(policy) {
        settings.remove("max_backoff");
    }
    Ok(format!("# {}\n{}", cost(&fit.best), toml::to_string(&settings)?))
}

/// Returns whether `max_backoff` is the default and does nothing, since the ladder never grows.
fn is_at_rest(policy: &Policy) -> bool {
    let (numer, denom) = policy.multiplier();
    numer == denom && policy.max_backoff() == Policy::default().max_backoff()
}

/// Says what a policy costs.
fn cost(fitted: &Fitted) -> String {
    let cost = &fitted.cost;
    format!("Mean: {:.2} polls, {} late. {} polls at most.", cost.polls, seconds::show(cost.delay), cost.most_polls)
}

/// Writes every setting that a policy has; what it does not set stays as it is by default.
fn builder(policy: &Policy) -> String {
    let mut code = String::from("const_policy!(\n    Policy::builder()\n");
    let mut set = |setter: &str, value: String| {
        let _ = writeln!(code, "        .{setter}({value})");
    };
    if let Some(wait) = policy.head_start() {
        set("head_start", duration(wait));
    }
    if policy.waits().next().is_some() {
        let waits: Vec<String> = policy.waits().map(duration).collect();
        set("waits", format!("&[\n            {},\n        ]", waits.join(",\n            ")));
    }
    set("initial_wait", duration(policy.initial_wait()));
    let (numer, denom) = policy.multiplier();
    set("multiplier", format!("{numer}, {denom}"));
    if !is_at_rest(policy) {
        set("max_backoff", duration(policy.max_backoff()));
    }
    let jitter = match policy.jitter() {
        Jitter::PlusMinus(percent) => format!("Jitter::PlusMinus({percent})"),
        Jitter::Above(percent) => format!("Jitter::Above({percent})"),
        other => format!("Jitter::{other:?}"),
    };
    set("jitter", jitter);
    if let Some(percent) = policy.hint_jitter() {
        set("hint_jitter", percent.to_string());
    }
    if let Some(hint) = policy.max_hint() {
        set("max_hint", duration(hint));
    }
    match policy.max_wait() {
        Some(wait) => set("max_wait", duration(wait)),
        None => set("no_max_wait", String::new()),
    }
    if !policy.last_poll() {
        set("no_last_poll", String::new());
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
