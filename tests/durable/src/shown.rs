//! What a guide shows, to be compared with the files that are tested.

/// Returns a text without spaces, for the guide's lines are shorter, and without what the docs hide and the files say of
/// themselves.
pub fn words(text: &str) -> String {
    let hidden = ["# ", "//!", "use crate::", "pub mod "];
    let lines = text.lines().filter(|line| !hidden.iter().any(|start| line.starts_with(start)));
    lines.flat_map(str::split_whitespace).collect::<String>().replace(",)", ")").replace(",]", "]").replace(",}", "}")
}
