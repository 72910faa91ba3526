//! The page: HTML with its style, its script, its forms and the crate in it.

use asyncpoll_playground::{forms, presets};
use base64::{Engine, engine::general_purpose::STANDARD};
use zopfli::{Format, Options};

const HTML: &str = include_str!("../page/page.html");
const CSS: &str = include_str!("../page/page.css");
const JS: &str = include_str!("../page/page.js");

/// The most bytes that the page may have: it is sent as a whole before anything is seen.
const MOST: usize = 420_000;

/// Puts the page together around a program in WebAssembly.
pub(crate) fn page(program: &[u8]) -> Result<String, String> {
    // It takes its time, and saves a twentieth.
    let mut zipped = Vec::new();
    zopfli::compress(Options::default(), Format::Gzip, program, &mut zipped).map_err(|error| error.to_string())?;
    let links: Vec<String> = presets()
        .into_iter()
        .map(|(name, fragment)| format!("<a href=\"#{}\">{name}</a>", fragment.replace('&', "&amp;")))
        .collect();
    let mut page = filled(HTML, "<!--presets-->", &links.join(" "))?;
    for (view, form) in forms() {
        page = filled(&page, &format!("<!--form:{view}-->"), &form)?;
    }
    page = filled(&page, "/*CSS*/", CSS)?;
    page = filled(&page, "/*JS*/", JS)?;
    page = filled(&page, "/*WASM*/", &STANDARD.encode(zipped))?;
    if page.len() > MOST {
        return Err(format!("the page has {} bytes; it must have at most {MOST}", page.len()));
    }
    Ok(page)
}

fn filled(page: &str, mark: &str, text: &str) -> Result<String, String> {
    if page.matches(mark).count() != 1 {
        return Err(format!("page.html must have {mark} once"));
    }
    Ok(page.replacen(mark, text, 1))
}
