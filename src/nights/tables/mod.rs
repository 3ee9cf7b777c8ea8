//! The tables of the shop. A further one is one file here and one line in [`TABLES`].

mod audit_log;
mod customers;
mod order_items;
mod orders;
mod products;
mod sessions;

use super::ledger::RowAt;
use super::row::Row;
use super::words::Lexicon;

/// What rows may refer to besides themselves.
pub(super) struct Scene {
    /// The seed of the shop.
    pub(super) seed: u64,
    /// Its language.
    pub(super) lexicon: Lexicon,
    /// Customers of the first night.
    pub(super) customers: u64,
    /// Products of the first night.
    pub(super) products: u64,
}

/// What a table is.
pub(super) struct Table {
    /// Its name.
    pub(super) name: &'static str,
    /// Between the brackets of its CREATE TABLE.
    pub(super) columns: &'static str,
    /// Whether its key counts up.
    pub(super) counts_up: bool,
    /// Its share of the bytes of the first dump, in thousandths.
    pub(super) bytes_permille: u64,
    /// How readily its rows change in place, against other tables.
    pub(super) changes: u64,
    /// How many rows are appended to it, against other tables.
    pub(super) appends: u64,
    /// The table its rows belong to.
    pub(super) parent: Option<&'static str>,
    /// Appends the values of one row.
    pub(super) write: fn(&Scene, RowAt, &mut Row),
}

impl Table {
    /// Whether rows come and go anywhere in it, instead of at its end.
    pub(super) const fn churns(&self) -> bool {
        !self.counts_up
    }
}

/// Every table, in the order of a dump, which is that of their names. At ten rows in a thousand a night the weights
/// come to a fifth of the products, a fiftieth of the customers and few of the orders.
pub(super) const TABLES: [Table; 6] =
    [audit_log::TABLE, customers::TABLE, order_items::TABLE, orders::TABLE, products::TABLE, sessions::TABLE];
