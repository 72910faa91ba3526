//! A browser without a window, driven over WebDriver: that is HTTP and JSON.

use core::time::Duration;
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::Instant,
};

use serde_json::{Value, json};

/// How long anything on the page may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The name of an element in WebDriver.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub(crate) struct Browser {
    driver: Child,
    session: String,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = ureq::delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Browser {
    /// Starts a browser whose page is so wide and so high.
    pub(crate) fn start(width: u32, height: u32, scheme: &str) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver should be installed: it is in Debian's package chromium-driver");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = { lines }
            .find_map(|line| line.strip_suffix('.')?.split_once("successfully on port ").map(|(_, port)| port.to_owned()))
            .expect("chromedriver says its port");
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-ipc-flooding-protection",
        ];
        let wish = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {"args": flags},
        }}});
        let mut browser = Self { driver, session: format!("http://127.0.0.1:{port}/session") };
        let id = browser.post("", &wish)["sessionId"].as_str().expect("a session has an identifier").to_owned();
        browser.session = format!("{}/{id}", browser.session);
        browser.post("/timeouts", &json!({"script": PATIENCE.as_millis() as u64}));
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
        browser.command("Emulation.setDeviceMetricsOverride", &metrics);
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        browser.command("Emulation.setEmulatedMedia", &features);
        browser
    }

    /// Opens the page anew with this fragment, and waits for what it shows.
    pub(crate) fn open(&self, fragment: &str) {
        self.post("/url", &json!({"url": "about:blank"}));
        self.post("/url", &json!({"url": format!("file://{}#{fragment}", page().display())}));
        self.settle();
    }

    /// Waits until the page has been answered.
    pub(crate) fn settle(&self) {
        self.until(
            "const { ready, busy } = document.documentElement.dataset; return ready !== undefined && busy === undefined",
        );
    }

    pub(crate) fn run(&self, script: &str) -> Value {
        self.run_with(script, &json!([]))
    }

    /// Runs a script with these arguments.
    pub(crate) fn run_with(&self, script: &str, arguments: &Value) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// Runs a script that calls its last argument with what comes of it.
    pub(crate) fn run_until_called(&self, script: &str, arguments: &Value) -> Value {
        self.post("/execute/async", &json!({"script": script, "args": [arguments]}))
    }

    /// Returns the text of the first element that a selector finds.
    pub(crate) fn text(&self, selector: &str) -> String {
        let text = self.run(&format!("return document.querySelector({selector:?}).textContent"));
        text.as_str().expect("an element has a text").to_owned()
    }

    pub(crate) fn fragment(&self) -> String {
        self.run("return location.hash.slice(1)").as_str().unwrap_or_default().to_owned()
    }

    /// Presses a key in the element that a selector finds, and waits for what it does.
    pub(crate) fn press(&self, selector: &str, key: &str) {
        let found = self.post("/element", &json!({"using": "css selector", "value": selector}));
        let id = found[ELEMENT].as_str().expect("there is such an element");
        self.post(&format!("/element/{id}/value"), &json!({"text": key}));
        self.settle();
    }

    /// Clicks in the element that a selector finds, so far from its left and top.
    pub(crate) fn click(&self, selector: &str, right: f64, down: f64) {
        let place = self.run(&format!(
            "const e = document.querySelector({selector:?}); e.scrollIntoView({{ block: 'center' }}); \
             const {{ left, top }} = e.getBoundingClientRect(); return [left, top]"
        ));
        let (x, y) = (place[0].as_f64().unwrap() + right, place[1].as_f64().unwrap() + down);
        let actions = json!({"actions": [{"type": "pointer", "id": "mouse", "actions": [
            {"type": "pointerMove", "duration": 0, "x": x.round() as i64, "y": y.round() as i64},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]}]});
        self.post("/actions", &actions);
        self.settle();
    }

    /// Waits until a script returns something true.
    pub(crate) fn until(&self, script: &str) {
        let start = Instant::now();
        while self.run(script) != json!(true) {
            assert!(start.elapsed() < PATIENCE, "this stays untrue: {script}\n{:?}", self.seen());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Returns what the console has said, and which addresses were asked for.
    pub(crate) fn seen(&self) -> (Vec<String>, Vec<String>) {
        let log = |kind: &str| self.post("/se/log", &json!({"type": kind})).as_array().cloned().unwrap_or_default();
        let console = log("browser").iter().map(|line| line["message"].to_string()).collect();
        let requests = log("performance").into_iter().filter_map(|line| {
            let message: Value = serde_json::from_str(line["message"].as_str()?).ok()?;
            let message = &message["message"];
            (message["method"] == "Network.requestWillBeSent").then(|| message["params"]["request"]["url"].to_string())
        });
        (console, requests.collect())
    }

    fn command(&self, command: &str, parameters: &Value) {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}));
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.post(format!("{}{path}", self.session)).send_json(body).expect("chromedriver answers");
        let mut answer: Value =
            answer.body_mut().with_config().limit(50_000_000).read_json().expect("chromedriver answers in JSON");
        assert!(answer["value"]["error"].is_null(), "{path}: {answer}");
        answer["value"].take()
    }
}

/// Returns where the page is, which is made once.
fn page() -> &'static PathBuf {
    static PAGE: OnceLock<PathBuf> = OnceLock::new();
    PAGE.get_or_init(|| {
        let page = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("playground.html");
        let made = Command::new(env!("CARGO_BIN_EXE_asyncpoll-playground")).arg("--out").arg(&page).status();
        assert!(made.is_ok_and(|status| status.success()), "the page should be made");
        assert!(fs::metadata(&page).is_ok_and(|file| file.len() > 100_000), "the page has the crate in it");
        page
    })
}
