//! `demo`: the tour. A made-up shop, some nights, and every step as a user would type it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::output::{line, say};
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
    let place = std::path::absolute(&args.directory)?;
    if place.exists() {
        return Err(CliError::Usage(format!("{} is there already: give another directory", place.display())));
    }
    std::fs::create_dir_all(&place)?;
    let tour = Tour { data: place.join("data"), place };
    std::fs::create_dir(&tour.data)?;
    std::fs::write(tour.place.join("password"), "a tour and nothing to hide\n")?;
    let size = ShopSize {
        dump_bytes: 12_000_000,
        changed_permille: 10,
        uploads_bytes: 6_000_000,
        uploads_grow_bytes: 300_000,
    };
    let mut shop = Shop::new(7, size);
    heading("A shop: the dump of its database and its uploads, four nights")?;
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
    heading("Into a night")?;
    tour.step(&["ls", "-l", &format!("latest:{}", tour.data.display())], session)?;
    heading("The disaster: data is gone. Back it comes, and is compared with what was saved")?;
    let lost = tour.place.join("lost");
    std::fs::rename(&tour.data, &lost)?;
    let subtree = format!("latest:{}", tour.data.display());
    let target = tour.data.to_string_lossy().into_owned();
    tour.step(&["restore", &subtree, "--target", &target, "--verify"], session)?;
    let files = same(&lost, &tour.data)?;
    line(format!("compared: {files} files are the same, byte for byte"))?;
    std::fs::remove_dir_all(&lost)?;
    heading("Is all of it whole? Every byte is read and proven")?;
    tour.step(&["check", "--read-data"], session)?;
    tour.next_steps()?;
    Ok(0)
}

fn heading(text: &str) -> Result<(), CliError> {
    line(format!("\n== {text}"))
}

impl Tour {
    /// The arguments that name the tour's repository and password.
    fn global(&self) -> Vec<OsString> {
        let path = |name: &str| self.place.join(name).into_os_string();
        let mut words = vec!["strongroom".into(), "--repo".into(), path("repo")];
        words.extend(["--password-file".into(), path("password"), "--cache-dir".into(), path("cache")]);
        words
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
        let text = |name: &str| quoted(&self.place.join(name).to_string_lossy());
        line(format!("export STRONGROOM_REPO={} STRONGROOM_CACHE_DIR={}", text("repo"), text("cache")))?;
        line(format!("strongroom --password-file {} snapshots", text("password")))?;
        line(format!("strongroom --password-file {} ls --recursive latest", text("password")))?;
        line(format!(
            "strongroom --password-file {} restore latest~3 --target {}",
            text("password"),
            text("first-night")
        ))?;
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
