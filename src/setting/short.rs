//! A short text on the stack.

use core::fmt::{self, Write};

/// A text of 32 bytes at most. What has no room is refused, and nothing after it is taken.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Short {
    bytes: [u8; 32],
    length: usize,
}

impl Short {
    /// Returns as much of `text` as there is room for, with its control characters escaped.
    pub(crate) fn of(text: &str) -> Self {
        let mut short = Self::default();
        // `escape_debug` has a panic in it.
        let _ = text.chars().try_for_each(|letter| match letter {
            '\0'..'\x20' | '\x7f'..='\u{9f}' => write!(short, "{}", letter.escape_unicode()),
            letter => short.write_char(letter),
        });
        short
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_str())
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length.saturating_add(text.len());
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        // `copy_from_slice` would have a panic in it.
        room.iter_mut().zip(text.bytes()).for_each(|(to, byte)| *to = byte);
        self.length = end;
        Ok(())
    }
}
