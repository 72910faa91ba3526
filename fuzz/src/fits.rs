//! Fits made of bytes: what is asked for, and then a log.
#![expect(clippy::float_arithmetic, reason = "what is fitted is measured in floating point")]

use core::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use asyncpoll::{Jitter, Policy};
use asyncpoll_fit::{EstimateError, Fit, Goal, Log, Report, estimate, picture, rust, toml, warnings};

/// What a user asks for, and the log that it is fitted to.
#[derive(Debug)]
pub struct Asked {
    goal: Option<Goal>,
    present: Policy,
    /// In seconds; that of the log if there is none.
    min_wait: Option<f64>,
    log: String,
}

impl<'a> Arbitrary<'a> for Asked {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let goal = match u8::arbitrary(bytes)? % 5 {
            0 => Some(Goal::Polls(magnitude(bytes, 0.0, 3.0)?)),
            1 => Some(Goal::Delay(magnitude(bytes, -12.0, 12.0)?)),
            2 => Some(Goal::Price(magnitude(bytes, -12.0, 12.0)?)),
            _ => None,
        };
        let mut seconds = || Ok(Duration::from_secs_f64(magnitude(bytes, -9.0, 8.0)?.max(1e-9)));
        let [initial_wait, max_backoff, max_wait] = [seconds()?, seconds()?, seconds()?];
        let builder = Policy::builder().initial_wait(initial_wait.min(max_backoff)).max_backoff(max_backoff).max_wait(max_wait);
        let (numer, jitter) = (u32::arbitrary(bytes)? % 10_000, u8::arbitrary(bytes)?);
        let jitter = match jitter % 8 {
            0 => Jitter::None,
            1 => Jitter::Full,
            2 => Jitter::Equal,
            3 => Jitter::Decorrelated,
            4 => Jitter::Above(jitter.min(100)),
            _ => Jitter::PlusMinus(jitter.min(100)),
        };
        let present = builder.multiplier(numer.max(1_000), 1_000).jitter(jitter).build().unwrap_or_default();
        let min_wait = if bool::arbitrary(bytes)? { Some(magnitude(bytes, -9.0, 8.0)?) } else { None };
        let log = String::from_utf8_lossy(bytes.bytes(bytes.len())?).into_owned();
        Ok(Self { goal, present, min_wait, log })
    }
}

/// Makes a number between two powers of ten.
fn magnitude(bytes: &mut Unstructured<'_>, low: f64, high: f64) -> arbitrary::Result<f64> {
    let part = f64::from(u16::arbitrary(bytes)?) / f64::from(u16::MAX);
    Ok(10_f64.powf(low + (high - low) * part))
}

impl Asked {
    /// Fits, and checks all that is printed.
    pub fn fit(&self) {
        let Ok(mut log) = Log::read(self.log.as_bytes(), None) else {
            return;
        };
        // They are quoted, and may be any words.
        log.refused.clear();
        let max_wait = self.present.max_wait().unwrap_or_default().as_secs_f64();
        let times = match estimate(&log.records, max_wait) {
            Ok(times) => times,
            Err(EstimateError::MaxWait { .. }) => panic!("that is a time: {self:?}"),
            Err(_) => return,
        };
        let min_wait = self.min_wait.map_or_else(|| times.shortest_wait(), Duration::from_secs_f64);
        let fit = match Fit::new(&times, self.present, self.goal, min_wait) {
            Ok(fit) => fit,
            Err(error) => return self.check("the sentence", &error.to_string()),
        };
        assert!(fit.frontier.is_sorted_by(|one, other| one.0 <= other.0), "the frontier is not in order: {self:?}");
        let warnings = warnings(&log, &fit, &self.present);
        let report = Report { log: &log, times: &times, fit: &fit, warnings: &warnings };
        let configuration = toml(&fit).expect("a policy has a form in TOML");
        let json = report.json().expect("a policy has a form in JSON");
        self.check("the text", &report.text());
        self.check("the Rust", &rust(&fit));
        self.check("the TOML", &configuration);
        self.check("the JSON", &json.to_string());
        for width in [320.0, 860.0] {
            let drawing = picture(&report, width);
            assert!(drawing.is_within_frame(), "something is outside of the frame: {drawing} {self:?}");
            self.check("the picture", &drawing.to_string());
        }
        for name in ["present_policy", "best_constant", "fitted_policy"] {
            for figure in ["polls", "delay", "delay_95", "noticed"] {
                assert!(json["policies"][name][figure].is_number(), "{name} has no {figure} in {json}: {self:?}");
            }
        }
        let policy = fit.best.policy;
        let read: Policy = ::toml::from_str(&configuration).expect("what is printed is read");
        assert_eq!(read, policy, "{configuration} is another policy: {self:?}");
        assert_eq!(policy.to_string().parse(), Ok(policy), "{policy} is another policy: {self:?}");
    }

    /// Checks that what is printed has no number that is none.
    fn check(&self, name: &str, printed: &str) {
        let words = printed.split(|letter: char| !letter.is_alphanumeric());
        let odd = words.filter(|word| ["nan", "inf", "infinity"].contains(&word.to_lowercase().as_str()));
        assert_eq!(odd.collect::<Vec<_>>(), [""; 0], "of {name}, {printed}: {self:?}");
    }
}
