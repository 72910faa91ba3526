//! The view of many orders at one server.

use serde_json::json;

use crate::browser::Browser;

/// The page of the docs that has the table.
const DOCS: &str = include_str!("../../../docs/fleet.md");

#[test]
fn its_table_is_that_of_the_docs() {
    let browser = Browser::start(1_180, 900, "light");
    browser.open("v=1&view=fleet");
    let rows = browser.run(
        "return [...document.querySelector('[data-table=ways]').rows].slice(1).map(row => [...row.cells].slice(1).map(cell => cell.textContent))",
    );
    let docs: Vec<Vec<&str>> = DOCS
        .lines()
        .skip_while(|line| !line.starts_with("| a poller each"))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').skip(1).map(str::trim).collect())
        .collect();
    assert_eq!(docs.len(), 4, "the docs have a table of four ways");
    assert_eq!(rows, json!(docs));
    let says = browser.text("#fleet .says");
    assert!(says.contains("The end of 40 of 5,000 orders was not noticed"), "{says}");
}
