//! Hatching: lines at half a right angle, cut to what they fill. A pattern of SVG would need an identifier, which occurs twice if two
//! pictures stand in a page.

use super::Place;

/// The distance of two lines, from left to right.
const SPACING: f64 = 6.0;

/// Returns the lines between a line from left to right and the height `foot` below it.
pub(super) fn lines(places: &[Place], foot: f64) -> Vec<(Place, Place)> {
    let (Some(&(from, _)), Some(&(to, _))) = (places.first(), places.last()) else { return Vec::new() };
    let highest = places.iter().map(|&(_, y)| foot - y).fold(0.0, f64::max);
    let mut lines = Vec::new();
    // Each meets `foot` at a multiple of the distance, so that areas side by side are hatched as one.
    let mut start = ((from - highest) / SPACING).ceil() * SPACING;
    while start < to {
        let mut line: Option<(f64, f64)> = None;
        for pair in places.windows(2) {
            let Some((enters, leaves)) = inside(pair[0], pair[1], foot, start) else { continue };
            match &mut line {
                Some((_, end)) if *end >= enters => *end = leaves,
                _ => {
                    lines.extend(line.map(|line| ends(line, foot, start)));
                    line = Some((enters, leaves));
                }
            }
        }
        lines.extend(line.map(|line| ends(line, foot, start)));
        start += SPACING;
    }
    lines
}

/// Returns from where to where the line that rises from `start` is below the line between two places and above `foot`.
fn inside(from: Place, to: Place, foot: f64, start: f64) -> Option<(f64, f64)> {
    // How far below the upper line it is at either end; in between, that changes evenly.
    let below = |(x, y): Place| foot - y - (x - start);
    let (first, last) = (below(from), below(to));
    let crossing = from.0 + (to.0 - from.0) * first / (first - last);
    let (enters, leaves) = match (first >= 0.0, last >= 0.0) {
        (true, true) => (from.0, to.0),
        (true, false) => (from.0, crossing),
        (false, true) => (crossing, to.0),
        (false, false) => return None,
    };
    (enters.max(start) < leaves).then_some((enters.max(start), leaves))
}

fn ends((enters, leaves): (f64, f64), foot: f64, start: f64) -> (Place, Place) {
    ((enters, foot - (enters - start)), (leaves, foot - (leaves - start)))
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn a_step_cuts_a_line_in_two() {
        // Two columns of 12, with a gap of 2 between them.
        let places = [(0.0, 8.0), (12.0, 8.0), (12.0, 20.0), (14.0, 20.0), (14.0, 8.0), (30.0, 8.0)];
        let lines = lines(&places, 20.0);
        // The line that starts at 6 leaves the first column at its edge, and enters the second.
        assert!(lines.contains(&((6.0, 20.0), (12.0, 14.0))), "{lines:?}");
        assert!(lines.contains(&((14.0, 12.0), (18.0, 8.0))), "{lines:?}");
        for &((x1, y1), (x2, y2)) in &lines {
            assert!(x1 < x2 && (x2 - x1 - (y1 - y2)).abs() < 1e-9, "{lines:?}");
            assert!(x2 <= 12.0 || x1 >= 14.0, "{lines:?}");
        }
    }

    #[test]
    fn columns_side_by_side_are_hatched_as_one() {
        let one = lines(&[(0.0, 0.0), (20.0, 0.0)], 20.0);
        assert_eq!(one, lines(&[(0.0, 0.0), (7.0, 0.0), (7.0, 0.0), (20.0, 0.0)], 20.0));
        assert!(one.len() > 3, "{one:?}");
    }

    #[test]
    fn a_slope_ends_a_line() {
        // The line from 0 meets the slope that falls to 20 halfway.
        let lines = lines(&[(0.0, 0.0), (20.0, 20.0)], 20.0);
        assert!(lines.contains(&((0.0, 20.0), (10.0, 10.0))), "{lines:?}");
    }
}
