//! Targets without libFuzzer: programs that replay a corpus.

use std::{
    env, error,
    fmt::Debug,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::ExitCode,
};

use arbitrary::{Arbitrary, Unstructured};

/// Makes a program of a check: with `cfg(fuzzing)`, which `cargo fuzz` sets, a libFuzzer target; otherwise a replay.
///
/// The program must be `no_main` where it is a libFuzzer target.
#[macro_export]
macro_rules! target {
    ($check:ident: $input:ty, seeds: $seeds:literal) => {
        #[cfg(fuzzing)]
        ::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            if let Ok(input) = $crate::corpus::decode::<$input>(bytes) {
                $check(&input);
            }
        });

        #[cfg(not(fuzzing))]
        fn main() -> ::std::process::ExitCode {
            $crate::corpus::replay(env!("CARGO_BIN_NAME"), $seeds, $check)
        }
    };
}

/// Makes an input of `bytes`: every file is one.
///
/// # Errors
///
/// Those of the `arbitrary` crate.
pub fn decode<'a, T: Arbitrary<'a>>(bytes: &'a [u8]) -> arbitrary::Result<T> {
    T::arbitrary_take_rest(Unstructured::new(bytes))
}

/// Checks every input in the files and directories that the program was given, or else in these seeds and the corpus of
/// `target`.
///
/// The exit code says whether all of them passed, and that there was one.
pub fn replay<T: for<'a> Arbitrary<'a> + Debug>(target: &str, seeds: &str, check: fn(&T)) -> ExitCode {
    match replay_all(target, seeds, check) {
        Ok(inputs) => {
            println!("{target}: all {inputs} inputs pass");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{target}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn replay_all<T>(target: &str, seeds: &str, check: fn(&T)) -> Result<usize, Box<dyn error::Error>>
where
    T: for<'a> Arbitrary<'a> + Debug,
{
    let mut paths: Vec<_> = env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        paths.extend([here.join("seeds").join(seeds), here.join("corpus").join(target)]);
    }
    let mut files = Vec::new();
    for path in paths {
        collect(&path, &mut files).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    }
    let (mut passed, mut failed) = (0, 0);
    for file in &files {
        let bytes = fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        let input: T = decode(&bytes)?;
        if catch_unwind(AssertUnwindSafe(|| check(&input))).is_ok() {
            passed += 1;
        } else {
            eprintln!("{} does not pass: {input:#?}", file.display());
            failed += 1;
        }
    }
    match (passed, failed) {
        (0, 0) => Err("there is no input to replay".into()),
        (_, 0) => Ok(passed),
        _ => Err(format!("{failed} inputs do not pass, {passed} do").into()),
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| collect(entry, files))
}
