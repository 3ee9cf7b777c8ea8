//! The files beside the database: pictures, invoices, text. Every night adds some, none ever changes.

use std::io::{self, Write};

use super::ledger::{DAY_SECONDS, FIRST_NIGHT_SECONDS};
use super::rng::Rng;
use super::row::{date, hex};
use super::words::Lexicon;

const IMAGE_BYTES_MIN: u64 = 20_000;
const IMAGE_BYTES_MAX: u64 = 2_000_000;
const LOGO_BYTES: usize = 9_000;
const KIND: u64 = 0x000b_10ad;

/// What an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadKind {
    /// The picture of a product: no codec makes it smaller.
    Image,
    /// An invoice: text and compressed streams; the logo is the same in all.
    Invoice,
    /// A configuration, a mail template or a list: compresses well.
    Text,
}

/// A file beside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Where it lies below the directory of the uploads, with slashes.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// What it is.
    pub kind: UploadKind,
    /// The night that added it.
    pub night: u16,
    number: u64,
}

/// The uploads that there are at `night`: those of each night add up to exactly what was asked.
pub(super) fn list(seed: u64, first_bytes: u64, grow_bytes: u64, night: u16) -> impl Iterator<Item = Upload> {
    let mut number = 0;
    (0..=night).flat_map(move |born| {
        let night_bytes = if born == 0 { first_bytes } else { grow_bytes };
        let mut left = night_bytes;
        let first = number;
        let mut made = Vec::new();
        while left > 0 {
            let upload = upload(seed, first + made.len() as u64, born, (night_bytes / 4).max(1)).fit(left);
            left -= upload.bytes;
            made.push(upload);
        }
        number += made.len() as u64;
        made
    })
}

impl Upload {
    fn fit(mut self, left: u64) -> Self {
        // What is left would be no file worth having: it goes into this one.
        if self.bytes > left || left - self.bytes < 200 {
            self.bytes = left;
        }
        self
    }
}

fn upload(seed: u64, number: u64, night: u16, bytes_max: u64) -> Upload {
    let mut rng = Rng::keyed(seed, KIND, number, 0);
    let mut name = Vec::new();
    hex(&mut name, &mut rng, 12);
    let name = String::from_utf8(name).unwrap_or_default();
    let directory = name.get(..2).unwrap_or("00");
    let past = if night == 0 { rng.below(900) } else { 0 };
    let days = FIRST_NIGHT_SECONDS / DAY_SECONDS + u64::from(night) - past;
    let (year, month, _) = date(days);
    let (kind, path, bytes) = match rng.below(20) {
        0..12 => {
            let bytes = (IMAGE_BYTES_MIN << rng.below(7)) * (1000 + rng.below(1000)) / 1000;
            (UploadKind::Image, format!("products/{directory}/{name}.jpg"), bytes.min(IMAGE_BYTES_MAX))
        }
        12..18 => {
            let path = format!("invoices/{year}/{month:02}/RE-{year}-{number:07}.pdf");
            (UploadKind::Invoice, path, 18_000 + rng.below_skewed(60_000))
        }
        _ => {
            let end = rng.one_of(&["json", "csv", "html", "txt"], "txt");
            (UploadKind::Text, format!("files/{year}/{name}.{end}"), 300 + rng.below_skewed(40_000))
        }
    };
    Upload { path, bytes: bytes.min(bytes_max), kind, night, number }
}

/// Writes the bytes of an upload.
pub(super) fn write(seed: u64, lexicon: &Lexicon, upload: &Upload, out: &mut dyn Write) -> io::Result<()> {
    let mut rng = Rng::keyed(seed, KIND, upload.number, 1);
    let size = usize::try_from(upload.bytes).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(size + 4096);
    match upload.kind {
        UploadKind::Image => image(&mut rng, size, &mut bytes),
        UploadKind::Invoice => invoice(seed, lexicon, &mut rng, size, &mut bytes),
        UploadKind::Text => text(lexicon, &mut rng, size, &mut bytes),
    }
    bytes.truncate(size);
    out.write_all(&bytes)
}

fn image(rng: &mut Rng, size: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x48\x00\x48\x00\x00\xff\xdb\x00\x43\x00",
    );
    out.extend((0..64).map(|step: u8| 3 + step / 2));
    out.extend_from_slice(b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00");
    rng.bytes(size.saturating_sub(out.len() + 2), out);
    out.extend_from_slice(b"\xff\xd9");
}

fn invoice(seed: u64, lexicon: &Lexicon, rng: &mut Rng, size: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
    );
    out.extend_from_slice(b"5 0 obj\n<< /Type /XObject /Subtype /Image /Filter /DCTDecode >>\nstream\n");
    Rng::keyed(seed, KIND, 0, 2).bytes(LOGO_BYTES, out);
    out.extend_from_slice(b"\nendstream\nendobj\n");
    let end = size.saturating_sub(64);
    let mut object = 6;
    while out.len() < end {
        let (random, lines) = (200 + rng.below(1800) as usize, 4 + rng.below(20));
        out.extend_from_slice(format!("{object} 0 obj\n<< /Length {random} >>\nstream\n").as_bytes());
        rng.bytes(random, out);
        out.extend_from_slice(b"\nendstream\nendobj\nBT /F1 9 Tf\n");
        for line in 0..lines {
            out.extend_from_slice(format!("1 0 0 1 56.69 {} Tm (", 780 - line * 12).as_bytes());
            lexicon.text.push_sentence(rng, 6, out);
            out.extend_from_slice(b") Tj\n");
        }
        object += 1;
    }
    out.truncate(end);
    let tail = format!("\ntrailer\n<< /Size {object:06} /Root 1 0 R >>\nstartxref\n{end:08}\n%%EOF\n");
    out.extend_from_slice(tail.as_bytes());
    out.resize(size.max(out.len()), b'\n');
}

fn text(lexicon: &Lexicon, rng: &mut Rng, size: usize, out: &mut Vec<u8>) {
    let mut line = 0;
    while out.len() < size {
        line += 1;
        out.extend_from_slice(format!("{line};").as_bytes());
        lexicon.text.push_any(rng, out);
        out.extend_from_slice(b";true;\"");
        let count = 2 + rng.below(12);
        lexicon.text.push_sentence(rng, count, out);
        out.extend_from_slice(b"\"\n");
    }
}
