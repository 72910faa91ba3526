//! A policy in a file of configuration: what serde reads and writes.

use core::{fmt, mem, time::Duration};

use serde_core::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Unexpected, Visitor},
    ser::SerializeStruct,
};

use super::{
    Policy, PolicyBuilder, PolicyError,
    text::{self, DurationText, JitterText},
};
use crate::wait::nanos;

/// What stands for a limit or a head start that is not set: there are formats without a null.
const NONE: &str = "none";

/// The settings by their names. `FIELDS` has them in this order.
const NAMES: &[&str] =
    &["head_start", "initial_wait", "multiplier", "max_backoff", "jitter", "max_wait", "max_polls", "max_consecutive_errors"];

const FIELDS: [Field; 8] = [
    Field::HeadStart,
    Field::InitialWait,
    Field::Multiplier,
    Field::MaxBackoff,
    Field::Jitter,
    Field::MaxWait,
    Field::MaxPolls,
    Field::MaxConsecutiveErrors,
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    HeadStart,
    InitialWait,
    Multiplier,
    MaxBackoff,
    Jitter,
    MaxWait,
    MaxPolls,
    MaxConsecutiveErrors,
}

/// What a setting is, and how it is set.
enum Kind {
    Duration(fn(PolicyBuilder, Duration) -> PolicyBuilder),
    Ratio,
    Jitter,
    Count(fn(PolicyBuilder, u32) -> PolicyBuilder),
}

impl Field {
    fn name(self) -> &'static str {
        FIELDS.iter().zip(NAMES).find(|(field, _)| **field == self).map_or("", |(_, name)| name)
    }

    const fn kind(self) -> Kind {
        match self {
            Self::HeadStart => Kind::Duration(PolicyBuilder::head_start),
            Self::InitialWait => Kind::Duration(PolicyBuilder::initial_wait),
            Self::Multiplier => Kind::Ratio,
            Self::MaxBackoff => Kind::Duration(PolicyBuilder::max_backoff),
            Self::Jitter => Kind::Jitter,
            Self::MaxWait => Kind::Duration(PolicyBuilder::max_wait),
            Self::MaxPolls => Kind::Count(PolicyBuilder::max_polls),
            Self::MaxConsecutiveErrors => Kind::Count(PolicyBuilder::max_consecutive_errors),
        }
    }

    /// Returns how the setting is cleared, if it need not be set.
    const fn clear(self) -> Option<fn(PolicyBuilder) -> PolicyBuilder> {
        match self {
            Self::HeadStart => Some(PolicyBuilder::no_head_start),
            Self::MaxWait => Some(PolicyBuilder::no_max_wait),
            Self::MaxPolls => Some(PolicyBuilder::no_max_polls),
            Self::MaxConsecutiveErrors => Some(PolicyBuilder::no_max_consecutive_errors),
            Self::InitialWait | Self::Multiplier | Self::MaxBackoff | Self::Jitter => None,
        }
    }

    /// Returns what its value must be.
    const fn form(self) -> &'static str {
        match self {
            Self::HeadStart | Self::MaxWait => r#"a duration such as "5s", "1h 30m" or "2d", or "none""#,
            Self::InitialWait | Self::MaxBackoff => r#"a duration such as "5s", "1h 30m" or "2d""#,
            Self::Multiplier => r#"a ratio such as 3, 1.5 or "3/2", of whole numbers up to 4294967295"#,
            Self::Jitter => r#""none", "full", "equal", "decorrelated" or a percentage up to "100%""#,
            Self::MaxPolls | Self::MaxConsecutiveErrors => r#"a whole number up to 4294967295, or "none""#,
        }
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(FieldVisitor)
    }
}

struct FieldVisitor;

impl Visitor<'_> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a setting")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Field, E> {
        let found = FIELDS.iter().zip(NAMES).find(|(_, known)| **known == name);
        found.map(|(field, _)| *field).ok_or_else(|| E::unknown_field(name, NAMES))
    }
}

/// What has been read of a policy.
struct Read {
    /// The default, with what has been read in its place.
    policy: PolicyBuilder,
    /// What has been read, beside settings that refuse nothing: what it does not build with is wrong in itself, or together with
    /// what was read before, and is reported where it stands.
    alone: PolicyBuilder,
}

impl Read {
    fn new() -> Self {
        let [shortest, longest] = [1, nanos::LONGEST].map(Duration::from_nanos);
        Self {
            policy: Policy::default().to_builder(),
            alone: Policy::builder().initial_wait(shortest).max_backoff(longest).no_max_wait(),
        }
    }

    fn set(&mut self, set: impl Fn(PolicyBuilder) -> PolicyBuilder) -> Result<(), Refusal> {
        self.policy = set(self.policy);
        self.alone = set(self.alone);
        self.alone.build().map(drop).map_err(Refusal::Setting)
    }
}

/// Why a value is refused.
#[derive(Clone, Copy)]
enum Refusal {
    /// It cannot be read as what it must be.
    Form,
    /// No policy has it.
    Setting(PolicyError),
}

/// The value of a setting, yet to be read.
struct Setting<'a> {
    field: Field,
    read: &'a mut Read,
}

impl Setting<'_> {
    fn set_text(&mut self, text: &str) -> Result<(), Refusal> {
        if let (NONE, Some(clear)) = (text, self.field.clear()) {
            return self.read.set(clear);
        }
        match self.field.kind() {
            Kind::Duration(set) => {
                let duration = text::duration(text).ok_or(Refusal::Form)?;
                self.read.set(|builder| set(builder, duration))
            }
            Kind::Ratio => self.set_ratio(text::multiplier(text)),
            Kind::Jitter => {
                let jitter = text::jitter(text).ok_or(Refusal::Form)?;
                self.read.set(|builder| builder.jitter(jitter))
            }
            Kind::Count(_) => self.set_number(text.parse().map_err(|_| Refusal::Form)?),
        }
    }

    fn set_number(&mut self, number: u64) -> Result<(), Refusal> {
        let number = u32::try_from(number).map_err(|_| Refusal::Form)?;
        match self.field.kind() {
            Kind::Ratio => self.set_ratio(Some((number, 1))),
            Kind::Count(set) => self.read.set(|builder| set(builder, number)),
            Kind::Duration(_) | Kind::Jitter => Err(Refusal::Form),
        }
    }

    fn set_ratio(&mut self, ratio: Option<(u32, u32)>) -> Result<(), Refusal> {
        let (numer, denom) = ratio.ok_or(Refusal::Form)?;
        self.read.set(|builder| builder.multiplier(numer, denom))
    }

    /// Says that the value, shown as this, is refused.
    fn refused<E: de::Error>(&self, refusal: Refusal, value: impl fmt::Display) -> E {
        match refusal {
            Refusal::Setting(error) => E::custom(error),
            Refusal::Form => E::custom(format_args!("{} is {value}; it must be {}", self.field.name(), self.field.form())),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Setting<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Setting<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.field.form())
    }

    fn visit_str<E: de::Error>(mut self, value: &str) -> Result<(), E> {
        self.set_text(value).map_err(|refusal| self.refused(refusal, format_args!("{value:?}")))
    }

    fn visit_u64<E: de::Error>(mut self, value: u64) -> Result<(), E> {
        self.set_number(value).map_err(|refusal| self.refused(refusal, value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Err(self.refused(Refusal::Form, value)),
        }
    }

    fn visit_f64<E: de::Error>(mut self, value: f64) -> Result<(), E> {
        let set = match self.field.kind() {
            Kind::Ratio => self.set_ratio(text::multiplier_of_float(value)),
            _ => Err(Refusal::Form),
        };
        set.map_err(|refusal| self.refused(refusal, value))
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        let clear = self.field.clear().ok_or_else(|| E::invalid_type(Unexpected::Unit, &self))?;
        self.read.set(clear).map_err(|refusal| self.refused(refusal, NONE))
    }
}

/// The value of a setting that is known by its place. Compact formats do not say what a value is, and write text alone.
struct Placed<'a>(Setting<'a>);

impl<'de> DeserializeSeed<'de> for Placed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if deserializer.is_human_readable() { self.0.deserialize(deserializer) } else { deserializer.deserialize_str(self.0) }
    }
}

struct PolicyVisitor;

impl<'de> Visitor<'de> for PolicyVisitor {
    type Value = Policy;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings of a policy")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Policy, A::Error> {
        let (mut read, mut seen) = (Read::new(), [false; FIELDS.len()]);
        while let Some(field) = map.next_key()? {
            for (seen, known) in seen.iter_mut().zip(FIELDS) {
                if known == field && mem::replace(seen, true) {
                    return Err(de::Error::duplicate_field(field.name()));
                }
            }
            map.next_value_seed(Setting { field, read: &mut read })?;
        }
        read.policy.build().map_err(de::Error::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Policy, A::Error> {
        let mut read = Read::new();
        for field in FIELDS {
            if sequence.next_element_seed(Placed(Setting { field, read: &mut read }))?.is_none() {
                break;
            }
        }
        read.policy.build().map_err(de::Error::custom)
    }
}

/// Reads what the docs of [`Policy`] say of configuration.
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Policy", NAMES, PolicyVisitor)
    }
}

/// Writes every setting, in a form that is read back to the same.
///
/// ```
/// use asyncpoll::Policy;
///
/// let json = serde_json::to_value(Policy::default())?;
/// assert_eq!(
///     (&json["max_backoff"], &json["multiplier"], &json["max_polls"]),
///     (&"5m".into(), &3.into(), &"none".into())
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wait = |wait| Text(DurationText(wait));
        let mut policy = serializer.serialize_struct("Policy", FIELDS.len())?;
        policy.serialize_field("head_start", &OrNone(self.head_start().map(wait)))?;
        policy.serialize_field("initial_wait", &wait(self.initial_wait()))?;
        match self.multiplier() {
            (whole, 1) => policy.serialize_field("multiplier", &Number(whole))?,
            (numer, denom) => policy.serialize_field("multiplier", &Text(format_args!("{numer}/{denom}")))?,
        }
        policy.serialize_field("max_backoff", &wait(self.max_backoff()))?;
        policy.serialize_field("jitter", &Text(JitterText(self.jitter())))?;
        policy.serialize_field("max_wait", &OrNone(self.max_wait().map(wait)))?;
        policy.serialize_field("max_polls", &OrNone(self.max_polls().map(Number)))?;
        policy.serialize_field("max_consecutive_errors", &OrNone(self.max_consecutive_errors().map(Number)))?;
        policy.end()
    }
}

/// What is written as text.
struct Text<T>(T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What is written as a number, but as text in compact formats, which do not tell the two apart.
struct Number(u32);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.serialize_u32(self.0) } else { serializer.collect_str(&self.0) }
    }
}

/// What is written as `"none"` if it is not set.
struct OrNone<T>(Option<T>);

impl<T: Serialize> Serialize for OrNone<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_str(NONE),
        }
    }
}
