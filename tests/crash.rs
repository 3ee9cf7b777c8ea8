//! `backup` killed at every write, fsync, rename and unlink it makes: what was acknowledged restores, and the next run succeeds by itself.
//!
//! Needs `strace` and the right to trace; says so where they lack.
#![cfg(test)]

mod crash {
    mod verbs;
}

use std::path::Path;
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_strongroom");

fn strongroom(place: &Path, arguments: &[&str]) -> Command {
    command(place, PROGRAM, &[], arguments)
}

fn command(place: &Path, program: &str, before: &[&str], arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(before)
        .args(["-q", "--repo"])
        .arg(place.join("repo"))
        .args(arguments)
        .env("STRONGROOM_PASSWORD", "secret")
        .env("STRONGROOM_CACHE_DIR", place.join("cache"))
        .env("STRONGROOM_STATE_DIR", place.join("state"))
        .env("RAYON_NUM_THREADS", "1");
    command
}

fn done(output: &Output, what: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {} {text}", output.status);
}

fn write_data(data: &Path, night: usize) {
    std::fs::create_dir_all(data.join("dir")).unwrap();
    std::fs::write(data.join("dir/dump.sql"), format!("row of night {night}\n").repeat(5000)).unwrap();
    std::fs::write(data.join("new"), format!("{night}")).unwrap();
}

fn can_trace() -> bool {
    let tried = Command::new("strace").args(["-f", "-e", "trace=fsync", "true"]).output();
    let can = tried.is_ok_and(|output| output.status.success());
    if !can {
        assert!(std::env::var_os("CI").is_none(), "strace must work in CI");
        eprintln!("skipped: strace is not there or may not trace");
    }
    can
}

/// Kills `backup` at the nth call of `call` for n = 1, 2, ... until it lives; returns how often it was killed.
fn sweep(call: &str) -> usize {
    let place = tempfile::tempdir().unwrap();
    let (place, data) = (place.path(), place.path().join("data"));
    let data_text = data.to_str().unwrap().to_string();
    write_data(&data, 0);
    done(&strongroom(place, &["backup", "--init", &data_text]).output().unwrap(), "first backup");
    for nth in 1..400 {
        write_data(&data, nth);
        let inject = format!("inject={call}:signal=KILL:when={nth}");
        let before = ["-f", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject, PROGRAM];
        let killed = command(place, "strace", &before, &["backup", &data_text]).output().unwrap();
        let what = format!("{call} {nth}");
        // Everything acknowledged is whole, whatever the kill left behind.
        done(&strongroom(place, &["check", "--read-data"]).output().unwrap(), &what);
        done(&strongroom(place, &["backup", &data_text]).output().unwrap(), &what);
        let out = place.join("out");
        let subtree = format!("latest:{data_text}");
        let target = out.to_str().unwrap();
        done(&strongroom(place, &["restore", &subtree, "--target", target]).output().unwrap(), &what);
        for name in ["dir/dump.sql", "new"] {
            assert_eq!(
                std::fs::read(data.join(name)).unwrap(),
                std::fs::read(out.join(name)).unwrap(),
                "{what}"
            );
        }
        std::fs::remove_dir_all(&out).unwrap();
        if killed.status.success() {
            println!("backup {call}: {} cases", nth - 1);
            return nth - 1;
        }
    }
    panic!("{call}: killed 400 times and no end");
}

#[test]
fn a_backup_killed_at_any_fsync_leaves_everything_whole() {
    if can_trace() {
        assert!(sweep("fsync") >= 3);
    }
}

#[test]
fn a_backup_killed_at_any_rename_leaves_everything_whole() {
    if can_trace() {
        assert!(sweep("renameat2") >= 1);
    }
}

#[test]
fn a_backup_killed_at_any_write_leaves_everything_whole() {
    if can_trace() {
        assert!(sweep("write,pwrite64,ftruncate,unlinkat") >= 3);
    }
}
