//! The pictures that are committed are those that the program draws, and nothing in them lies outside of its frame.

use std::{fs, path::Path};

use expect_test::expect_file;

#[test]
fn the_committed_pictures_are_those_that_are_drawn() {
    let folder = Path::new(pictures::FOLDER);
    let mut drawn = Vec::new();
    for (name, drawing) in pictures::all() {
        assert!(drawing.is_within_frame(), "{name}");
        expect_file![folder.join(name)].assert_eq(&drawing.to_string());
        drawn.push(name.to_owned());
    }
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut committed: Vec<String> =
        files.filter(|name| Path::new(name).extension().is_some_and(|kind| kind == "svg")).collect();
    drawn.sort_unstable();
    committed.sort_unstable();
    assert_eq!(committed, drawn);
}
