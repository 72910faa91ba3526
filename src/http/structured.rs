//! Structured fields, RFC 9651, as far as a quota is one: lists and dictionaries of items. What breaks their grammar is nothing.

use alloc::vec::Vec;

/// A value without parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bare<'a> {
    Integer(i64),
    /// A string or a token, with escapes left as they are.
    Text(&'a str),
    /// A decimal, a boolean, bytes, a date, a display string: no quota has one that counts.
    Other,
}

/// A value and its parameters.
pub(super) struct Item<'a> {
    pub(super) value: Bare<'a>,
    parameters: Vec<(&'a str, Bare<'a>)>,
}

impl<'a> Item<'a> {
    /// Returns the parameter of this name; of two, the last counts.
    pub(super) fn parameter(&self, key: &str) -> Option<Bare<'a>> {
        last(&self.parameters, key)
    }
}

/// Returns the value of this name; of two, the last counts.
pub(super) fn last<'a>(values: &[(&'a str, Bare<'a>)], key: &str) -> Option<Bare<'a>> {
    values.iter().rev().find(|(name, _)| *name == key).map(|(_, value)| *value)
}

/// Reads a list of items. One of inner lists is none.
pub(super) fn list(text: &str) -> Option<Vec<Item<'_>>> {
    members(text, Cursor::item)
}

/// Reads a dictionary of items, without their parameters.
pub(super) fn dictionary(text: &str) -> Option<Vec<(&str, Bare<'_>)>> {
    members(text, |cursor| {
        let key = cursor.key()?;
        let value = if cursor.eat('=') { cursor.bare()? } else { Bare::Other };
        cursor.parameters()?;
        Some((key, value))
    })
}

/// Reads what is between commas, until there is nothing left.
fn members<'a, T>(text: &'a str, mut read: impl FnMut(&mut Cursor<'a>) -> Option<T>) -> Option<Vec<T>> {
    let mut cursor = Cursor(text.trim_matches(' '));
    let mut members = Vec::new();
    while !cursor.0.is_empty() {
        if !members.is_empty() {
            cursor.0 = cursor.0.strip_prefix(',')?.trim_start_matches([' ', '\t']);
        }
        members.push(read(&mut cursor)?);
        cursor.0 = cursor.0.trim_start_matches([' ', '\t']);
    }
    Some(members)
}

/// What is left to be read.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn item(&mut self) -> Option<Item<'a>> {
        Some(Item { value: self.bare()?, parameters: self.parameters()? })
    }

    fn parameters(&mut self) -> Option<Vec<(&'a str, Bare<'a>)>> {
        let mut parameters = Vec::new();
        while self.eat(';') {
            self.0 = self.0.trim_start_matches(' ');
            let key = self.key()?;
            parameters.push((key, if self.eat('=') { self.bare()? } else { Bare::Other }));
        }
        Some(parameters)
    }

    fn key(&mut self) -> Option<&'a str> {
        let begins = self.0.starts_with(|char: char| char.is_ascii_lowercase() || char == '*');
        let is_inside = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || "_-.*".contains(char);
        begins.then(|| self.take_while(is_inside))
    }

    fn bare(&mut self) -> Option<Bare<'a>> {
        match self.0.chars().next()? {
            '"' => self.string().map(Bare::Text),
            '-' | '0'..='9' => self.number(),
            'A'..='Z' | 'a'..='z' | '*' => {
                let is_inside = |char: char| char.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:/".contains(char);
                Some(Bare::Text(self.take_while(is_inside)))
            }
            ':' => {
                self.eat(':');
                self.take_while(|char| char.is_ascii_alphanumeric() || "+/=".contains(char));
                self.eat(':').then_some(Bare::Other)
            }
            '?' => {
                self.eat('?');
                (self.eat('0') || self.eat('1')).then_some(Bare::Other)
            }
            '@' => {
                self.eat('@');
                matches!(self.number()?, Bare::Integer(_)).then_some(Bare::Other)
            }
            '%' => {
                self.eat('%');
                let begins = self.eat('"');
                self.take_while(|char| char != '"' && matches!(char, ' '..='~'));
                (begins && self.eat('"')).then_some(Bare::Other)
            }
            _ => None,
        }
    }

    /// Reads an integer of up to 15 digits, or a decimal of up to 12 and 3.
    fn number(&mut self) -> Option<Bare<'a>> {
        let is_negative = self.eat('-');
        let whole = self.take_while(|char| char.is_ascii_digit());
        if self.eat('.') {
            let fraction = self.take_while(|char| char.is_ascii_digit());
            return ((1..=12).contains(&whole.len()) && (1..=3).contains(&fraction.len())).then_some(Bare::Other);
        }
        let number: i64 = whole.parse().ok().filter(|_| whole.len() <= 15)?;
        Some(Bare::Integer(if is_negative { number.saturating_neg() } else { number }))
    }

    /// Reads what is between two quotes.
    fn string(&mut self) -> Option<&'a str> {
        let inside = self.0.strip_prefix('"')?;
        let mut chars = inside.char_indices();
        loop {
            match chars.next()? {
                (end, '"') => {
                    self.0 = chars.as_str();
                    return inside.get(..end);
                }
                (_, '\\') => matches!(chars.next()?.1, '"' | '\\').then_some(())?,
                (_, ' '..='~') => {}
                _ => return None,
            }
        }
    }

    fn eat(&mut self, char: char) -> bool {
        let rest = self.0.strip_prefix(char);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn take_while(&mut self, is_inside: impl Fn(char) -> bool) -> &'a str {
        let rest = self.0.trim_start_matches(is_inside);
        let taken = self.0.strip_suffix(rest).unwrap_or_default();
        self.0 = rest;
        taken
    }
}
