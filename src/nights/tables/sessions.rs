//! Who is on the site: keys at random places, rows that come and go every night.

use super::{Row, RowAt, Scene, Table};
use crate::nights::ledger::{DAY_SECONDS, FIRST_NIGHT_SECONDS};
use crate::nights::row::{digits, hex};

pub(super) const TABLE: Table = Table {
    name: "sessions",
    columns: "  `id` varchar(64) NOT NULL,
  `customer_id` int(10) unsigned DEFAULT NULL,
  `ip_address` varchar(45) DEFAULT NULL,
  `user_agent` text DEFAULT NULL,
  `payload` longtext NOT NULL,
  `last_activity` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `sessions_customer_id_index` (`customer_id`),
  KEY `sessions_last_activity_index` (`last_activity`)",
    counts_up: false,
    bytes_permille: 110,
    changes: 50,
    appends: 0,
    parent: None,
    write,
};

fn write(scene: &Scene, at: RowAt, row: &mut Row) {
    let RowAt { share: (slots, slot), changed, mut now, .. } = at;
    let lexicon = &scene.lexicon;
    row.text(|out| {
        let step = u64::MAX / slots.max(1);
        let first = step * slot + (now.draw() % step.max(1));
        out.extend_from_slice(format!("{first:016x}").as_bytes());
        hex(out, &mut now, 24);
    });
    if now.chance(300) {
        row.int(1 + now.below(scene.customers.max(1)))
    } else {
        row.null()
    }
    row.text(|out| {
        out.extend_from_slice(now.one_of(&["93.184.", "80.187.", "91.12.", "217.80."], "84.1.").as_bytes());
        digits(out, now.below_skewed(256));
        out.extend_from_slice(b".0");
    });
    row.text(|out| lexicon.agents.push_any(&mut now, out));
    row.text(|out| {
        out.extend_from_slice(b"a:4:{s:6:\\\"_token\\\";s:24:\\\"");
        hex(out, &mut now, 24);
        out.extend_from_slice(b"\\\";s:9:\\\"_previous\\\";a:1:{s:3:\\\"url\\\";s:44:\\\"");
        out.extend_from_slice(b"https://shop.example/catalogue/product/");
        digits(out, 10_000 + now.below_skewed(scene.products.clamp(1, 89_999)));
        out.extend_from_slice(
            b"\\\";}s:6:\\\"_flash\\\";a:2:{s:3:\\\"old\\\";a:0:{}s:3:\\\"new\\\";a:0:{}}s:4:\\\"cart\\\";a:",
        );
        let lines = now.below_skewed(4);
        digits(out, lines);
        out.extend_from_slice(b":{");
        for line in 0..lines {
            out.extend_from_slice(b"i:");
            digits(out, line);
            out.extend_from_slice(b";i:");
            digits(out, 1 + now.below_skewed(scene.products.max(1)));
            out.push(b';');
        }
        out.extend_from_slice(b"}}");
    });
    row.int(if changed > FIRST_NIGHT_SECONDS {
        changed
    } else {
        FIRST_NIGHT_SECONDS - now.below(14 * DAY_SECONDS)
    });
}
