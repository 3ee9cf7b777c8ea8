//! Nothing secret is ever shown. (Each run of the program here is searched for the password as well.)

use super::place::{CANARY, Place};

fn shows(output: &std::process::Output, secret: &str) -> bool {
    [&output.stdout, &output.stderr].iter().any(|text| String::from_utf8_lossy(text).contains(secret))
}

#[test]
fn the_password_is_in_no_output_however_much_is_told() {
    let place = Place::new();
    let file = place.path().join("password");
    std::fs::write(&file, format!("{CANARY}\n")).unwrap();
    let file = file.to_str().unwrap();
    place.ok(&["-v", "--password-file", file, "backup", "--init", &place.data()]);
    let command = format!("cat {file}");
    for arguments in [
        &["-v", "snapshots"][..],
        &["-v", "--json", "doctor"],
        &["--json", "key", "list"],
        &["--password-command", &command, "ls"],
        &["backup", "--help"],
        &["key", "export", "--paper"],
        &["-v", "check", "--read-data"],
    ] {
        place.ok(arguments);
    }
    let failing = format!("echo {CANARY}; exit 1");
    let refused = place.command(&["--password-command", &failing, "snapshots"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(12));
    assert!(!shows(&refused, CANARY));
}

#[test]
fn the_text_of_a_command_is_not_repeated_when_it_is_wrong_or_fails() {
    let place = Place::new();
    place.ok(&["init"]);
    for (command, code) in
        [("mysqldump -pS3CRET", 2), ("a.sql= : -pS3CRET; exit 2", 18), ("../a=echo S3CRET", 2)]
    {
        let output = place.run(&["-v", "backup", "--command", command]);
        assert_eq!(output.status.code(), Some(code), "{command}");
        assert!(!shows(&output, "S3CRET"), "{command}");
    }
}

#[test]
fn a_command_does_not_get_the_passwords_from_the_environment() {
    let place = Place::new();
    let mut command = place.command(&["backup", "--init", "--command", "env=env"]);
    assert!(command.env("STRONGROOM_NEW_PASSWORD", "n3w").output().unwrap().status.success());
    let environment = place.ok(&["dump", "latest:env"]);
    assert!(environment.contains("PATH=") && !environment.contains("n3w"), "{environment}");
}

#[test]
fn help_does_not_show_where_the_repository_is() {
    let place = Place::new();
    let mut help = place.command(&["backup", "--help"]);
    let output = help.env("STRONGROOM_REPO", "sftp://user:S3CRET@host/x").output().unwrap();
    assert!(output.status.success() && !shows(&output, "S3CRET"));
}
