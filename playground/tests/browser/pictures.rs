//! The pictures of the documentation, in a browser: nothing in them is outside of their frames, and no two texts touch.

use std::{fs, path::Path};

use serde_json::json;

use crate::browser::Browser;

/// Shows a picture inline, and returns what is wrong with it and the colour of its ground.
const LOOK: &str = "
    document.body.innerHTML = arguments[0];
    const svg = document.querySelector('svg'), frame = svg.viewBox.baseVal, wrong = [];
    for (const element of svg.querySelectorAll('path, text, rect, circle')) {
        const { x, y, width, height } = element.getBBox(), style = getComputedStyle(element);
        const rim = style.stroke === 'none' ? 0 : parseFloat(style.strokeWidth) / 2;
        if (x < rim || y < rim || x + width + rim > frame.width || y + height + rim > frame.height) wrong.push(element.outerHTML);
    }
    const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBBox()]);
    texts.forEach(([one, a], index) => texts.slice(index + 1).forEach(([other, b]) => {
        // Lines of text may stand closer than their boxes, which have room for accents.
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height - 4 <= b.y || b.y + b.height - 4 <= a.y;
        if (!apart) wrong.push(`${one} touches ${other}`);
    }));
    return [wrong, getComputedStyle(svg.querySelector('.ground')).fill, texts.length]";

#[test]
fn nothing_is_outside_of_a_frame_and_no_texts_touch() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures");
    for (scheme, ground) in [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 24, 29)")] {
        let browser = Browser::start(1_180, 844, scheme);
        let mut pictures = 0;
        for file in fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            let svg = fs::read_to_string(&file).unwrap();
            let seen = browser.run_with(LOOK, &json!([svg]));
            assert_eq!(seen[0], json!([]), "{} in {scheme}", file.display());
            assert_eq!(seen[1], ground, "{} in {scheme}", file.display());
            assert!(seen[2].as_u64().is_some_and(|texts| texts > 10), "{} has no texts", file.display());
            pictures += 1;
        }
        assert!(pictures >= 5, "{pictures} pictures");
        assert_eq!(browser.seen().0, Vec::<String>::new(), "what the console says");
    }
}
