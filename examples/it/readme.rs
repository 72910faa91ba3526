//! README's program: shown whole, and run.

use core::net::Ipv4Addr;
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tiny_http::{Header, Response, Server};

#[test]
fn readme_shows_the_program_whole() {
    let readme = include_str!("../../README.md");
    let program = include_str!("../readme.rs").split_once("\n\n").unwrap().1;
    assert!(readme.contains(&format!("```rust\n{program}```\n")), "README.md does not show examples/readme.rs");
}

#[test]
fn it_waits_as_long_as_the_server_says_and_stops_if_that_is_no_use() {
    let server = Server::http((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let start = |path| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_readme"));
        program.arg(format!("http://{}/{path}", server.server_addr()));
        program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };

    let program = start("image");
    let pending = Response::empty(202).with_header(Header::from_bytes("Retry-After", "1").unwrap());
    server.recv().unwrap().respond(pending).unwrap();
    let polled = Instant::now();
    let second = server.recv().unwrap();
    assert!(polled.elapsed() >= Duration::from_secs(1));
    second.respond(Response::from_string("image-17")).unwrap();
    let ended = program.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), &*ended.stdout), (Some(0), &b"image-17\n"[..]));

    let program = start("nowhere");
    server.recv().unwrap().respond(Response::empty(404)).unwrap();
    let ended = program.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success() && said.contains("404 Not Found"), "{said}");
}
