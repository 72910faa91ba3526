//! The page as a whole.

use crate::{browser::Browser, random::fragment};
use asyncpoll::SeededRng;
use serde_json::json;

const VIEWS: [&str; 4] = ["policy", "fleet", "fit", "ticker"];

#[test]
fn it_says_nothing_to_the_console_and_asks_for_nothing() {
    for (width, scheme) in [(1_180, "light"), (1_180, "dark"), (390, "light"), (390, "dark")] {
        let browser = Browser::start(width, 844, scheme);
        for view in VIEWS {
            browser.open(&format!("v=1&view={view}"));
            let widths = browser.run(
                "for (const details of document.querySelectorAll('details')) details.open = true; \
                 return [document.documentElement.scrollWidth, innerWidth]",
            );
            assert!(widths[0].as_u64() <= widths[1].as_u64(), "{view} overflows at {width} pixels: {widths}");
            let nameless = browser.run(
                "return [...document.querySelectorAll('section:not([hidden]) :is(input, select, textarea, button, a, [role=slider])')] \
                 .filter(control => !(control.labels?.length || control.getAttribute('aria-label') || control.textContent.trim())) \
                 .map(control => control.outerHTML)",
            );
            assert_eq!(nameless, json!([]), "controls of {view} have no name");
        }
        let (console, requests) = browser.seen();
        assert_eq!(console, Vec::<String>::new());
        assert!(requests.iter().any(|address| address.starts_with("\"file://")), "{requests:?}");
        let others: Vec<_> = { requests.iter() }
            .filter(|address| !["\"file:", "\"blob:", "\"data:", "\"about:"].iter().any(|own| address.starts_with(own)))
            .collect();
        assert!(others.is_empty(), "{others:?}");
    }
}

#[test]
fn nothing_traps_for_a_thousand_random_fragments() {
    let browser = Browser::start(1_180, 900, "light");
    browser.open("v=1&view=policy");
    let mut rng = SeededRng::new(26);
    let fragments: Vec<String> = (0..1_000).map(|_| fragment(&mut rng)).collect();
    // The page is asked for one after the other, as by somebody who goes through a list of links.
    let script = "const [fragments, done] = arguments, data = document.documentElement.dataset; let at = 0; \
                  const next = () => { \
                    if (document.getElementById('notes').textContent.includes('broke off')) return done(fragments[at - 1]); \
                    if (at === fragments.length) return done(at); \
                    location.hash = fragments[at++]; \
                    const wait = () => data.busy === undefined ? next() : setTimeout(wait, 0); \
                    addEventListener('hashchange', () => setTimeout(wait, 0), { once: true }); }; \
                  next()";
    for fragments in fragments.chunks(100) {
        let answered = browser.run_until_called(script, &json!(fragments));
        assert_eq!(answered, fragments.len(), "the program broke off");
    }
}

#[test]
fn it_goes_on_after_the_program_has_broken_off() {
    let browser = Browser::start(1_180, 900, "light");
    browser.open("v=1&view=policy");
    let says = browser.text("#policy .says");
    // What is no text ends the program as a trap does.
    browser.run(
        "const { postMessage } = Worker.prototype; \
         Worker.prototype.postMessage = function () { \
           Worker.prototype.postMessage = postMessage; \
           postMessage.call(this, { toString: 1, valueOf: 1 }); \
         }; \
         location.hash = 'v=1&view=policy&max_wait=1m'",
    );
    browser.until("return document.getElementById('notes').textContent.includes('broke off')");
    assert_eq!(browser.text("#policy .says"), says, "the last good picture stays");
    browser.run("location.hash = 'v=1&view=policy&max_wait=2m'");
    browser.until("return document.querySelector('[data-text=line]').textContent.endsWith('2m')");
    assert_eq!(browser.text("#notes"), "");
}
