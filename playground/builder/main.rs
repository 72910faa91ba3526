//! Makes the page, one file, and serves it on this machine.

mod page;
mod program;
mod serve;

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;

/// Where the page goes unless another place is given.
const PLACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/playground.html");

/// Makes the playground: one HTML file that opens from disk and from any host of files, and asks for nothing else.
#[derive(Debug, Parser)]
#[command(name = "asyncpoll-playground", version)]
struct Arguments {
    /// Serve the page on this machine, and on no other
    #[arg(long)]
    serve: bool,

    /// The port to serve it on; any that is free unless given
    #[arg(long, value_name = "N", default_value_t = 0, requires = "serve")]
    port: u16,

    /// Where to write the page
    #[arg(long, value_name = "FILE", default_value = PLACE)]
    out: PathBuf,

    /// Take this WebAssembly, which was built of the package before, instead of building it
    #[arg(long, value_name = "FILE", env = "PLAYGROUND_WASM")]
    wasm: Option<PathBuf>,
}

fn main() -> ExitCode {
    match make(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            let _ = writeln!(io::stderr(), "asyncpoll-playground: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn make(arguments: &Arguments) -> Result<(), String> {
    let file = match &arguments.wasm {
        Some(file) => file.clone(),
        None => program::build()?,
    };
    let program = fs::read(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let page = page::page(&program)?;
    fs::write(&arguments.out, &page).map_err(|error| format!("{} cannot be written: {error}", arguments.out.display()))?;
    let _ = writeln!(io::stdout(), "{} has {} bytes.", arguments.out.display(), page.len());
    if arguments.serve { serve::serve(&page, arguments.port) } else { Ok(()) }
}
