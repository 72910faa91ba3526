//! A proxy before PostgreSQL that counts how often a client waits for an answer.

use std::{
    io::{self, Read, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use anyhow::Result;

/// A proxy on a loopback address.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    round_trips: Arc<AtomicU64>,
}

impl Proxy {
    /// Starts one. It ends with the process.
    pub fn start(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let proxy = Self { address: listener.local_addr()?, round_trips: Arc::default() };
        let round_trips = Arc::clone(&proxy.round_trips);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(server) else { continue };
                // Small messages are not to wait for each other.
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                let (Ok(mut from), Ok(mut to)) = (server.try_clone(), client.try_clone()) else { continue };
                let round_trips = Arc::clone(&round_trips);
                thread::spawn(move || {
                    // A connection that is over is no error.
                    let _ = io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Both);
                });
                thread::spawn(move || {
                    let _ = pass(&client, &server, &round_trips);
                    let _ = server.shutdown(Shutdown::Both);
                });
            }
        });
        Ok(proxy)
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns how many round trips there have been on all connections, those to connect included.
    pub fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::SeqCst)
    }
}

/// Passes on messages of a client, and counts those after which it waits for the server: the first of all, which has no type, a
/// query (`Q`), a sync (`S`) and a flush (`H`).
fn pass(mut client: &TcpStream, mut server: &TcpStream, round_trips: &AtomicU64) -> io::Result<()> {
    let mut is_first = true;
    loop {
        let mut kind = [0];
        if !is_first {
            client.read_exact(&mut kind)?;
        }
        let mut length = [0; 4];
        client.read_exact(&mut length)?;
        let rest = u64::from(u32::from_be_bytes(length)).saturating_sub(4);
        let mut message = if is_first { Vec::new() } else { kind.to_vec() };
        message.extend(length);
        client.take(rest).read_to_end(&mut message)?;
        if is_first || matches!(&kind, b"Q" | b"S" | b"H") {
            round_trips.fetch_add(1, Ordering::SeqCst);
        }
        is_first = false;
        server.write_all(&message)?;
    }
}
