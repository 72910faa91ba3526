//! The view of a policy.

use core::time::Duration;

use asyncpoll::{Decision, Outcome, Policy, Poller};
use asyncpoll_fit::{drawing::Axis, show_seconds};
use serde_json::{Value, json};

use crate::browser::Browser;

/// The arrow to the right, as WebDriver has it.
const RIGHT: &str = "\u{e014}";
const DELETE: &str = "\u{e017}";

fn start() -> Browser {
    Browser::start(1_180, 900, "light")
}

/// Asks the library what the page should show.
fn native(browser: &Browser, fragment: &str) -> Value {
    let width = browser.run("return document.querySelector('section:not([hidden]) .figure').clientWidth");
    let question = json!({"fragment": fragment, "width": width});
    let mut answer: Value = serde_json::from_str(&asyncpoll_playground::answer(&question.to_string())).unwrap();
    for pairs in ["texts", "tables"] {
        let named =
            { answer[pairs].as_array().unwrap().iter() }.map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].clone()));
        answer[pairs] = named.collect();
    }
    answer
}

#[test]
fn times_are_those_of_the_program_order() {
    let browser = start();
    let order = crate::program("examples/order", "order");
    for (fragment, flags) in [
        ("seed=7&jitter=full&multiplier=2", ["--seed", "7", "--jitter", "full", "--multiplier", "2"].as_slice()),
        ("seed=18446744073709551615&max_wait=1h", &["--seed", "18446744073709551615", "--max-wait", "1h"]),
        ("seed=3&waits=2s,+30s&max_polls=6", &["--seed", "3", "--waits", "2s,30s", "--max-polls", "6"]),
    ] {
        browser.open(&format!("v=1&view=policy&{fragment}"));
        let preview = crate::printed(order.command().args(["--url", "http://localhost/", "--preview"]).args(flags));
        let rows = preview.lines().skip(1).map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>().join(" "));
        let times: Vec<String> = rows.collect();
        assert!(times.len() > 3, "{preview}");
        let text = browser.text("[data-text=times]");
        assert_eq!(text.split(", ").collect::<Vec<_>>(), times, "{fragment}");
    }
}

#[test]
fn code_tables_and_picture_are_those_of_the_library() {
    let browser = start();
    for fragment in ["v=1&view=policy", "v=1&view=policy&jitter=equal&seeds=1000&events=429@1m%2B60s,done@4m&scale=linear"] {
        browser.open(fragment);
        let native = native(&browser, fragment);
        for text in ["rust", "toml", "line", "times", "seed"] {
            assert_eq!(browser.text(&format!("[data-text={text}]")), native["texts"][text], "{text} of {fragment}");
        }
        for table in ["windows", "polls"] {
            let shown = browser.run(&format!(
                "return [...document.querySelector('[data-table={table}]').rows].map(row => [...row.cells].map(cell => cell.textContent))"
            ));
            assert!(shown.as_array().is_some_and(|rows| rows.len() > 3), "{shown}");
            assert_eq!(shown, native["tables"][table], "{table} of {fragment}");
        }
        // The browser writes the same picture in another way.
        let script = "const there = document.createElement('div'); there.innerHTML = arguments[0]; \
                      arguments[1](there.innerHTML === document.querySelector('#policy .picture').innerHTML && there.innerHTML.length)";
        let length = browser.run_until_called(script, &native["picture"]);
        assert!(length.as_u64().is_some_and(|length| length > 5_000), "the picture of {fragment} is another: {length}");
    }
}

#[test]
fn each_slider_changes_all_by_a_key_and_the_address_restores_it() {
    let browser = start();
    // Here each setting matters: somebody asks for patience, and a poll fails.
    let scene = "v=1&view=policy&events=hint@3s%2B30s%2Cerror@60s";
    let settings = browser_settings(&browser, scene);
    assert!(settings.len() >= 11, "{settings:?}");
    let shown = |browser: &Browser| {
        let picture = browser.run("return document.querySelector('#policy .picture').innerHTML");
        [
            picture.to_string(),
            browser.text("[data-text=rust]"),
            browser.text("[data-text=toml]"),
            browser.text("[data-text=line]"),
        ]
    };
    browser.open(scene);
    let before = shown(&browser);
    for setting in settings {
        browser.open(scene);
        browser.run("for (const details of document.querySelectorAll('details')) details.open = true");
        browser.press(&format!("#policy-{setting} + [type=range]"), RIGHT);
        let after = shown(&browser);
        for (before, after) in before.iter().zip(&after) {
            assert_ne!(before, after, "{setting} changes nothing");
        }
        let fragment = browser.fragment();
        assert!(fragment.contains(&format!("&{setting}=")), "{fragment}");
        browser.open(&fragment);
        assert_eq!(shown(&browser), after, "{fragment} restores something else");
    }
}

/// Returns the settings of the policy that have a slider.
fn browser_settings(browser: &Browser, fragment: &str) -> Vec<String> {
    browser.open(fragment);
    let names = browser
        .run("return [...document.querySelectorAll('#policy [type=range]')].map(range => range.previousElementSibling.name)");
    let names = names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
    names.filter(|name| !matches!(name.as_str(), "seeds" | "seed")).collect()
}

#[test]
fn a_value_is_refused_in_the_words_of_the_crate_at_its_field_alone() {
    let browser = start();
    browser.open("v=1&view=policy");
    let picture = "return document.querySelector('#policy .picture').innerHTML";
    let before = browser.run(picture);
    browser.run(
        "const field = document.getElementById('policy-initial_wait'); field.value = '0s'; \
                 field.dispatchEvent(new Event('input', { bubbles: true }))",
    );
    browser.settle();
    let error = Policy::builder().initial_wait(Duration::ZERO).build().unwrap_err();
    assert_eq!(browser.text("#policy-initial_wait-error"), error.to_string());
    let at = browser.run("return [...document.querySelectorAll('[aria-invalid=true]')].map(field => field.id)");
    assert_eq!(at, json!(["policy-initial_wait"]));
    let said = browser.run("return [...document.querySelectorAll('.refusal')].filter(place => place.textContent).length");
    assert_eq!(said, 1);
    assert_eq!(browser.run(picture), before, "the last good picture stays");
    assert_eq!(browser.fragment(), "v=1&view=policy", "the last good address stays");
}

#[test]
fn a_click_says_how_late_200_pollers_notice() {
    let browser = start();
    browser.open("v=1&view=policy&events=none");
    browser.click("#policy .figure", 600.0, 200.0);
    let fragment = browser.fragment();
    let done =
        fragment.split_once("events=done%40").and_then(|(_, at)| at.strip_suffix('s')).unwrap_or_else(|| panic!("{fragment}"));
    let done = Duration::from_secs_f64(done.parse().unwrap());
    let delays: Vec<f64> =
        (42..242).filter_map(|seed| noticed(Policy::default(), seed, done)).map(|at| (at - done).as_secs_f64()).collect();
    assert_eq!(delays.len(), 200);
    let mean = show_seconds(delays.iter().sum::<f64>() / 200.0);
    let says = browser.text("#policy .says");
    assert!(says.contains(&format!("noticed {mean} later on average")), "{says}: {mean}");
}

/// Returns when a poller finds the operation done.
fn noticed(policy: Policy, seed: u64, done: Duration) -> Option<Duration> {
    let mut now = Duration::ZERO;
    let mut poller = Poller::seeded(policy, seed, now);
    loop {
        let outcome = if now >= done { Outcome::Done(()) } else { Outcome::<_, ()>::pending() };
        match poller.step(outcome, now) {
            Decision::Sleep(wait) => now += wait,
            Decision::Done(()) => return Some(now),
            _ => return None,
        }
    }
}

#[test]
fn no_poll_lies_within_the_wait_of_a_refusal() {
    let browser = start();
    // The policy itself would poll every two seconds.
    browser.open("v=1&view=policy&events=none&seeds=40&click=429&retry_after=60s&initial_wait=2s&multiplier=1&max_wait=5m");
    browser.click("#policy .figure", 400.0, 200.0);
    assert!(browser.fragment().contains("events=429%40"), "{}", browser.fragment());
    let width = browser.run("return document.querySelector('#policy .figure').clientWidth").as_f64().unwrap();
    let axis = Axis::stretched(2.0, 300.0, 96.0..width - 24.0);
    let ticks = |class: &str| ticks(&browser, class);
    let refused = ticks("line wide stroke-orange");
    assert_eq!(refused.len(), 40, "each poller is refused once");
    let others = ticks("line stroke-blue");
    assert!(others.len() > 100, "{}", others.len());
    for (x, y) in refused {
        let refused = axis.value(x);
        for &(other, _) in others.iter().filter(|other| other.1 == y) {
            let other = axis.value(other);
            // A pixel is half a second there.
            assert!(other < refused + 0.5 || other > refused + 59.0, "refused at {refused}, polled at {other}");
        }
    }
    let says = browser.text("#policy .says");
    let back =
        says.split_once("sooner than ").and_then(|(_, rest)| rest.split_once(" s after")).unwrap_or_else(|| panic!("{says}")).0;
    assert!(back.parse::<f64>().unwrap() >= 60.0, "{says}");
}

/// Returns where the ticks of a class begin.
fn ticks(browser: &Browser, class: &str) -> Vec<(f64, f64)> {
    let paths = browser.run(&format!(
        "return [...document.querySelectorAll('#policy .picture path[class=\"{class}\"]')].map(path => path.getAttribute('d'))"
    ));
    // Ticks are alike and many: they are in one path.
    let longest = paths.as_array().unwrap().iter().filter_map(Value::as_str).max_by_key(|path| path.len()).unwrap_or_default();
    longest
        .split('M')
        .filter_map(|tick| {
            let (x, y) = tick.split_once('l')?.0.split_once(' ')?;
            Some((x.parse().ok()?, y.parse().ok()?))
        })
        .collect()
}

#[test]
fn an_event_is_moved_and_removed_by_keys_and_the_history_undoes_it() {
    let browser = start();
    browser.open("v=1&view=policy");
    let slider = "#policy [role=slider]";
    let says = |browser: &Browser| {
        browser.run(&format!("return document.querySelector('{slider}')?.getAttribute('aria-valuetext') ?? ''"))
    };
    assert_eq!(says(&browser), "done at 3 min");
    browser.press(slider, RIGHT);
    let moved = says(&browser);
    assert_ne!(moved, "done at 3 min");
    assert_eq!(browser.run("return document.activeElement.getAttribute('role')"), "slider", "the focus stays");
    browser.press(slider, DELETE);
    assert_eq!(says(&browser), "");
    assert!(browser.text("#policy .says").starts_with("An operation that is never done is polled"));
    browser.run("history.back()");
    browser.until(&format!("return document.querySelector('{slider}')?.getAttribute('aria-valuetext') === {moved}"));
    browser.run("history.back()");
    browser.until(&format!("return document.querySelector('{slider}')?.getAttribute('aria-valuetext') === 'done at 3 min'"));
}
