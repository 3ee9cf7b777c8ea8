use super::*;
use crate::backend::{BackendError, ObjectName};
use crate::base::{PackId, TreePath};
use crate::crypto::CryptoError;
use crate::index::IndexError;
use crate::ops::OpsError;
use crate::process::ProcessError;
use crate::repo::{RepoError, Subject};
use crate::target::TargetError;

fn report(error: impl Into<CliError>, doing: Doing) -> Report {
    Report::of(&error.into(), doing)
}

fn io_error(errno: rustix::io::Errno) -> std::io::Error {
    errno.into()
}

#[test]
fn every_error_has_three_lines_and_its_own_exit_code() {
    let location = || "/srv/repo".to_string();
    let name = || ObjectName::new("packs/ab/cd").unwrap();
    let full = || io_error(rustix::io::Errno::NOSPC);
    let at = || TreePath::new("a").unwrap();
    let cases: Vec<(CliError, Exit)> = vec![
        (RepoError::NoRepository { location: location() }.into(), Exit::NoRepository),
        (RepoError::WrongPassword { location: location(), slots: 1 }.into(), Exit::WrongPassword),
        (
            RepoError::NoKeySlot { location: location(), damaged: vec!["719ccd6b".into()] }.into(),
            Exit::WrongPassword,
        ),
        (RepoError::damaged(Subject::Pack(PackId::new([1; 32])), "its hash").into(), Exit::Damage),
        (RepoError::Missing { subject: Subject::Config }.into(), Exit::Damage),
        (RepoError::Verification.into(), Exit::Verification),
        (RepoError::Cancelled.into(), Exit::Cancelled),
        (BackendError::NoSpace { name: name(), source: full() }.into(), Exit::NoSpace),
        (BackendError::Unreachable { location: location(), source: full() }.into(), Exit::Unreachable),
        (BackendError::ShortRead { name: name(), offset: 0, wanted: 2, found: 1 }.into(), Exit::Damage),
        (RepoError::Index(IndexError::Cache { path: "/c".into(), source: full() }).into(), Exit::NoSpace),
        (RepoError::Crypto(CryptoError::NotAuthentic { position: 0 }).into(), Exit::Damage),
        (OpsError::Target(TargetError::NoSpace { at: at() }).into(), Exit::NoSpace),
        (
            OpsError::Uncertain { name: "latest".into(), damaged: "snapshot 1 is".into(), instead: None }
                .into(),
            Exit::Damage,
        ),
        (OpsError::Request("two inputs".into()).into(), Exit::Usage),
        (
            OpsError::Process(ProcessError::Spawn { name: "a".into(), source: full() }).into(),
            Exit::DumpFailed,
        ),
        (CliError::Output(full()), Exit::NoSpace),
        (CliError::Usage("x".into()), Exit::Usage),
        (CliError::WentBack(crate::ops::rollback::WentBack::default()), Exit::WentBack),
        (CliError::State("x".into()), Exit::Error),
    ];
    for (error, exit) in cases {
        let report = report(error, Doing::Backup);
        assert_eq!(report.code, exit.number(), "{report:?}");
        for line in [&report.error, &report.means, &report.hint] {
            assert!(!line.is_empty() && !line.contains('\n'), "{report:?}");
        }
    }
}

#[test]
fn an_error_of_many_lines_is_told_in_one_and_cannot_play_tricks() {
    let error = CliError::Ops(OpsError::Request("a\nb \u{1b}[31m c\\xff".into()));
    assert_eq!(report(error, Doing::Reading).error, "a b \\x1b[31m c\\xff");
}

#[test]
fn what_an_early_end_means_depends_on_what_was_done() {
    let means = |doing| report(RepoError::Cancelled, doing).means;
    assert!(means(Doing::Backup).starts_with("no snapshot was made"));
    assert!(means(Doing::Reading).starts_with("nothing was changed"));
}
