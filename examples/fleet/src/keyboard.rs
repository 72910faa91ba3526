//! The keyboard, or whatever standard input is: its lines are commands.

use core::error::Error;
use std::{
    io::{self, BufRead},
    thread,
};

use tokio::sync::mpsc::Sender;

use crate::commands::{Command, Told};

/// Reads commands on a thread of its own until standard input ends. The orders that are to be added are placed before the loop is
/// told.
pub(crate) fn read(
    place_orders: impl Fn(&[String]) -> Result<(), Box<dyn Error + Send + Sync>> + Send + 'static,
    to_loop: Sender<Told>,
) {
    let command = move |line: &str| {
        let command = line.parse()?;
        if let Command::Add(names) = &command {
            place_orders(names)?;
        }
        Ok(command)
    };
    thread::spawn(move || {
        // A line may hold anything, and what is no text is no command.
        for line in io::stdin().lock().split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            // If the loop has ended, nothing is left to be told.
            if !line.trim().is_empty() && to_loop.blocking_send(Told::Line(command(&line))).is_err() {
                return;
            }
        }
    });
}
