//! Loopback addresses that nothing else uses, and free ports there.

use std::{
    io,
    net::{Ipv4Addr, SocketAddrV4, TcpListener},
};

/// Returns an address in 127.0.0.0/8 that most likely nobody else uses.
///
/// A port that was found free on it stays free, while on 127.0.0.1 another test or an outgoing connection may take it first.
pub fn own_address() -> Ipv4Addr {
    let [first, second, third, ..] = asyncpoll::random_seed().to_ne_bytes();
    Ipv4Addr::new(127, first, second, third.clamp(1, 254))
}

/// Returns different ports on which nobody listens at `address`.
pub fn free_ports<const COUNT: usize>(address: Ipv4Addr) -> io::Result<[u16; COUNT]> {
    // All are held until the last is found, so that none is found twice.
    let mut held = Vec::with_capacity(COUNT);
    let mut ports = [0; COUNT];
    for port in &mut ports {
        let listener = TcpListener::bind(SocketAddrV4::new(address, 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}
