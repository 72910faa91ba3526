//! The view of a log.

use asyncpoll_fit::show_seconds;
use serde_json::{Value, json};

use crate::browser::Browser;

#[test]
fn its_plans_are_those_of_the_program() {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../fit/examples/orders.log");
    let fit = crate::program("fit", "asyncpoll-fit");
    let browser = Browser::start(1_180, 900, "light");
    for (fragment, flags) in [("", [].as_slice()), ("&polls=6&policy=1s+x2+1h", &["--polls", "6", "--policy", "1s x2 1h"])] {
        let report: Value =
            serde_json::from_str(&crate::printed(fit.command().args([log, "--out", "json"]).args(flags))).unwrap();
        let plans = ["present_policy", "best_constant", "fitted_policy"].map(|name| {
            let plan = &report["policies"][name];
            let number = |name: &str| plan[name].as_f64().unwrap();
            json!([
                name.replace('_', " "),
                format!("{:.2}", number("polls")),
                show_seconds(number("delay")),
                show_seconds(number("delay_95")),
                plan["most_polls"].to_string(),
                plan["line"],
            ])
        });
        browser.open(&format!("v=1&view=fit{fragment}"));
        let rows = browser.run(
            "return [...document.querySelector('[data-table=plans]').rows].slice(1).map(row => [...row.cells].map(cell => cell.textContent))",
        );
        assert_eq!(rows, json!(plans), "{fragment}");
    }
}

#[test]
fn a_link_carries_a_plan_to_the_first_view() {
    let browser = Browser::start(1_180, 900, "light");
    browser.open("v=1&view=fit");
    let line = browser.text("#fit [data-text=line]");
    browser.run("document.querySelector('[data-link=\"fitted policy\"]').click()");
    browser.until("return !document.getElementById('policy').hidden");
    browser.settle();
    assert_eq!(browser.text("#policy [data-text=line]"), line);
}

#[test]
fn a_log_that_is_pasted_is_fitted_and_one_that_is_none_is_refused() {
    let browser = Browser::start(1_180, 900, "light");
    browser.open("v=1&view=fit");
    let paste = |text: &str| {
        browser.run(&format!(
            "const log = document.getElementById('log'); log.value = {text:?}; log.dispatchEvent(new Event('input', {{ bubbles: true }}))"
        ));
        browser.settle();
    };
    paste("20s..65s\n19s..60s\n63s..201s\n5s..21s\n");
    assert!(browser.fragment().contains("log=pasted"), "{}", browser.fragment());
    assert!(browser.text(".warnings").contains("There are 4 records"), "{}", browser.text(".warnings"));
    paste("soon\nlater\n");
    assert!(browser.text("#fit-log-error").contains("line 1 is \"soon\""), "{}", browser.text("#fit-log-error"));
}
