//! Chromium without a window.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// The browser's program.
#[derive(Clone, Debug)]
pub(crate) struct Browser(PathBuf);

/// The browser of this machine, or why there is none.
pub(crate) fn find() -> Result<Browser, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found = std::env::split_paths(&path)
        .flat_map(|dir| names.map(|name| dir.join(name)))
        .find(|program| program.is_file());
    found.map(Browser).ok_or_else(|| format!("none of {} is installed", names.join(", ")))
}

impl Browser {
    /// Opens a page and runs a script at its end; gives the numbers that the script put into `told`, by their names.
    pub(crate) fn tell(&self, page: &str, script: &str) -> BTreeMap<String, f64> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("page.html");
        std::fs::write(&file, with_probe(page, script)).unwrap();
        let output = Command::new(&self.0)
            // Its own sandbox needs what a container may not allow; the page is ours.
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--timeout=60000", "--dump-dom"])
            .arg(format!("--user-data-dir={}", directory.path().join("profile").display()))
            .arg(format!("file://{}", file.display()))
            .env("HOME", directory.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let told =
            text.split_once("<pre id=\"told\">").and_then(|(_, rest)| rest.split_once("</pre>"));
        let (told, _) = told.unwrap_or_else(|| {
            panic!("the script told nothing: {}", String::from_utf8_lossy(&output.stderr))
        });
        let pair = |line: &str| {
            let (name, number) = line.split_once('=').unwrap();
            (name.to_owned(), number.parse().unwrap_or_else(|_| panic!("{line}")))
        };
        told.lines().map(pair).collect()
    }
}

/// The page with a script that first has everything laid out, as it would be to be seen.
fn with_probe(page: &str, script: &str) -> String {
    let probe = format!(
        "<script>
const told = {{}};
let violations = 0;
document.addEventListener('securitypolicyviolation', () => violations++);
const layOut = () => document.body.offsetHeight;
const rows = () => [...document.querySelector('table.sortable').tBodies[0].rows];
const shown = () => rows().filter((row) => row.offsetHeight > 0);
const timed = (action) => {{ const start = performance.now(); action(); layOut(); return performance.now() - start; }};
const words = (text) => {{
  const input = document.getElementById('words');
  input.value = text;
  input.dispatchEvent(new Event('input', {{ bubbles: true }}));
}};
layOut();
told.opened = performance.now();
{script}
told.loaded = performance.getEntriesByType('resource').length;
told.violations = violations;
const pre = document.createElement('pre');
pre.id = 'told';
pre.textContent = Object.entries(told).map(([name, value]) => name + '=' + Number(value)).join('\\n');
document.body.append(pre);
</script>
"
    );
    let (before, after) = page.rsplit_once("</body>").unwrap();
    format!("{before}{probe}</body>{after}")
}
