//! The view of a log: how soon policies notice the end of operations that take as long as those in it.

use core::time::Duration;

use asyncpoll::Policy;
use asyncpoll_fit::{Fit, Fitted, Goal, Log, Report, estimate, picture, rust, warnings};

use crate::{
    address::Address,
    answer::{Refusal, Shown},
    field::{Field, Kind, View},
    policy,
    question::Question,
    words::{count, figure, mean, time},
};

/// The longest log, in bytes.
const LONGEST: usize = 1_000_000;

/// The most operations of a log.
const MOST_RECORDS: usize = 20_000;

/// Logs to begin with.
const ORDERS: &str = include_str!("../../fit/examples/orders.log");
const BUILDS: &str = include_str!("builds.log");

pub(crate) const VIEW: View = View {
    name: "fit",
    fields: &[
        Field {
            name: "log",
            plain: "orders",
            kind: Kind::Choice(&["orders", "builds", "pasted"]),
            says: "how long operations took",
        },
        Field {
            name: "policy",
            plain: "5s x3 <=5m +-20% 10m",
            kind: Kind::Steps(&["5s x3 <=5m +-20% 10m", "5s x1 10m", "1s x2 <=1m 10m", "30s x1 10m"]),
            says: "the present policy, in one line",
        },
        Field {
            name: "polls",
            plain: "as now",
            kind: Kind::Steps(&["as now", "3", "4", "5", "6", "8", "10", "12", "16"]),
            says: "of an operation, on average",
        },
    ],
    show,
};

fn show(address: &mut Address, question: &Question) -> Result<Shown, Refusal> {
    let text = match address.get("log") {
        "orders" => ORDERS,
        "builds" => BUILDS,
        "pasted" => question.log.as_str(),
        other => return Err(Refusal::new("log", format!("log is {other:?}; it must be orders, builds or pasted"))),
    };
    let refused = |error: &dyn core::fmt::Display| Refusal::new("log", error.to_string());
    if text.len() > LONGEST {
        return Err(refused(&format!(
            "log has {} bytes; here it must have at most {}",
            count(text.len() as u64),
            count(LONGEST as u64)
        )));
    }
    let present: Policy = address
        .get("policy")
        .parse()
        .map_err(|error: asyncpoll::ParsePolicyError| Refusal::new("policy", error.to_string()))?;
    let max_wait =
        present.max_wait().ok_or_else(|| Refusal::new("policy", "policy has no max_wait; it must have one, such as 10m"))?;
    let log = Log::read(text.as_bytes(), None).map_err(|error| refused(&error))?;
    if log.records.len() > MOST_RECORDS {
        let (has, most) = (count(log.records.len() as u64), count(MOST_RECORDS as u64));
        return Err(refused(&format!("log has {has} operations; here it must have at most {most}")));
    }
    let goal = goal(address)?;
    let times = estimate(&log.records, max_wait.as_secs_f64()).map_err(|error| refused(&error))?;
    // What is wrong with the goal is said at its field, and all else is wrong with the policy.
    let field = if goal.is_some() { "polls" } else { "policy" };
    let fit = Fit::new(&times, present, goal, times.shortest_wait()).map_err(|error| Refusal::new(field, error.to_string()))?;
    let warnings = warnings(&log, &fit, &present);
    let report = Report { log: &log, times: &times, fit: &fit, warnings: &warnings };
    let done = Duration::try_from_secs_f64(times.quantile(0.5)).unwrap_or_default();
    Ok(Shown {
        says: says(&fit),
        picture: picture(&report, question.width()).to_string(),
        texts: vec![
            ("line", fit.best.policy.to_string()),
            ("rust", rust(&fit)),
            ("toml", toml::to_string(&fit.best.policy).unwrap_or_default()),
            ("warnings", warnings.join("\n")),
            ("refused", report.refused()),
            ("pasted", text.to_owned()),
        ],
        tables: vec![("plans", table(&report))],
        links: report
            .policies()
            .into_iter()
            .map(|(name, fitted)| (name, policy::address(&fitted.policy, &format!("done@{}s", done.as_secs_f64()))))
            .collect(),
        ..Shown::default()
    })
}

fn goal(address: &Address) -> Result<Option<Goal>, Refusal> {
    let text = address.get("polls");
    if text == "as now" {
        return Ok(None);
    }
    let polls = text.parse().ok().filter(|polls: &f64| polls.is_finite());
    let polls = polls
        .ok_or_else(|| Refusal::new("polls", format!("polls is {text:?}; it must be a number such as 6, or \"as now\"")))?;
    Ok(Some(Goal::Polls(polls)))
}

fn says(fit: &Fit) -> String {
    let Fit { present, best, constant, .. } = fit;
    let of = |fitted: &Fitted| (figure(time(fitted.cost.delay)), figure(mean(fitted.cost.polls)));
    let ((late, polls), (now, polls_now)) = (of(best), of(present));
    if best.policy == present.policy {
        return format!("The present policy notices an end {now} late with {polls_now} polls; none that was fitted is sooner.");
    }
    let times = present.cost.delay / best.cost.delay;
    let constant = figure(time(constant.cost.delay));
    let sooner = if times > 1.05 { format!(", {} times less late", figure(format!("{times:.1}"))) } else { String::new() };
    format!(
        "The present policy notices an end {now} late on average, with {polls_now} polls. The fitted one notices it {late} late, with \
         {polls} polls{sooner}; a constant interval {constant} late."
    )
}

fn table(report: &Report<'_>) -> Vec<Vec<String>> {
    let heads = ["", "polls", "noticed after, mean", "95 % within", "most polls", "in one line"];
    let rows = report.policies().into_iter().map(|(name, Fitted { policy, cost, .. })| {
        let costs = [format!("{:.2}", cost.polls), time(cost.delay), time(cost.late), count(cost.most_polls)];
        [name.to_owned()].into_iter().chain(costs).chain([policy.to_string()]).collect()
    });
    [heads.map(str::to_owned).to_vec()].into_iter().chain(rows).collect()
}
