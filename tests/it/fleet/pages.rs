//! The tables in `docs/fleet.md` and `docs/machines.md` say what `golden/fleet.txt` says.

const GOLDEN: &str = include_str!("../golden/fleet.txt");

/// Returns the numbers of the first row of a table of the golden file, without its name.
fn of_golden(table: &str, row: &str) -> Vec<f64> {
    let table = GOLDEN.split_once(table).unwrap_or_else(|| panic!("there is no table {table}")).1;
    let line = table.lines().find_map(|line| line.strip_prefix(row)).unwrap_or_else(|| panic!("there is no row {row}"));
    line.split_whitespace().filter_map(|word| word.trim_end_matches("/s").parse().ok()).collect()
}

/// Asserts that the numbers of a row of a page are these, rounded as they are there.
fn assert_row(page: &str, name: &str, expected: &[f64]) {
    let row = page.lines().find_map(|line| line.strip_prefix(&format!("| {name} |")));
    let row = row.unwrap_or_else(|| panic!("the page has no row {name}"));
    let words = row.split_whitespace().map(|word| word.replace(',', ""));
    let found: Vec<_> = words.filter_map(|word| Some((word.parse::<f64>().ok()?, word))).collect();
    assert_eq!(found.len(), expected.len(), "{row}");
    for ((found, word), expected) in found.into_iter().zip(expected) {
        let decimals = word.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let rounding = 0.5 / 10_f64.powi(i32::try_from(decimals).unwrap());
        assert!((found - expected).abs() < rounding + 1e-9, "{name}: {found} and not {expected} in {row}");
    }
}

#[test]
fn the_guide_to_fleets_has_the_figures_of_the_simulation() {
    let page = include_str!("../../../docs/fleet.md");
    let rows = [
        ("a poller each", "alone "),
        ("a fleet that only holds: `Limits::none()`", "held "),
        ("a fleet at a pace that you know, 36 a second", "known "),
        ("a fleet that finds its pace: the default", "found  "),
    ];
    for (name, row) in rows {
        assert_row(page, name, &of_golden("\n5,000 orders, 40 a second\n", row));
    }
}

#[test]
fn the_guide_to_many_machines_has_the_figures_of_the_simulation() {
    let page = include_str!("../../../docs/machines.md");
    let rows = [
        ("1", "1 replica, own pace ", "1 replica, shared "),
        ("2", "2 replicas, own paces ", "2 replicas, shared "),
        ("8", "8 replicas, own paces ", "8 replicas, shared "),
        ("8, four fifths of the orders on one", "8, four fifths on one, own paces ", "8, uneven, shared "),
        ("32", "32 replicas, own paces ", "32 replicas, shared "),
        ("200, 4,000 orders, 20 a second", "200, 20 a second, own paces ", "200, shared "),
    ];
    for (name, own, shared) in rows {
        let [own, shared] = [own, shared].map(|row| of_golden("polled by replicas of a service", row));
        let [_, refused, _, _, noticed, worst, _] = own[..] else { panic!("{own:?}") };
        let [_, refused_of_shared, _, asks, noticed_of_shared, worst_of_shared, _] = shared[..] else { panic!("{shared:?}") };
        let mut expected = vec![refused, noticed, worst / 100.0];
        expected.extend([refused_of_shared, noticed_of_shared, worst_of_shared / 100.0, asks / 100.0]);
        if name == "1" {
            // The worst of one is that one.
            expected = vec![refused, noticed, refused_of_shared, noticed_of_shared, asks / 100.0];
        }
        assert_row(page, name, &expected);
    }
}
