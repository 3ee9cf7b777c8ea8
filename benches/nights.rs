//! Writes the nights of a made-up shop to a directory, for measurements (`benches/compare`).
//!
//! `night-N/uploads` has all uploads of that night; those that the night before had are hard links to its files.
#![expect(clippy::print_stderr, reason = "a tool for people at a terminal")]

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{CommandFactory, Parser};
use strongroom::nights::{Dumper, Shop, ShopSize, small_files, write_stream};

/// Writes nights of a made-up web shop: the same bytes for the same arguments.
#[derive(Parser)]
#[command(bin_name = "cargo bench --bench nights --")]
struct Arguments {
    /// Where `night-0`, `night-1` ... (or `small`) are made
    dir: Option<PathBuf>,
    /// Another seed makes another shop
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The size of the first dump, in MB
    #[arg(long, default_value_t = 270)]
    dump_mb: u64,
    /// The size of the uploads of the first night, in MB
    #[arg(long, default_value_t = 200)]
    uploads_mb: u64,
    /// The size of the uploads that a night adds, in MB; the default is a fiftieth of --uploads-mb
    #[arg(long)]
    uploads_grow_mb: Option<u64>,
    /// How many nights
    #[arg(long, default_value_t = 3)]
    nights: u16,
    /// Of a thousand rows, how many have a new text after a night
    #[arg(long, default_value_t = 10)]
    changed_permille: u32,
    /// All rows of a statement on one line, as MySQL and older MariaDB write them
    #[arg(long)]
    one_line: bool,
    /// Instead: a tree of so many small files in DIR/small
    #[arg(long, value_name = "COUNT")]
    small_files: Option<u64>,
    /// Instead: one stream of so many GB to standard output
    #[arg(long, value_name = "GB")]
    one_file_gb: Option<u64>,
    /// Instead: dumps of so many GB together, one after another, to standard output; every eighth is of another shop
    #[arg(long, value_name = "GB")]
    dumps_gb: Option<u64>,
    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match (&arguments.dir, arguments.small_files, arguments.one_file_gb) {
        (_, _, Some(size_gb)) => write_one_file(arguments.seed, size_gb),
        _ if arguments.dumps_gb.is_some() => write_dumps(&arguments),
        (Some(dir), Some(count), _) => write_small_files(&dir.join("small"), arguments.seed, count),
        (Some(dir), None, _) => write_nights(dir, &arguments),
        (None, ..) => Arguments::command().print_help(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_one_file(seed: u64, size_gb: u64) -> io::Result<()> {
    write_stream(seed, size_gb * 1_000_000_000, &mut io::stdout().lock())
}

/// Counts what goes to standard output.
struct Counted(io::StdoutLock<'static>, u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(bytes)?;
        self.1 += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Whole dumps until there are enough bytes.
fn write_dumps(arguments: &Arguments) -> io::Result<()> {
    let wanted = arguments.dumps_gb.unwrap_or_default() * 1_000_000_000;
    let mut out = Counted(io::stdout().lock(), 0);
    for seed in arguments.seed.. {
        let mut shop = Shop::new(seed, size_of(arguments));
        for number in 0..8 {
            if out.1 >= wanted {
                return out.flush();
            }
            shop.night(number);
            shop.write_dump_as(dumper_of(arguments), &mut out)?;
        }
    }
    Ok(())
}

fn write_small_files(root: &Path, seed: u64, count: u64) -> io::Result<()> {
    let start = Instant::now();
    for (path, bytes) in small_files(seed, count) {
        let path = root.join(path);
        if let Err(error) = fs::write(&path, &bytes) {
            if error.kind() != io::ErrorKind::NotFound {
                return Err(error);
            }
            make_parents(&path)?;
            fs::write(&path, &bytes)?;
        }
    }
    eprintln!("{count} files in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn size_of(arguments: &Arguments) -> ShopSize {
    let grow_mb = arguments.uploads_grow_mb.unwrap_or(arguments.uploads_mb.div_ceil(50));
    ShopSize {
        dump_bytes: arguments.dump_mb * 1_000_000,
        changed_permille: arguments.changed_permille,
        uploads_bytes: arguments.uploads_mb * 1_000_000,
        uploads_grow_bytes: grow_mb * 1_000_000,
    }
}

const fn dumper_of(arguments: &Arguments) -> Dumper {
    if arguments.one_line { Dumper::MariaDb106 } else { Dumper::MariaDb1011 }
}

fn write_nights(dir: &Path, arguments: &Arguments) -> io::Result<()> {
    let dumper = dumper_of(arguments);
    let mut shop = Shop::new(arguments.seed, size_of(arguments));
    let mut before: Option<PathBuf> = None;
    for number in 0..arguments.nights {
        shop.night(number);
        let night = dir.join(format!("night-{number}"));
        fs::create_dir_all(night.join("uploads"))?;
        let start = Instant::now();
        let mut dump = File::create(night.join("dump.sql"))?;
        shop.write_dump_as(dumper, &mut dump)?;
        let (seconds, bytes) = (start.elapsed().as_secs_f64(), dump.metadata()?.len());
        write_uploads(&shop, &night, before.as_deref())?;
        eprintln!(
            "{}: dump of {:.1} MB in {seconds:.2} s ({:.0} MB/s), uploads in {:.2} s",
            night.display(),
            bytes as f64 / 1e6,
            bytes as f64 / 1e6 / seconds,
            start.elapsed().as_secs_f64() - seconds,
        );
        before = Some(night);
    }
    Ok(())
}

fn write_uploads(shop: &Shop, night: &Path, before: Option<&Path>) -> io::Result<()> {
    for upload in shop.uploads() {
        let path = night.join("uploads").join(&upload.path);
        make_parents(&path)?;
        match before {
            Some(before) if upload.night < shop.night_number() => {
                fs::hard_link(before.join("uploads").join(&upload.path), &path)?;
            }
            _ => {
                let mut file = BufWriter::new(File::create(&path)?);
                shop.write_upload(&upload, &mut file)?;
                file.flush()?;
            }
        }
    }
    Ok(())
}

fn make_parents(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}
