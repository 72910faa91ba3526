//! Snapshots through serde: hexadecimal digits where people read them, bytes elsewhere.

use asyncpoll::{Outcome, Policy, Poller, Snapshot};
use core::time::Duration;

use crate::support::put_away;

fn snapshot() -> Snapshot {
    let mut poller = Poller::seeded(Policy::builder().build().unwrap(), 5, Duration::ZERO);
    let _wait = poller.step(Outcome::<()>::pending(), Duration::ZERO);
    poller.snapshot(Duration::from_secs(1))
}

fn hex() -> String {
    put_away::hex(snapshot().as_bytes())
}

fn refused(text: &str) -> String {
    let error = serde_json::from_str::<Snapshot>(&format!("{text:?}")).unwrap_err().to_string();
    error.split(" at line ").next().unwrap_or_default().to_owned()
}

#[test]
fn json_has_hexadecimal_digits() {
    let written = serde_json::to_string(&snapshot()).unwrap();
    assert_eq!(written, format!("{:?}", hex()));
    assert_eq!(serde_json::from_str::<Snapshot>(&written).unwrap(), snapshot());
    let shouted = written.to_uppercase();
    assert_ne!(shouted, written);
    assert_eq!(serde_json::from_str::<Snapshot>(&shouted).unwrap(), snapshot());
}

#[test]
fn cbor_has_bytes() {
    let mut written = Vec::new();
    ciborium::into_writer(&snapshot(), &mut written).unwrap();
    // A string of bytes, of a length that takes a byte.
    assert_eq!(written, [&[0x58, 116][..], snapshot().as_bytes()].concat());
    assert_eq!(ciborium::from_reader::<Snapshot, _>(&*written).unwrap(), snapshot());
    written[50] ^= 1;
    let error = ciborium::from_reader::<Snapshot, _>(&*written).unwrap_err().to_string();
    assert!(error.contains("snapshot is corrupt: its checksum does not match"), "{error}");
}

#[test]
fn what_is_no_snapshot_is_refused() {
    let hex = hex();
    assert_eq!(refused(""), "snapshot is 0 bytes; one of version 1 has 116");
    assert_eq!(refused("01"), "snapshot is 1 byte; one of version 1 has 116");
    assert_eq!(refused(&hex[..230]), "snapshot is 115 bytes; one of version 1 has 116");
    assert_eq!(refused(&format!("{hex}0000")), "snapshot is 118 bytes; one of version 1 has 116");
    assert_eq!(refused(&format!("02{hex}")), "snapshot is of version 2; this release reads version 1");
    assert_eq!(refused(&hex[..223]), "snapshot is 223 hexadecimal digits; two are a byte");
    assert_eq!(refused(&hex.replacen('0', "1", 3)), "snapshot is of version 17; this release reads version 1");
    assert_eq!(refused(&format!("{}00", &hex[..230])), "snapshot is corrupt: its checksum does not match");
    for (digit, shown) in [("g", "'g'"), (" ", "' '"), ("/", "'/'"), (":", "':'"), ("@", "'@'"), ("`", "'`'"), ("ä", "'ä'")] {
        let expected = format!("snapshot has {shown} among its hexadecimal digits");
        assert_eq!(refused(&format!("{}{digit}{}", &hex[..9], &hex[10..])), expected);
    }
    let error = serde_json::from_str::<Snapshot>("[1]").unwrap_err().to_string();
    assert!(error.starts_with("invalid type: sequence, expected a snapshot, as bytes or as hexadecimal digits"), "{error}");
}
