//! A log of lines: `12.5`, `5m3s`, `20s..65s`, `>10m (gave up)`.

use super::{Excerpt, Log, Why, is_blank};
use crate::{Record, seconds};

pub(super) fn read(text: &[u8], log: &mut Log) {
    for (line, number) in text.split(|&byte| byte == b'\n').zip(1..) {
        let line = line.trim_ascii();
        if !is_blank(line) {
            log.take(number, core::str::from_utf8(line).map_err(|_| Why::Form(Excerpt::of_bytes(line))).and_then(record));
        }
    }
}

/// Reads what a line says of an operation; words in parentheses at its end say nothing.
pub(super) fn record(line: &str) -> Result<Record, Why> {
    let text = match line.split_once('(') {
        Some((text, words)) if words.ends_with(')') => text,
        _ => line,
    };
    let time = |text: &str| seconds::parse(text).ok_or_else(|| Why::Form(Excerpt::new(line)));
    let (after, by) = if let Some(after) = text.trim_start().strip_prefix('>') {
        (time(after)?, f64::INFINITY)
    } else if let Some((after, by)) = text.split_once("..") {
        (time(after)?, time(by)?)
    } else {
        let at = time(text)?;
        (at, at)
    };
    Ok(Record::new(after, by)?)
}
