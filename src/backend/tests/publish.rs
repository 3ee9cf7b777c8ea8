//! The order of steps under a power cut after every step, and under an error at every step.

use std::collections::BTreeMap;

use rustix::io::Errno;

use super::name;
use crate::backend::double::{Answer, NonDurable, Step, Survivors};
use crate::backend::publish::Steps;
use crate::backend::{Backend, BackendError};

const ALL_SURVIVORS: [Survivors; 3] = [Survivors::Nothing, Survivors::Names, Survivors::NamesAndHalfTheBytes];

/// What was promised about names: their content, or that there is none.
type Promised = BTreeMap<&'static str, Option<Vec<u8>>>;

fn content_of(text: &str) -> Vec<u8> {
    text.repeat(100).into_bytes()
}

/// Puts and removes objects until the first error. What an error left open is not promised.
fn work(backend: &NonDurable) -> Promised {
    let mut promised = Promised::new();
    let puts = ["config", "packs/ab/1", "packs/ab/2", "packs/cd/3", "index/4", "packs/ab/2", "snapshots/5"];
    for text in puts {
        match backend.put(&name(text), &content_of(text)) {
            Ok(()) | Err(BackendError::AlreadyExists { .. }) => promised.insert(text, Some(content_of(text))),
            Err(_) => return promised,
        };
    }
    for text in ["snapshots/5", "packs/ab/1", "packs/ab/1", "config"] {
        promised.remove(text);
        match backend.remove(&name(text)) {
            Ok(()) | Err(BackendError::NotFound { .. }) => promised.insert(text, None),
            Err(_) => return promised,
        };
    }
    promised.remove("packs/ab/1");
    if backend.put(&name("packs/ab/1"), &content_of("packs/ab/1")).is_ok() {
        promised.insert("packs/ab/1", Some(content_of("packs/ab/1")));
    }
    promised
}

/// Cuts the power after each step of the work in turn, and says what was promised and not kept.
fn cut_everywhere(skip: fn(Step, &str) -> bool) -> Result<u64, String> {
    for survivors in ALL_SURVIVORS {
        for cut in 0.. {
            let backend = NonDurable::new();
            backend.set_script(Box::new(move |_, step, path| match skip(step, path) {
                true => Answer::Skip,
                false => Answer::Do,
            }));
            backend.power_off_after(cut);
            let promised = work(&backend);
            let was_complete = backend.steps() <= cut;
            backend.power_cut(survivors);
            check(&backend, &promised)
                .map_err(|what| format!("{what}, after a cut at step {cut}, {survivors:?} surviving"))?;
            // The next run works without a person, and finds everything to be whole.
            work(&backend);
            check(&backend, &promised_by_all_of_the_work())?;
            if was_complete {
                break;
            }
        }
    }
    let backend = NonDurable::new();
    work(&backend);
    Ok(backend.steps())
}

fn promised_by_all_of_the_work() -> Promised {
    work(&NonDurable::new())
}

fn check(backend: &NonDurable, promised: &Promised) -> Result<(), String> {
    for (text, content) in promised {
        let found = backend.get(&name(text), 10_000).ok();
        if found != *content {
            return Err(format!("{text}: promised {}, found {}", shown(content), shown(&found)));
        }
    }
    for stored in backend.list("").unwrap() {
        if backend.get(&stored.name, 10_000).unwrap() != content_of(stored.name.as_str()) {
            return Err(format!("{}: not whole", stored.name));
        }
    }
    Ok(())
}

fn shown(content: &Option<Vec<u8>>) -> String {
    content.as_ref().map_or("nothing".to_owned(), |content| format!("{} bytes", content.len()))
}

#[test]
fn what_was_reported_done_survives_a_power_cut_after_every_step() {
    let steps = cut_everywhere(|_, _| false).unwrap();
    assert!(steps > 60, "{steps} steps are not the whole work");
}

#[test]
fn leaving_out_the_fsync_of_the_final_directory_is_found_out() {
    let broken = cut_everywhere(|step, path| step == Step::FsyncDirectory && path == "packs/ab").unwrap_err();
    assert!(broken.contains("packs/ab/1: promised 1000 bytes, found nothing"), "{broken}");
}

#[test]
fn leaving_out_the_fsync_above_a_new_directory_is_found_out() {
    let broken = cut_everywhere(|step, path| step == Step::FsyncDirectory && path == "packs").unwrap_err();
    assert!(broken.contains("packs/ab/1: promised 1000 bytes, found nothing"), "{broken}");
}

#[test]
fn leaving_out_the_fsync_of_the_file_is_found_out() {
    let broken = cut_everywhere(|step, _| step == Step::Fsync).unwrap_err();
    assert!(broken.contains("config: promised 600 bytes, found"), "{broken}");
}

#[test]
fn an_object_found_there_survives_also_if_its_writer_was_killed_before_the_fsync_of_the_directory() {
    let backend = NonDurable::new();
    backend.put(&name("packs/ab/0"), b"").unwrap();
    let steps = &backend.publisher().steps;
    let mut file = steps.create("tmp/killed").unwrap();
    steps.write(&mut file, b"content").unwrap();
    steps.fsync(&file).unwrap();
    steps.rename("tmp/killed", "packs/ab/1").unwrap();
    assert!(backend.put(&name("packs/ab/1"), b"content").unwrap_err().is_already_exists());
    backend.power_cut(Survivors::Nothing);
    assert_eq!(backend.get(&name("packs/ab/1"), 100).unwrap(), b"content");
}

/// Leaves an object as a writer does that is killed right after giving it its name.
fn put_and_be_killed(backend: &NonDurable) {
    let steps = &backend.publisher().steps;
    for directory in ["tmp", "packs", "packs/ab"] {
        steps.mkdir(directory).unwrap();
    }
    let mut file = steps.create("tmp/killed").unwrap();
    steps.write(&mut file, b"content").unwrap();
    steps.rename("tmp/killed", "packs/ab/1").unwrap();
}

#[test]
fn an_object_made_durable_survives_whatever_its_writer_had_synced() {
    for survivors in ALL_SURVIVORS {
        let backend = NonDurable::new();
        put_and_be_killed(&backend);
        backend.make_durable(&name("packs/ab/1")).unwrap();
        backend.power_cut(survivors);
        assert_eq!(backend.get(&name("packs/ab/1"), 100).unwrap(), b"content", "{survivors:?}");
    }
}

#[test]
fn an_object_is_not_called_durable_if_any_of_its_syncs_fails() {
    let mut failed = 0;
    for nth in 1.. {
        let backend = NonDurable::new();
        put_and_be_killed(&backend);
        let before = backend.steps();
        backend.set_script(Box::new(move |number, step, _| match step {
            Step::Fsync | Step::FsyncDirectory if number == before + nth => {
                Answer::Fail(Errno::IO.raw_os_error())
            }
            _ => Answer::Do,
        }));
        failed += usize::from(backend.make_durable(&name("packs/ab/1")).is_err());
        if backend.steps() < before + nth {
            break;
        }
    }
    // The file, its directory, the one above and the root.
    assert_eq!(failed, 4);
}

#[test]
fn an_object_found_gone_stays_gone_also_if_its_remover_was_killed_before_the_fsync_of_the_directory() {
    let backend = NonDurable::new();
    backend.put(&name("packs/ab/1"), b"content").unwrap();
    backend.publisher().steps.unlink("packs/ab/1").unwrap();
    assert!(backend.remove(&name("packs/ab/1")).unwrap_err().is_not_found());
    backend.power_cut(Survivors::Nothing);
    assert!(backend.size(&name("packs/ab/1")).unwrap_err().is_not_found());
}

#[test]
fn a_directory_another_writer_has_made_and_not_synced_is_synced() {
    let backend = NonDurable::new();
    backend.publisher().steps.mkdir("packs").unwrap();
    backend.publisher().steps.mkdir("packs/ab").unwrap();
    backend.put(&name("packs/ab/1"), b"content").unwrap();
    backend.power_cut(Survivors::Nothing);
    assert_eq!(backend.get(&name("packs/ab/1"), 100).unwrap(), b"content");
}

/// Puts one object while step `nth` fails; gives the result and which step it was, `None` if there are fewer.
fn put_failing_at(backend: &NonDurable, nth: u64, errno: Errno) -> (Result<(), BackendError>, Option<Step>) {
    let failed = std::sync::Arc::new(std::sync::Mutex::new(None));
    let noted = failed.clone();
    backend.set_script(Box::new(move |number, step, _| {
        if number == nth {
            *noted.lock().unwrap() = Some(step);
            return Answer::Fail(errno.raw_os_error());
        }
        Answer::Do
    }));
    let result = backend.put(&name("packs/ab/1"), b"content");
    let step = *failed.lock().unwrap();
    (result, step)
}

#[test]
fn an_io_error_of_write_fsync_or_close_is_answered_with_a_new_file_and_any_other_error_is_reported() {
    let mut failed = Vec::new();
    for nth in 1.. {
        let backend = NonDurable::new();
        let (result, step) = put_failing_at(&backend, nth, Errno::IO);
        let Some(step) = step else { break };
        match step {
            Step::Write | Step::Fsync | Step::Close => result.unwrap(),
            _ => assert!(matches!(result, Err(BackendError::Io { .. })), "{step:?}: {result:?}"),
        }
        assert_eq!(backend.unfinished().unwrap(), 0, "{step:?}");
        if let Ok(content) = backend.get(&name("packs/ab/1"), 100) {
            assert_eq!(content, b"content");
        }
        failed.push(step);
    }
    for step in
        [Step::Create, Step::Write, Step::Fsync, Step::Close, Step::Rename, Step::FsyncDirectory, Step::Mkdir]
    {
        assert!(failed.contains(&step), "{step:?} was never tried");
    }
}

#[test]
fn no_space_at_any_step_is_reported_at_once_and_leaves_nothing_unfinished() {
    for errno in [Errno::NOSPC, Errno::DQUOT, Errno::FBIG] {
        for nth in 1.. {
            let backend = NonDurable::new();
            let (result, step) = put_failing_at(&backend, nth, errno);
            let Some(step) = step else { break };
            assert!(result.unwrap_err().is_no_space(), "{step:?}");
            assert_eq!(backend.unfinished().unwrap(), 0, "{step:?}");
            // A second file would take four more steps.
            assert!(backend.steps() <= nth + 1, "{step:?} was tried again");
        }
    }
}

#[test]
fn a_disk_that_always_fails_is_given_up_after_the_second_file() {
    let backend = NonDurable::new();
    backend.set_script(Box::new(|_, step, _| match step {
        Step::Fsync => Answer::Fail(Errno::IO.raw_os_error()),
        _ => Answer::Do,
    }));
    let before = backend.steps();
    let error = backend.put(&name("config"), b"content").unwrap_err();
    assert!(matches!(error, BackendError::Io { .. }), "{error}");
    // Twice: mkdir, fsync of the root, create, write, fsync, unlink.
    assert_eq!(backend.steps() - before, 12);
    assert_eq!((backend.unfinished().unwrap(), backend.list("").unwrap().len()), (0, 0));
}

#[test]
fn a_removal_whose_directory_cannot_be_synced_is_not_reported_done() {
    let backend = NonDurable::new();
    backend.put(&name("config"), b"content").unwrap();
    backend.set_script(Box::new(|_, step, _| match step {
        Step::FsyncDirectory => Answer::Fail(Errno::IO.raw_os_error()),
        _ => Answer::Do,
    }));
    assert!(matches!(backend.remove(&name("config")), Err(BackendError::Io { .. })));
    // Nor by the next one, which finds the name gone.
    assert!(matches!(backend.remove(&name("config")), Err(BackendError::Io { .. })));
}

#[test]
fn a_disk_that_takes_no_directory_back_is_unreachable_and_not_an_object_not_found() {
    let backend = NonDurable::new();
    backend.set_script(Box::new(|_, step, _| match step {
        Step::Create => Answer::Fail(Errno::NOENT.raw_os_error()),
        _ => Answer::Do,
    }));
    assert!(backend.put(&name("config"), b"").unwrap_err().is_unreachable());
}
