//! Operations at a server of AIP-151 that counts early polls.

#[expect(dead_code, reason = "the test is another main")]
#[path = "../../src/bin/google_operation.rs"]
mod program;

use crate::operation::Operation;
use crate::server::{
    ADDRESS, Asked, Ended, Reply, Server, json, runs, unreadable,
};
use serde_json::json;

fn answer(operation: &mut Operation, _: &Asked) -> Reply {
    if let Some(trouble) = operation.trouble() {
        return trouble;
    }
    if let Some(reply) = unreadable(&mut operation.draw) {
        return reply.hint(operation.draw.below(60), &mut operation.watch);
    }
    // An error of the poll, which looks like an error of the operation.
    if operation.draw.one_in(8) {
        let delay = operation.draw.seconds(30);
        operation.watch.ask(delay);
        let busy = "type.googleapis.com/google.rpc.RetryInfo";
        let retry = format!("{}s", delay.as_secs_f64());
        let error = json!({ "code": 429, "details": [
            { "@type": "type.googleapis.com/google.rpc.ErrorInfo" },
            { "@type": busy, "retryDelay": retry },
        ]});
        let status = operation.draw.of(&[429, 503]);
        return json(status, &json!({ "done": true, "error": error }));
    }
    let body = match (operation.tell(), operation.succeeds) {
        (false, _) => operation.draw.of(&[
            r#"{ "name": "operations/17" }"#,
            r#"{ "name": "operations/17", "done": false }"#,
            r#"{ "metadata": { "error": "none yet", "done": true } }"#,
        ]),
        (true, true) => r#"{ "done": true, "response": { "image": 17 } }"#,
        (true, false) => {
            r#"{ "done": true, "error": { "code": 3, "message": "no" } }"#
        }
    };
    json(200, &serde_json::from_str(body).unwrap())
}

#[test]
fn no_poll_is_early_and_no_operation_misread() {
    let counts = runs(async |draw, counts| {
        let server = Server::start(Operation::new(draw, 1200), answer);
        let url = format!("{ADDRESS}/v1/operations/17");
        let said = program::wait_for(|| server.client.get(&url)).await;
        let operation = server.state();
        let is_right = match (operation.succeeds, said) {
            (true, Ok(response)) => response["image"] == 17,
            (false, Err(error)) => format!("{error:#}").contains("\"no\""),
            _ => false,
        };
        let is_right = is_right && operation.told && !operation.polled_on;
        let ended = Ended::right(is_right);
        operation.watch.add_to(counts, ended);
    });
    counts.assert_none(10_000, 1_000);
}
