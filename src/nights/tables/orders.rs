//! What was bought: appended, and in the first weeks its status changes.

use super::{Row, RowAt, Scene, Table};
use crate::nights::row::{date, digits, hex};

pub(super) const TABLE: Table = Table {
    name: "orders",
    columns: "  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `number` varchar(32) NOT NULL,
  `customer_id` int(10) unsigned NOT NULL,
  `status` enum('new','paid','packed','shipped','done','cancelled','returned') NOT NULL DEFAULT 'new',
  `currency` char(3) NOT NULL DEFAULT 'EUR',
  `subtotal` decimal(10,2) NOT NULL,
  `shipping` decimal(10,2) NOT NULL DEFAULT 0.00,
  `tax` decimal(10,2) NOT NULL DEFAULT 0.00,
  `total` decimal(10,2) NOT NULL,
  `payment_method` varchar(32) NOT NULL,
  `payment_reference` varchar(64) DEFAULT NULL,
  `shipping_method` varchar(64) NOT NULL,
  `tracking_code` varchar(64) DEFAULT NULL,
  `note` text DEFAULT NULL,
  `ip` varchar(45) DEFAULT NULL,
  `created_at` datetime NOT NULL,
  `updated_at` datetime NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `orders_number_unique` (`number`),
  KEY `orders_customer_id_foreign` (`customer_id`),
  KEY `orders_status_created_at_index` (`status`,`created_at`),
  CONSTRAINT `orders_customer_id_foreign` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`)",
    counts_up: true,
    bytes_permille: 170,
    changes: 10,
    appends: 2,
    parent: None,
    write,
};

const STATUS: [&str; 8] = ["done", "done", "done", "done", "shipped", "paid", "cancelled", "returned"];
const PAYMENT: [&str; 5] = ["paypal", "invoice", "creditcard", "sepa_debit", "prepayment"];
const SHIPPING: [&str; 4] = ["parcel_standard", "parcel_standard", "parcel_express", "pickup_station"];

fn write(scene: &Scene, at: RowAt, row: &mut Row) {
    let RowAt { id, created, changed, mut fixed, mut now, .. } = at;
    let (subtotal, shipping) = (995 + 50 * fixed.below_skewed(600), if fixed.chance(400) { 0 } else { 495 });
    row.int(id);
    row.text(|out| {
        digits(out, date(created / 86_400).0);
        out.push(b'-');
        digits(out, 1_000_000 + id);
    });
    row.int(1 + fixed.below_skewed(scene.customers.max(1)));
    let status = now.one_of(&STATUS, "new");
    row.literal(status);
    row.literal("EUR");
    row.money(subtotal);
    row.money(shipping);
    row.money((subtotal + shipping) * 19 / 119);
    row.money(subtotal + shipping);
    let payment = fixed.one_of(&PAYMENT, "invoice");
    row.literal(payment);
    if payment == "paypal" || payment == "creditcard" {
        row.text(|out| {
            out.extend_from_slice(b"pi_");
            hex(out, &mut fixed, 14);
        });
    } else {
        row.null();
    }
    row.literal(fixed.one_of(&SHIPPING, "parcel_standard"));
    if matches!(status, "done" | "shipped" | "returned") {
        row.text(|out| digits(out, 340_430_000_000 + id * 7 + now.below(7)));
    } else {
        row.null();
    }
    if fixed.chance(60) {
        let count = 3 + fixed.below_skewed(20);
        row.text(|out| scene.lexicon.text.push_sentence(&mut fixed, count, out));
    } else {
        row.null();
    }
    row.text(|out| {
        out.extend_from_slice(fixed.one_of(&["93.184.", "80.187.", "91.12.", "217.80."], "84.1.").as_bytes());
        digits(out, fixed.below_skewed(256));
        out.extend_from_slice(b".0");
    });
    row.date_time(created);
    row.date_time(changed);
}
