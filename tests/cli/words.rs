//! What is said, and where.

use super::place::{Place, json};

/// The commands that `--help` lists.
fn commands(place: &Place, above: &[&str]) -> Vec<String> {
    let help = place.ok(&[above, &["--help"]].concat());
    let list = help.split("Commands:\n").nth(1).unwrap_or_default().split("\n\n").next().unwrap_or_default();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    names.filter(|name| *name != "help" && name.is_ascii()).map(ToString::to_string).collect()
}

#[test]
fn the_help_of_every_command_starts_with_an_example() {
    let place = Place::new();
    let all = commands(&place, &[]);
    assert!(all.len() > 10 && commands(&place, &["key"]).len() == 5, "{all:?}");
    for command in &all {
        assert!(place.ok(&[command, "--help"]).starts_with("Examples:\n  "), "{command}");
        for below in commands(&place, &[command]) {
            assert!(place.ok(&[command, &below, "--help"]).starts_with("Examples:\n  "), "{command} {below}");
        }
    }
}

#[test]
fn completions_and_a_page_of_the_manual_for_each_command_are_made() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(place.ok(&["completions", shell]).contains("strongroom"), "{shell}");
    }
    let man = place.path().join("man");
    place.ok(&["man", man.to_str().unwrap()]);
    for command in commands(&place, &[]) {
        assert!(man.join(format!("strongroom-{command}.1")).exists(), "{command}");
    }
}

#[test]
fn wrong_arguments_are_told_in_three_lines_too() {
    let place = Place::new();
    for arguments in [
        &["no-such-command"][..],
        &["backup", "--nope"],
        &["backup"],
        &["backup", "--compression", "20", "x"],
        &["backup", "--tag", "", "x"],
        &["backup", "--host=", "x"],
        &["snapshots", "--tag="],
        &["ls", "--host", "", "latest"],
        &["ls", "--path=", "latest"],
    ] {
        let text = place.refused(arguments, 2);
        assert_eq!(text.lines().count(), 3, "{text}");
    }
    let output = place.run(&["--json", "backup", "--nope"]);
    let error = json(String::from_utf8_lossy(&output.stderr).lines().next().unwrap());
    assert_eq!((&error["type"], &error["code"]), (&"error".into(), &2.into()));
    assert!(error["try"].is_string() && error["means"].is_string());
}

#[test]
fn without_a_command_there_is_help() {
    let place = Place::new();
    for is_repository_given in [true, false] {
        for (arguments, usage) in [(&[][..], "Usage: strongroom ["), (&["key"], "Usage: strongroom key [")] {
            let mut command = place.command(arguments);
            if !is_repository_given {
                command.env_remove("STRONGROOM_REPO");
            }
            let output = command.output().unwrap();
            let text = String::from_utf8(output.stderr).unwrap();
            assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{text}");
            assert!(text.starts_with("Examples:\n") && text.contains(usage), "{text}");
        }
    }
    let error = json(String::from_utf8(place.run(&["--json", "key"]).stderr).unwrap().trim());
    assert_eq!((&error["code"], &error["error"]), (&2.into(), &"no command given".into()));
    assert!(place.refused(&["--json=no"], 2).contains("--json"));
}

#[test]
fn the_words_around_the_help_fit_a_narrow_terminal() {
    let place = Place::new();
    let help = |columns: &str| {
        let output = place.command(&["--help"]).env("COLUMNS", columns).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (narrow, wide) = (help("80"), help("120"));
    for (from, to) in [("Examples:", "\n\n"), ("Exit codes:", "no such end")] {
        let part = |text: &str| {
            let rest = &text[text.find(from).unwrap()..];
            rest[..rest.find(to).unwrap_or(rest.len())].to_string()
        };
        assert_eq!(part(&narrow), part(&wide));
        assert!(part(&narrow).lines().count() >= 7);
    }
}

#[test]
fn an_error_as_json_is_on_standard_error_and_data_stays_alone() {
    let place = Place::new();
    let output = place.run(&["--json", "snapshots"]);
    assert!(output.stdout.is_empty());
    let error = json(String::from_utf8_lossy(&output.stderr).lines().next().unwrap());
    assert_eq!((&error["type"], &error["code"]), (&"error".into(), &10.into()));
}

#[test]
fn a_backup_tells_its_progress_as_json_and_a_list_does_not() {
    let place = Place::new();
    std::fs::write(place.path().join("data/large"), vec![7; 40 << 20]).unwrap();
    let out = place.ok(&["--json", "backup", "--init", &place.data()]);
    let lines: Vec<_> = out.lines().map(json).collect();
    let (summary, progress) = lines.split_last().unwrap();
    assert_eq!(summary["type"], "summary");
    assert!(!progress.is_empty());
    for line in progress {
        assert_eq!(line["type"], "progress");
        for key in ["bytes_done", "bytes_total", "current", "table", "seconds_left"] {
            assert!(line.get(key).is_some(), "{key}: {line}");
        }
    }
    let listed = place.ok(&["--json", "ls", "-R", "latest"]);
    assert!(listed.lines().map(json).all(|line| line["type"] == "entry"));
    let beside = place.run(&["--progress", "json", "backup", "--force", &place.data()]);
    assert!(!String::from_utf8_lossy(&beside.stdout).contains("\"progress\""));
}

#[test]
fn warnings_of_one_kind_are_shown_three_times_and_then_counted() {
    let place = Place::new();
    place.ok(&["init"]);
    let fails: Vec<_> = (0..6).map(|n| format!("{n}=exit 7")).collect();
    let mut arguments = vec!["backup"];
    arguments.extend(fails.iter().flat_map(|command| ["--command", command]));
    let text = String::from_utf8(place.run(&arguments).stderr).unwrap();
    assert_eq!(text.matches(": exit code 7").count(), 4, "{text}");
    assert!(text.contains("and 3 more like this: exit code 7"), "{text}");
    arguments.push("-v");
    let text = String::from_utf8(place.run(&arguments).stderr).unwrap();
    assert_eq!(text.matches(": exit code 7").count(), 6, "{text}");
}

#[test]
fn colours_are_shown_when_asked_for_and_not_without_a_terminal() {
    let place = Place::new();
    let shown = |arguments: &[&str]| String::from_utf8(place.run(arguments).stderr).unwrap().contains('\x1b');
    assert!(!shown(&["snapshots"]));
    assert!(shown(&["--color", "always", "snapshots"]));
}

#[test]
fn doctor_tells_what_is_in_order_and_what_is_not() {
    let place = Place::new();
    place.ok(&["backup", "--init", &place.data()]);
    let output = place.run(&["--json", "doctor"]);
    // Little room where this runs would be a warning and no failure.
    assert!(matches!(output.status.code(), Some(0 | 3)));
    let text = String::from_utf8(output.stdout).unwrap();
    let findings: Vec<_> = text.lines().map(json).collect();
    for name in [
        "program",
        "open files",
        "cache",
        "store",
        "repository",
        "keys",
        "snapshots",
        "clock",
        "index",
        "leftovers",
    ] {
        let finding = findings.iter().find(|finding| finding["name"] == name);
        assert!(finding.is_some_and(|finding| finding["state"] != "fail"), "{name}: {text}");
    }
    assert!(text.contains("1 slot, 0 damaged"), "{text}");
    let packs = place.path().join("repo/packs");
    std::fs::remove_dir_all(packs).unwrap();
    let output = place.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("fail  index"));
    let wrong = place.command(&["doctor"]).env("STRONGROOM_PASSWORD", "wrong").output().unwrap();
    assert_eq!(wrong.status.code(), Some(12));
}
