//! A snapshot as serde reads and writes it: hexadecimal digits where people read it, and bytes elsewhere. It is no map, for
//! nobody should edit it.

use core::fmt;

use serde_core::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};

use super::Snapshot;

/// Writes hexadecimal digits where people read it, and bytes elsewhere.
///
/// ```
/// use asyncpoll::{Policy, Poller, Snapshot};
/// use core::time::Duration;
///
/// let poller =
///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
/// let snapshot = poller.snapshot(Duration::ZERO);
/// let json = serde_json::to_string(&snapshot)?;
/// assert!(json.starts_with("\"010000010000000000000000"));
/// assert_eq!(serde_json::from_str::<Snapshot>(&json)?, snapshot);
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&Hex(self.as_bytes()))
        } else {
            serializer.serialize_bytes(self.as_bytes())
        }
    }
}

/// Reads what was written, and refuses what [`Snapshot::from_bytes`] does.
impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(SnapshotVisitor)
        } else {
            deserializer.deserialize_bytes(SnapshotVisitor)
        }
    }
}

struct SnapshotVisitor;

impl Visitor<'_> for SnapshotVisitor {
    type Value = Snapshot;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a snapshot, as bytes or as hexadecimal digits")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Snapshot, E> {
        Snapshot::from_bytes(bytes).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Snapshot, E> {
        let digits = text.as_bytes();
        if let Some(other) = text.chars().find(|digit| !digit.is_ascii_hexdigit()) {
            return Err(E::custom(format_args!("snapshot has {other:?} among its hexadecimal digits")));
        }
        if digits.len() % 2 == 1 {
            return Err(E::custom(format_args!("snapshot is {} hexadecimal digits; two are a byte", digits.len())));
        }
        let mut bytes = [0; Snapshot::LENGTH];
        for (byte, digits) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digits.iter().fold(0, |byte, digit| byte << 4 | nibble(*digit));
        }
        Snapshot::from_first_bytes(&bytes, digits.len() / 2).map_err(E::custom)
    }
}

/// Returns what a hexadecimal digit stands for.
const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit.wrapping_sub(b'0'),
        _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
