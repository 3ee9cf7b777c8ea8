//! What is sold: long descriptions that stay, and a stock figure that changes night by night.

use super::{Row, RowAt, Scene, Table};
use crate::nights::rng::Rng;
use crate::nights::row::{digits, hex};
use crate::nights::words::Lexicon;

pub(super) const TABLE: Table = Table {
    name: "products",
    columns: "  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `sku` varchar(32) NOT NULL,
  `name` varchar(190) NOT NULL,
  `slug` varchar(190) NOT NULL,
  `category_id` int(10) unsigned NOT NULL,
  `description` text DEFAULT NULL,
  `meta` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`meta`)),
  `image` varchar(190) DEFAULT NULL,
  `price` decimal(10,2) NOT NULL,
  `special_price` decimal(10,2) DEFAULT NULL,
  `tax_class_id` int(10) unsigned NOT NULL DEFAULT 1,
  `stock` int(11) NOT NULL DEFAULT 0,
  `reserved` int(11) NOT NULL DEFAULT 0,
  `active` tinyint(1) NOT NULL DEFAULT 1,
  `created_at` datetime NOT NULL,
  `updated_at` datetime NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `products_sku_unique` (`sku`),
  KEY `products_category_id_index` (`category_id`)",
    counts_up: true,
    bytes_permille: 170,
    changes: 200,
    appends: 0,
    parent: None,
    write,
};

const NOTES: [&str; 4] = [
    "<p class=\\\"delivery\\\">Delivery within <strong>2-4 working days</strong>. Free of charge from 49 euros.</p>",
    "<p class=\\\"warranty\\\">Two years of warranty; spare parts for at least ten years.</p>",
    "<p class=\\\"care\\\">Wash at 30 degrees, don\\'t bleach, don\\'t tumble dry.</p>",
    "",
];

/// Appends the name of a product; `rng` is the fixed stream of its row.
pub(super) fn name(lexicon: &Lexicon, rng: &mut Rng, out: &mut Vec<u8>) {
    lexicon.places.push_any(rng, out);
    out.push(b' ');
    lexicon.text.push_title(rng, out);
    out.push(b' ');
    lexicon.text.push_any(rng, out);
    out.push(b' ');
    digits(out, 10 + 5 * rng.below(40));
}

/// Appends the stock-keeping unit of the product with this number.
pub(super) fn sku(id: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(if id.is_multiple_of(3) { b"HM-" } else { b"ST-" });
    digits(out, 100_000 + id);
}

/// The price in cents of the product with this number.
pub(super) const fn price(id: u64) -> u64 {
    let mixed = id.wrapping_mul(0x9e37_79b9) >> 7;
    (mixed % 40 + 1) * (mixed % 7 + 1) * 100 - 5
}

/// The random numbers from which the name of the product with this number is made.
pub(super) const fn name_rng(seed: u64, id: u64) -> Rng {
    Rng::keyed(seed, 0x9a3e, id, 0)
}

fn write(scene: &Scene, at: RowAt, row: &mut Row) {
    let RowAt { id, created, changed, mut fixed, mut now, .. } = at;
    let lexicon = &scene.lexicon;
    row.int(id);
    row.text(|out| sku(id, out));
    row.text(|out| name(lexicon, &mut name_rng(scene.seed, id), out));
    row.text(|out| {
        let start = out.len();
        name(lexicon, &mut name_rng(scene.seed, id), out);
        for byte in out.iter_mut().skip(start) {
            let keep = byte.is_ascii_alphanumeric();
            *byte = if keep { byte.to_ascii_lowercase() } else { b'-' };
        }
    });
    row.int(1 + fixed.below_skewed(120));
    row.text(|out| description(lexicon, &mut fixed, out));
    row.text(|out| {
        out.extend_from_slice(b"{\\\"ean\\\": \\\"40");
        digits(out, 10_000_000_000 + fixed.below(1 << 31) * 4);
        out.extend_from_slice(b"\\\", \\\"weight_g\\\": ");
        digits(out, 50 * (1 + fixed.below_skewed(80)));
        out.extend_from_slice(b", \\\"color\\\": \\\"");
        lexicon.text.push_any(&mut fixed, out);
        out.extend_from_slice(b"\\\", \\\"origin\\\": \\\"EU\\\"}");
    });
    row.text(|out| {
        out.extend_from_slice(b"uploads/products/");
        hex(out, &mut fixed, 12);
        out.extend_from_slice(b".jpg");
    });
    row.money(price(id));
    if now.chance(100) {
        row.money(price(id) * 4 / 5)
    } else {
        row.null()
    }
    row.int(1);
    row.int(now.below_skewed(400));
    row.int(now.below_skewed(8));
    row.int(u64::from(!fixed.chance(60)));
    row.date_time(created);
    row.date_time(changed);
}

fn description(lexicon: &Lexicon, rng: &mut Rng, out: &mut Vec<u8>) {
    for _ in 0..1 + rng.below_skewed(6) {
        out.extend_from_slice(b"<p>");
        for sentence in 0..1 + rng.below_skewed(5) {
            if sentence > 0 {
                out.push(b' ');
            }
            let count = 5 + rng.below(14);
            lexicon.text.push_sentence(rng, count, out);
        }
        out.extend_from_slice(b"</p>\\r\\n");
    }
    if rng.chance(600) {
        out.extend_from_slice(b"<ul>\\r\\n");
        for _ in 0..2 + rng.below(4) {
            out.extend_from_slice(b"<li>");
            let count = 2 + rng.below(5);
            lexicon.text.push_sentence(rng, count, out);
            out.extend_from_slice(b"</li>\\r\\n");
        }
        out.extend_from_slice(b"</ul>\\r\\n");
    }
    out.extend_from_slice(rng.one_of(&NOTES, "").as_bytes());
}
