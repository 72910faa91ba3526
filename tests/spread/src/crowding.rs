//! The most crowded stretch of time.

/// When something happens: at any time from `earliest` to `latest`, all equally likely.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) earliest: u64,
    pub(crate) latest: u64,
}

/// A stretch of time, and how many things are expected to happen in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Crowd {
    pub(crate) start: u64,
    pub(crate) size: f64,
}

/// Returns the most crowded stretch from `start` to `start + stretch`, both included, of things that happen at these times.
pub(crate) fn of_times(times: &mut [u64], stretch: u64) -> Crowd {
    times.sort_unstable();
    let mut most = 0;
    let mut start = 0;
    let mut first = 0;
    for (index, time) in times.iter().enumerate() {
        while time - times[first] > stretch {
            first += 1;
        }
        if index + 1 - first > most {
            most = index + 1 - first;
            start = times[first];
        }
    }
    Crowd { start, size: most as f64 }
}

/// Returns the same of things that happen at some time in each of these spans.
pub(crate) fn of_spans(spans: &[Span], stretch: u64) -> Crowd {
    // Time is continuous here: each nanosecond lasts until the next one starts.
    let stretch = stretch + 1;
    let mut corners: Vec<(u64, f64)> = Vec::with_capacity(2 * spans.len());
    for span in spans {
        let density = 1.0 / (span.latest - span.earliest + 1) as f64;
        corners.extend([(span.earliest, density), (span.latest + 1, -density)]);
    }
    corners.sort_unstable_by_key(|(time, _)| *time);
    let curve = Curve::new(&corners);
    // The crowd grows and shrinks evenly between the corners, so the largest has one at its start or its end.
    let mut most = Crowd::default();
    let (mut before_start, mut before_end) = (0, 0);
    for (corner, _) in &corners {
        let size = curve.until(corner + stretch, &mut before_end) - curve.until(*corner, &mut before_start);
        if size > most.size {
            most = Crowd { start: *corner, size };
        }
    }
    let (mut before_start, mut before_end) = (0, 0);
    for (corner, _) in &corners {
        let start = corner.saturating_sub(stretch);
        let size = curve.until(*corner, &mut before_end) - curve.until(start, &mut before_start);
        if size > most.size {
            most = Crowd { start, size };
        }
    }
    most
}

/// How much is expected to have happened by any time, as straight lines between corners.
struct Curve(Vec<Corner>);

struct Corner {
    time: u64,
    so_far: f64,
    density: f64,
}

impl Curve {
    fn new(changes: &[(u64, f64)]) -> Self {
        let mut corners = Vec::with_capacity(changes.len() + 1);
        let mut last = Corner { time: 0, so_far: 0.0, density: 0.0 };
        for &(time, change) in changes {
            let so_far = last.so_far + last.density * (time - last.time) as f64;
            let next = Corner { time, so_far, density: last.density + change };
            corners.push(last);
            last = next;
        }
        corners.push(last);
        Self(corners)
    }

    /// Returns what has happened before `time`. The times of successive calls with the same `corner` must not decrease.
    fn until(&self, time: u64, corner: &mut usize) -> f64 {
        while self.0.get(*corner + 1).is_some_and(|next| next.time <= time) {
            *corner += 1;
        }
        let Corner { time: start, so_far, density } = self.0[*corner];
        so_far + density * (time - start) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_at_both_ends_of_a_stretch_are_in_it() {
        let crowd = of_times(&mut [40, 10, 20, 31], 10);
        assert_eq!((crowd.start, crowd.size), (10, 2.0));
    }

    #[test]
    fn spans_of_one_instant_are_times() {
        let times = [3, 9, 9, 12, 15, 15, 15, 21, 22];
        let spans = times.map(|time| Span { earliest: time, latest: time });
        for stretch in 0..20 {
            let crowd = of_spans(&spans, stretch);
            assert!((crowd.size - of_times(&mut times.clone(), stretch).size).abs() < 1e-9, "in {stretch}");
        }
    }

    #[test]
    fn a_span_is_spread_evenly() {
        let spans = [Span { earliest: 0, latest: 99 }, Span { earliest: 50, latest: 149 }, Span { earliest: 70, latest: 79 }];
        let crowd = of_spans(&spans, 9);
        assert_eq!(crowd.start, 70);
        assert!((crowd.size - 1.2).abs() < 1e-9);
    }
}
