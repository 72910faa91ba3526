//! The view of a ticker.

use crate::browser::Browser;

#[test]
fn ten_thousand_loops_tick_as_the_program_says() {
    let printed = crate::printed(&mut crate::program("examples/loops", "loops").command());
    let of_10_000 = printed.split_once("10000 loops").expect("the program runs 10,000 loops").1;
    let browser = Browser::start(1_180, 900, "light");
    for (fragment, name) in [
        ("", "Free, AfterOne"),
        ("&first=at_once", "Free, AtOnce"),
        ("&phase=locked", "Locked, AfterOne"),
        ("&first=spread", "Free, Spread"),
        ("&first=spread&phase=locked", "Locked, Spread"),
    ] {
        let line =
            of_10_000.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).expect("the program counts it");
        let (busiest, later) = line.split_once(" from the start, ").expect("the program counts twice");
        let counts = [busiest, later.trim_end_matches(" after 10 min")];
        browser.open(&format!("v=1&view=ticker{fragment}"));
        let shown = browser.run(
            "return [...document.querySelectorAll('#ticker .says b')].map(figure => figure.textContent.replaceAll(',', ''))",
        );
        assert_eq!([shown[0].as_str().unwrap(), shown[1].as_str().unwrap()], counts, "{name}");
    }
}
