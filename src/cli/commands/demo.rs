//! `demo`: the tour. A made-up shop, some nights, and every step as a user would type it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::units;
use crate::cli::error::CliError;
use crate::cli::output::{self, line, say, shown};
use crate::cli::report::Doing;
use crate::cli::session::Session;
use crate::nights::{Shop, ShopSize};

const EXAMPLES: &str = "Examples:
  strongroom demo
  strongroom demo /tmp/tour";

const NIGHTS: u16 = 4;

/// Arguments of `demo`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct DemoArgs {
    /// Where the tour takes place; must not be there yet
    #[arg(value_name = "DIR", default_value = "strongroom-demo")]
    directory: PathBuf,
}

/// The places of a tour.
struct Tour {
    place: PathBuf,
    data: PathBuf,
}

pub fn run(args: &DemoArgs, session: &Session) -> Result<u8, CliError> {
    session.start(Doing::Files);
    let place = std::path::absolute(&args.directory)?;
    if place.symlink_metadata().is_ok() {
        return Err(CliError::Usage(format!("{} is there already: give another directory", shown(&place))));
    }
    std::fs::create_dir_all(&place).map_err(CliError::at(&place))?;
    let tour = Tour { data: place.join("data"), place };
    std::fs::create_dir(&tour.data).map_err(CliError::at(&tour.data))?;
    tour.write_password()?;
    let size = ShopSize {
        dump_bytes: 12_000_000,
        changed_permille: 10,
        uploads_bytes: 6_000_000,
        uploads_grow_bytes: 300_000,
    };
    let mut shop = Shop::new(7, size);
    heading("A shop: the dump of its database and its uploads, four nights")?;
    tour.exports()?;
    for night in 0..NIGHTS {
        shop.night(night);
        tour.write_night(&shop)?;
        let data = tour.data.to_string_lossy().into_owned();
        let time = shop.dumped_at().rfc3339();
        let mut words = vec!["backup", "--tag", "nightly", "--time", &time, &data];
        if night == 0 {
            words.insert(1, "--init");
        }
        tour.step(&words, session)?;
    }
    heading("What is there: every night whole, each at the price of what was new")?;
    tour.step(&["snapshots"], session)?;
    heading("Into a night: a directory, and one file to standard output")?;
    let dump = format!("latest~1:{}/dump.sql", tour.data.display());
    tour.step(&["ls", "-l", &format!("latest:{}", tour.data.display())], session)?;
    tour.show_start(&dump, session)?;
    heading("Into a dump: its tables, what changed in them overnight, and one row of the night before")?;
    tour.step(&["tables"], session)?;
    let row = ["extract", "latest~1", "customers", "--where", "id = 7", "--format", "jsonl"];
    tour.step(&row, session)?;
    heading("The disaster: data is gone. Back it comes, and is compared with what was saved")?;
    let lost = tour.place.join("lost");
    std::fs::rename(&tour.data, &lost)?;
    let subtree = format!("latest:{}", tour.data.display());
    let target = tour.data.to_string_lossy().into_owned();
    tour.step(&["restore", &subtree, "--target", &target, "--verify"], session)?;
    let files = units::counted(same(&lost, &tour.data)?, "file is", "files are");
    line(format!("compared: {files} the same, byte for byte"))?;
    std::fs::remove_dir_all(&lost)?;
    heading("Is all of it whole? Every byte is read and proven")?;
    tour.step(&["check", "--read-data"], session)?;
    tour.next_steps()?;
    Ok(0)
}

fn heading(text: &str) -> Result<(), CliError> {
    line(output::heading(&format!("\n== {text}")))
}

impl Tour {
    /// The arguments that name the tour's repository and password.
    fn global(&self) -> Vec<OsString> {
        let path = |name: &str| self.place.join(name).into_os_string();
        let mut words = vec!["strongroom".into(), "--repo".into(), path("repo")];
        words.extend(["--password-file".into(), path("password"), "--cache-dir".into(), path("cache")]);
        words.extend(["--state-dir".into(), path("state")]);
        words
    }

    fn write_password(&self) -> Result<(), CliError> {
        let path = self.place.join("password");
        let mut options = File::options();
        let opened =
            std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create_new(true), 0o600).open(&path);
        opened
            .and_then(|mut file| file.write_all(b"a tour and nothing to hide\n"))
            .map_err(CliError::at(&path))
    }

    /// What makes the commands that are shown work as they stand there.
    fn exports(&self) -> Result<(), CliError> {
        let text = |name: &str| quoted(&self.place.join(name).to_string_lossy());
        line(format!("$ export STRONGROOM_REPO={} STRONGROOM_CACHE_DIR={}", text("repo"), text("cache")))?;
        line(format!("$ export STRONGROOM_PASSWORD=\"$(cat {})\"", text("password")))
    }

    /// Shows the first lines of a file in a snapshot.
    fn show_start(&self, file: &str, session: &Session) -> Result<(), CliError> {
        line(format!("$ strongroom dump {} | head -n 5", quoted(file)))?;
        let words = self.global().into_iter().chain(["dump".into(), file.into()]);
        for text in super::first_lines_of_dump(words, session, 5)? {
            line(text)?;
        }
        Ok(())
    }

    /// Shows a command and runs it in this process.
    fn step(&self, words: &[&str], session: &Session) -> Result<(), CliError> {
        line(format!(
            "$ strongroom {}",
            words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
        ))?;
        let arguments = self.global().into_iter().chain(words.iter().map(OsString::from));
        match super::run_words(arguments, session)? {
            0 => Ok(()),
            code => Err(CliError::Usage(format!("the step ended with code {code}"))),
        }
    }

    /// The dump anew, uploads that came in; what was there stays as it is.
    fn write_night(&self, shop: &Shop) -> Result<(), CliError> {
        let temporary = self.place.join("dump.new");
        let mut out = BufWriter::new(File::create(&temporary)?);
        shop.write_dump(&mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        std::fs::rename(&temporary, self.data.join("dump.sql"))?;
        for upload in shop.uploads() {
            let path = self.data.join("uploads").join(&upload.path);
            if path.exists() {
                continue;
            }
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            let mut out = BufWriter::new(File::create(&path)?);
            shop.write_upload(&upload, &mut out)?;
            out.flush()?;
        }
        Ok(())
    }

    fn next_steps(&self) -> Result<(), CliError> {
        heading("The repository stays. Try")?;
        self.exports()?;
        let target = quoted(&self.place.join("first-night").to_string_lossy());
        line("$ strongroom snapshots")?;
        line("$ strongroom ls --recursive latest")?;
        line(format!("$ strongroom restore latest~3 --target {target}"))?;
        line("$ strongroom extract latest orders -o orders.sql")?;
        line("$ strongroom doctor")?;
        say(format!("when you are done: rm -r {}", quoted(&self.place.to_string_lossy())));
        Ok(())
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=~@,+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// How many files two directories have, which must be the same.
fn same(one: &Path, two: &Path) -> Result<u64, CliError> {
    let mut files = 0;
    let mut todo = vec![(one.to_path_buf(), two.to_path_buf())];
    while let Some((one, two)) = todo.pop() {
        if one.is_dir() {
            let names = |path: &Path| -> std::io::Result<Vec<OsString>> {
                let mut names: Vec<_> = std::fs::read_dir(path)?
                    .map(|entry| Ok(entry?.file_name()))
                    .collect::<std::io::Result<_>>()?;
                names.sort();
                Ok(names)
            };
            let (ours, theirs) = (names(&one)?, names(&two)?);
            if ours != theirs {
                return Err(CliError::Usage(format!("{} was not restored as it was", one.display())));
            }
            todo.extend(ours.iter().map(|name| (one.join(name), two.join(name))));
        } else if std::fs::read(&one)? == std::fs::read(&two)? {
            files += 1;
        } else {
            return Err(CliError::Usage(format!("{} was not restored as it was", one.display())));
        }
    }
    Ok(files)
}
