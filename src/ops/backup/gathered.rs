//! What comes of the steps of a backup.

use super::costs::TableSpent;
use super::step::Tally;
use super::unpack::CompressedTally;
use crate::base::TreePath;
use crate::format::{Root, Statistics, TableMapRef};
use crate::repo::Written;

/// What a backup gathered for its manifest.
#[derive(Debug)]
pub struct Gathered {
    pub root: Root,
    pub statistics: Statistics,
    pub written: Written,
    pub tally: Tally,
    pub not_whole: Vec<(TreePath, String)>,
    pub table_maps: Vec<TableMapRef>,
    pub compressed: CompressedTally,
    pub spent: Vec<TableSpent>,
}
