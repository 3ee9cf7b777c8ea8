//! Commands that end well, end badly, hang, shout and are left alone.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::AsFd;

use super::*;
use crate::base::limits::STDERR_BYTES_KEPT;

fn command(shell_command: &str) -> Command {
    Command::shell("dump", shell_command, None)
}

fn output(running: &mut Running) -> Vec<u8> {
    let mut output = Vec::new();
    running.read_to_end(&mut output).unwrap();
    output
}

/// A second reader of stdout: its end comes when no process of the command is left.
fn witness(running: &Running) -> File {
    running.stdout.as_ref().unwrap().as_fd().try_clone_to_owned().unwrap().into()
}

#[test]
fn an_exit_code_after_full_output_is_told() {
    let mut running = spawn(&command("printf 'all rows'; printf 'and yet' >&2; exit 3")).unwrap();
    assert_eq!(output(&mut running), b"all rows");
    let exit = running.finish().unwrap();
    assert_eq!(exit, Exit { code: Some(3), signal: None, stderr_tail: b"and yet".to_vec() });
    assert!(!exit.is_success());
}

#[test]
fn a_command_that_a_signal_ends_is_no_success() {
    let mut running = spawn(&command("printf half; kill -9 $$")).unwrap();
    assert_eq!(output(&mut running), b"half");
    let exit = running.finish().unwrap();
    assert_eq!((exit.code, exit.signal), (None, Some(9)));
    assert!(!exit.is_success());
}

#[test]
fn a_command_that_does_not_exist_is_exit_127() {
    assert_eq!(spawn(&command("no-such-command-here")).unwrap().finish().unwrap().code, Some(127));
}

#[test]
fn a_reader_may_look_up_while_nothing_comes() {
    let mut running = spawn(&command("exec sleep 1000")).unwrap();
    assert_eq!(running.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::Interrupted);
}

#[test]
fn a_command_that_hangs_is_killed_with_all_it_started() {
    let hangs =
        Command { idle_ms_max: Some(50), ..command("echo why >&2; printf rows; sleep 1000 & sleep 1000") };
    let mut running = spawn(&hangs).unwrap();
    let mut witness = witness(&running);
    let mut rows = [0; 4];
    // However long it takes to start: the limit counts while `running` is read.
    witness.read_exact(&mut rows).unwrap();
    assert_eq!(&rows, b"rows");
    assert_eq!(running.read(&mut rows).unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(running.read(&mut rows).unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(witness.read(&mut rows).unwrap(), 0);
    let error = running.finish().unwrap_err();
    let ProcessError::Idle { idle_ms_max: 50, stderr_tail, .. } = error else { panic!("{error}") };
    assert_eq!(stderr_tail, b"why\n");
}

#[test]
fn a_command_that_does_not_exit_after_its_output_is_killed() {
    let hangs = Command { idle_ms_max: Some(50), ..command("exec >&-; exec sleep 1000") };
    let running = spawn(&hangs).unwrap();
    assert_eq!(witness(&running).read(&mut [0]).unwrap(), 0);
    assert!(matches!(running.finish(), Err(ProcessError::Idle { .. })));
}

#[test]
fn a_command_within_its_idle_limit_is_left_alone() {
    let quick = Command { idle_ms_max: Some(600_000), ..command("printf rows") };
    let mut running = spawn(&quick).unwrap();
    assert_eq!(output(&mut running), b"rows");
    assert!(running.finish().unwrap().is_success());
}

#[test]
fn a_flood_on_stderr_does_not_stop_the_output() {
    let flood = "head -c 3000000 /dev/zero >&2; printf last >&2; printf rows";
    let mut running = spawn(&command(flood)).unwrap();
    assert_eq!(output(&mut running), b"rows");
    let exit = running.finish().unwrap();
    assert!(exit.is_success());
    assert_eq!(exit.stderr_tail.len(), STDERR_BYTES_KEPT);
    assert!(exit.stderr_tail.ends_with(b"\0last"));
}

#[test]
fn a_process_left_behind_on_stderr_is_not_waited_for() {
    let mut running = spawn(&command("printf 1 >&2; sleep 1000 >/dev/null & echo $!")).unwrap();
    let left: i32 = String::from_utf8(output(&mut running)).unwrap().trim().parse().unwrap();
    let exit = running.finish().unwrap();
    assert_eq!((exit.code, exit.stderr_tail), (Some(0), b"1".to_vec()));
    let left = rustix::process::Pid::from_raw(left).unwrap();
    rustix::process::kill_process(left, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn a_command_that_is_not_read_to_its_end_does_not_block_finish() {
    let mut running = spawn(&command("exec yes")).unwrap();
    running.read_exact(&mut [0; 10]).unwrap();
    assert_eq!(running.finish().unwrap().signal, Some(13));
}

#[test]
fn a_dropped_command_leaves_no_process() {
    let mut running = spawn(&command("echo started; sleep 1000 & sleep 1000 | sleep 1000")).unwrap();
    running.read_exact(&mut [0; 8]).unwrap();
    let mut witness = witness(&running);
    let leader = running.child.id();
    drop(running);
    assert_eq!(witness.read(&mut [0; 8]).unwrap(), 0);
    assert!(!std::path::Path::new(&format!("/proc/{leader}")).exists());
}

#[test]
fn the_password_of_a_repository_is_not_handed_down() {
    assert!(is_secret("STRONGROOM_PASSWORD".as_ref()));
    assert!(is_secret("STRONGROOM_PASSWORD_COMMAND".as_ref()));
    assert!(is_secret("STRONGROOM_NEW_PASSWORD".as_ref()));
    assert!(!is_secret("STRONGROOM_REPOSITORY".as_ref()));
    assert!(!is_secret("MYSQL_PWD".as_ref()));
}

#[test]
fn an_error_names_the_command_and_does_not_show_it() {
    let hangs = Command { idle_ms_max: Some(1), ..command(": -pSECRET; exec sleep 1000") };
    let error = spawn(&hangs).unwrap().finish().unwrap_err();
    assert_eq!(error.to_string(), "command \"dump\" was killed, it was idle for 1 ms");
    assert!(!format!("{error:?}").contains("SECRET"));
}
