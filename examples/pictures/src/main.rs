//! Writes the pictures of the documentation anew: `cargo run --package pictures`.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let folder = Path::new(pictures::FOLDER);
    for (name, drawing) in pictures::all() {
        fs::write(folder.join(name), drawing.to_string())?;
        println!("docs/pictures/{name}");
    }
    Ok(())
}
