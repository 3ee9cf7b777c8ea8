//! What is committed speaks of the project alone: no paths of somebody's machine, no hosts packages come from.

use super::{Exception, Finding, Source, assert_none};

/// Put together here so that this file does not have them.
const MACHINE_PATHS: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
const HOSTS: [&str; 3] =
    [concat!("index.", "crates.io"), concat!("pypi", ".org"), concat!("deb.", "debian.org")];

const EXCEPTIONS: &[Exception] = &[];

fn foreign_words(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        for (at, line) in source.text.lines().enumerate() {
            let paths = MACHINE_PATHS.iter().filter(|path| has_path(line, path));
            let hosts = HOSTS.iter().filter(|host| line.contains(*host));
            found.extend(paths.chain(hosts).map(|what| Finding {
                path: source.path.clone(),
                line: at + 1,
                what: (*what).to_owned(),
            }));
        }
    }
    found
}

/// Whether the line has the absolute path; the same names as the end of another path do not count.
fn has_path(line: &str, path: &str) -> bool {
    let goes_on = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '}' | ')');
    line.match_indices(path).any(|(at, _)| !line.get(..at).is_some_and(|before| before.ends_with(goes_on)))
}

#[test]
fn what_is_committed_speaks_of_the_project_alone() {
    assert_none(&foreign_words(&Source::all("")), EXCEPTIONS);
}

#[test]
fn a_path_of_a_machine_and_a_host_of_packages_are_found() {
    let found = |text: &str| foreign_words(&[Source::new("README.md", text)]).len();
    for path in MACHINE_PATHS {
        assert_eq!(found(&format!("see {path}notes")), 1, "{path}");
        assert_eq!(found(&format!("`{path}`")), 1, "{path}");
        assert_eq!(found(&format!("benches{path} and {{dir}}{path}")), 0, "{path}");
    }
    for host in HOSTS {
        assert_eq!(found(&format!("from https://{host}/simple")), 1, "{host}");
    }
}
