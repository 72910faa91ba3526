//! Targets without libFuzzer: programs that check the seeds, and what they make of them.

use std::{
    env, error,
    fmt::{Debug, Display},
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::ExitCode,
};

use arbitrary::{Arbitrary, Unstructured};
use asyncpoll::{SeededRng, rand_core::Rng as _};

/// How many inputs are made of the seeds, unless a target takes too long for so many.
pub const MADE: usize = 150_000;

/// Makes a program of a check: with `cfg(fuzzing)`, which `cargo fuzz` sets, a libFuzzer target; otherwise a replay.
///
/// The program must be `no_main` if it is a libFuzzer target.
#[macro_export]
macro_rules! target {
    ($check:ident: $input:ty, seeds: $seeds:literal) => {
        $crate::target!($check: $input, seeds: $seeds, made: $crate::seeds::MADE);
    };
    ($check:ident: $input:ty, seeds: $seeds:literal, made: $made:expr) => {
        #[cfg(fuzzing)]
        ::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            if let Ok(input) = $crate::seeds::decode::<$input>(bytes) {
                $check(&input);
            }
        });

        #[cfg(not(fuzzing))]
        fn main() -> ::std::process::ExitCode {
            $crate::seeds::replay(env!("CARGO_BIN_NAME"), $seeds, $made, $check)
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

/// Checks every input in the files and directories that the program was given, or else in these seeds, and then `made` inputs
/// made of them: the same ones each time.
///
/// The exit code says whether all of them passed, and that there was one.
pub fn replay<T: for<'a> Arbitrary<'a> + Debug>(target: &str, seeds: &str, made: usize, check: fn(&T)) -> ExitCode {
    match replay_all(target, seeds, made, check) {
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

fn replay_all<T>(target: &str, seeds: &str, made: usize, check: fn(&T)) -> Result<usize, Box<dyn error::Error>>
where
    T: for<'a> Arbitrary<'a> + Debug,
{
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let given: Vec<_> = env::args_os().skip(1).map(PathBuf::from).collect();
    let paths = if given.is_empty() { &[here.join("seeds").join(seeds)] } else { &given[..] };
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    }
    if files.is_empty() {
        return Err("there is no input to replay".into());
    }

    let mut inputs = Vec::new();
    let mut failed = 0;
    for file in &files {
        let bytes = fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        failed += usize::from(!passes(&bytes, file.display(), check)?);
        inputs.push(bytes);
    }
    if failed > 0 {
        return Err(format!("{failed} inputs do not pass, {} do", files.len() - failed).into());
    }
    if !given.is_empty() {
        return Ok(files.len());
    }

    let mut rng = SeededRng::new(0);
    for number in 1..=made {
        let bytes = made_of(&inputs, &mut rng);
        if !passes(&bytes, format_args!("Input {number} of those made"), check)? {
            let artifacts = here.with_file_name("target/fuzz/artifacts");
            fs::create_dir_all(&artifacts)?;
            let file = artifacts.join(format!("{target}-{number}"));
            fs::write(&file, bytes)?;
            return Err(format!("an input does not pass; it is kept as {}", file.display()).into());
        }
    }
    Ok(files.len() + made)
}

fn passes<T>(bytes: &[u8], name: impl Display, check: fn(&T)) -> arbitrary::Result<bool>
where
    T: for<'a> Arbitrary<'a> + Debug,
{
    let input: T = decode(bytes)?;
    let passes = catch_unwind(AssertUnwindSafe(|| check(&input))).is_ok();
    if !passes {
        eprintln!("{name} does not pass: {input:#?}");
    }
    Ok(passes)
}

/// Makes an input of others: the beginning of one, the end of another, and up to eight bytes that are neither's.
///
/// A fuzzer would watch what it reaches; without one, inputs of random bytes would hardly get past the settings.
fn made_of(inputs: &[Vec<u8>], rng: &mut SeededRng) -> Vec<u8> {
    let mut below = |end: usize| usize::try_from(rng.next_u64() % end as u64).expect("it is below a usize");
    let (one, other) = (&inputs[below(inputs.len())], &inputs[below(inputs.len())]);
    let cut = below(one.len() + 1);
    let mut bytes = [&one[..cut], other.get(cut..).unwrap_or_default()].concat();
    for _ in 0..below(9) {
        let place = below(bytes.len() + 1);
        let byte = u8::try_from(below(256)).expect("it is below 256");
        bytes.splice(place..(place + below(2)).min(bytes.len()), [byte]);
    }
    bytes
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
