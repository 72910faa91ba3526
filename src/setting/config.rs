//! Settings in a file of configuration: what serde reads and writes.

use core::{
    fmt::{self, Write},
    marker::PhantomData,
    time::Duration,
};

use jiff::{SignedDuration, Span};
use serde_core::{
    Deserializer, Serializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Unexpected, Visitor},
    ser::SerializeStruct,
};

use super::{NONE, Setting, Short, Written};

/// Adds what is written to the list that a setting is, if it has the form of an element.
pub(crate) type Add<B> = fn(B, Written<'_>) -> Option<B>;

/// Settings that a file of configuration can hold.
pub(crate) trait Configured: Setting {
    /// What `build` refuses.
    type Error: fmt::Display;

    /// The name of what is built.
    const TYPE: &'static str;

    /// What is read, in a sentence.
    const WHOLE: &'static str;

    /// Returns a builder with what a file means that leaves all out.
    fn absent() -> Self::Builder;

    /// Returns a builder with settings that refuse nothing: what does not build beside them is wrong in itself.
    fn lenient() -> Self::Builder;

    fn build(builder: Self::Builder) -> Result<Self::Built, Self::Error>;

    /// Returns whether nothing stands for the setting if a file leaves it out.
    fn is_required(self) -> bool;

    /// Returns how the setting is cleared, if it need not be set.
    fn clear(self) -> Option<fn(Self::Builder) -> Self::Builder>;

    /// Returns how another element is added, if the value is a list.
    fn and(self) -> Option<Add<Self::Builder>> {
        None
    }

    /// Returns what its value must be.
    fn form(self) -> &'static str;
}

/// Reads what is built of a table of settings.
pub(crate) fn read<'de, S: Configured, D: Deserializer<'de>>(deserializer: D) -> Result<S::Built, D::Error> {
    deserializer.deserialize_struct(S::TYPE, S::NAMES, Table::<S>(PhantomData))
}

/// Writes every setting, in a form that is read back to the same.
pub(crate) fn write<S: Configured, T: Serializer>(built: &S::Built, serializer: T) -> Result<T::Ok, T::Error> {
    let mut table = serializer.serialize_struct(S::TYPE, S::ALL.len())?;
    for setting in S::ALL {
        table.serialize_field(setting.name(), &setting.value(built))?;
    }
    table.end()
}

struct Table<S>(PhantomData<S>);

impl<'de, S: Configured> Visitor<'de> for Table<S> {
    type Value = S::Built;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(S::WHOLE)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<S::Built, A::Error> {
        let mut read = Read::<S>::new();
        while let Some(setting) = map.next_key_seed(Name(PhantomData))? {
            if !read.see(setting) {
                return Err(de::Error::duplicate_field(setting.name()));
            }
            map.next_value_seed(Field { setting, read: &mut read })?;
        }
        read.build()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<S::Built, A::Error> {
        let mut read = Read::<S>::new();
        for setting in S::ALL {
            if sequence.next_element_seed(Placed(Field { setting: *setting, read: &mut read }))?.is_none() {
                break;
            }
            let _ = read.see(*setting);
        }
        read.build()
    }
}

/// The name of a setting, yet to be read.
struct Name<S>(PhantomData<S>);

impl<'de, S: Configured> DeserializeSeed<'de> for Name<S> {
    type Value = S;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<S: Configured> Visitor<'_> for Name<S> {
    type Value = S;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a setting")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<S, E> {
        let found = S::ALL.iter().find(|setting| setting.name() == name);
        found.copied().ok_or_else(|| E::unknown_field(name, S::NAMES))
    }
}

/// What has been read of a table.
struct Read<S: Setting> {
    /// What is built: the default, with what has been read in its place.
    builder: S::Builder,
    /// What has been read, beside settings that refuse nothing: what it does not build with is wrong in itself, or together with
    /// what was read before, and is reported where it stands.
    alone: S::Builder,
    /// A bit for each setting that has been read.
    seen: u64,
}

impl<S: Configured> Read<S> {
    fn new() -> Self {
        Self { builder: S::absent(), alone: S::lenient(), seen: 0 }
    }

    fn bit(setting: S) -> u64 {
        let index = S::ALL.iter().position(|known| *known == setting);
        index.and_then(|index| 1_u64.checked_shl(index.try_into().ok()?)).unwrap_or(0)
    }

    fn has_seen(&self, setting: S) -> bool {
        self.seen & Self::bit(setting) != 0
    }

    /// Notes that a setting comes, and returns whether it is the first time.
    fn see(&mut self, setting: S) -> bool {
        let is_first = !self.has_seen(setting);
        self.seen |= Self::bit(setting);
        is_first
    }

    fn set(&mut self, set: impl Fn(S::Builder) -> Option<S::Builder>) -> Result<(), Refusal<S::Error>> {
        let (Some(builder), Some(alone)) = (set(self.builder), set(self.alone)) else { return Err(Refusal::Form) };
        (self.builder, self.alone) = (builder, alone);
        S::build(alone).map(drop).map_err(Refusal::Setting)
    }

    fn build<E: de::Error>(&self) -> Result<S::Built, E> {
        if let Some(missing) = S::ALL.iter().find(|setting| setting.is_required() && !self.has_seen(**setting)) {
            return Err(E::missing_field(missing.name()));
        }
        S::build(self.builder).map_err(E::custom)
    }
}

/// Why a value is refused.
enum Refusal<E> {
    /// It cannot be read as what it must be.
    Form,
    /// Nothing is built with it.
    Setting(E),
}

/// The value of a setting, yet to be read.
struct Field<'a, S: Setting> {
    setting: S,
    read: &'a mut Read<S>,
}

impl<S: Configured> Field<'_, S> {
    fn set_text(&mut self, text: &str) -> Result<(), Refusal<S::Error>> {
        if let (NONE, Some(clear)) = (text, self.setting.clear()) {
            return self.read.set(|builder| Some(clear(builder)));
        }
        let (setting, written) = (self.setting, Written::new(text).with_durations(duration));
        self.read.set(|builder| setting.read(builder, written))
    }

    /// Sets what a parser has made a number or a truth value of, from its text, so that 1.1 is 11/10.
    fn set_shown<E: de::Error>(mut self, shown: fmt::Arguments<'_>) -> Result<(), E> {
        let mut text = Short::default();
        let written = text.write_fmt(shown);
        debug_assert!(written.is_ok(), "there is room for any number");
        self.set_text(text.as_str()).map_err(|refusal| self.refused(refusal, shown))
    }

    /// Says that the value, shown as this, is refused.
    fn refused<E: de::Error>(&self, refusal: Refusal<S::Error>, value: impl fmt::Display) -> E {
        match refusal {
            Refusal::Setting(error) => E::custom(error),
            Refusal::Form => E::custom(format_args!("{} is {value}; it must be {}", self.setting.name(), self.setting.form())),
        }
    }
}

impl<'de, S: Configured> DeserializeSeed<'de> for Field<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Configured> Visitor<'de> for Field<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.setting.form())
    }

    fn visit_str<E: de::Error>(mut self, value: &str) -> Result<(), E> {
        self.set_text(value).map_err(|refusal| self.refused(refusal, format_args!("{value:?}")))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.set_shown(format_args!("{value}"))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.set_shown(format_args!("{value}"))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.set_shown(format_args!("{value}"))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.set_shown(format_args!("{value:?}"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let (Some(clear), Some(and)) = (self.setting.clear(), self.setting.and()) else {
            return Err(de::Error::invalid_type(Unexpected::Seq, &self));
        };
        self.read.set(|builder| Some(clear(builder))).map_err(|refusal| self.refused(refusal, NONE))?;
        while sequence
            .next_element_seed(Element { and, field: Field { setting: self.setting, read: &mut *self.read } })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        let clear = self.setting.clear().ok_or_else(|| E::invalid_type(Unexpected::Unit, &self))?;
        self.read.set(|builder| Some(clear(builder))).map_err(|refusal| self.refused(refusal, NONE))
    }
}

/// An element of a list, yet to be read.
struct Element<'a, S: Setting> {
    and: Add<S::Builder>,
    field: Field<'a, S>,
}

impl<'de, S: Configured> DeserializeSeed<'de> for Element<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<S: Configured> Visitor<'_> for Element<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.field.expecting(f)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        let Self { and, field } = self;
        let written = Written::new(value).with_durations(duration);
        field.read.set(|builder| and(builder, written)).map_err(|refusal| field.refused(refusal, format_args!("{value:?}")))
    }
}

/// The value of a setting that is known by its position. Compact formats do not say what a value is, and write text alone.
struct Placed<'a, S: Setting>(Field<'a, S>);

impl<'de, S: Configured> DeserializeSeed<'de> for Placed<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if deserializer.is_human_readable() { self.0.deserialize(deserializer) } else { deserializer.deserialize_str(self.0) }
    }
}

/// Reads a duration in any of its forms: `5s`, `1h 30m`, `2d`, `PT5S`, `00:05:00`. A day has 24 hours; what varies in length is
/// refused.
fn duration(text: &str) -> Option<Duration> {
    if let Some(duration) = super::duration::read(text) {
        return Some(duration);
    }
    // Not as a duration, which would refuse days.
    let span: Span = text.parse().ok()?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    // Added up here: jiff would do it by its calendar, and that is more code than all else that reads settings.
    let parts: [(i64, i128); 8] = [
        (span.get_weeks().into(), 604_800_000_000_000),
        (span.get_days().into(), 86_400_000_000_000),
        (span.get_hours().into(), 3_600_000_000_000),
        (span.get_minutes(), 60_000_000_000),
        (span.get_seconds(), 1_000_000_000),
        (span.get_milliseconds(), 1_000_000),
        (span.get_microseconds(), 1_000),
        (span.get_nanoseconds(), 1),
    ];
    let nanos = parts.into_iter().fold(0_i128, |sum, (count, unit)| sum.saturating_add(i128::from(count).saturating_mul(unit)));
    SignedDuration::try_from_nanos_i128(nanos).and_then(|duration| duration.try_into().ok())
}
