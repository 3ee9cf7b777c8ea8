//! Which pages must be read for the rows that are wanted.

use std::ops::Range;

use crate::format::table_map::{KEY_BYTES, KeyKind, Page, PageKeys};
use crate::repo::RepoError;
use crate::sql::ddl::{ColumnKind, TableSchema};
use crate::sql::filter::Filter;
use crate::sql::value::{RowForm, Value};

/// Which rows are wanted of a section.
pub struct Picking<'p> {
    pub form: RowForm,
    pub schema: &'p TableSchema,
    pub filter: Option<&'p Filter>,
}

/// The runs of pages that must be read, in order, as the pages come.
pub struct Runs<'p, P> {
    picking: &'p Picking<'p>,
    key: Option<(u32, KeyKind)>,
    pages: P,
    at: u64,
    goes_on: bool,
    open: Option<Range<u64>>,
}

impl<P: Iterator<Item = Result<Page, RepoError>>> Iterator for Runs<'_, P> {
    type Item = Result<Range<u64>, RepoError>;

    fn next(&mut self) -> Option<Self::Item> {
        for page in self.pages.by_ref() {
            let page = match page {
                Ok(page) => page,
                Err(error) => return Some(Err(error)),
            };
            let at = self.at;
            self.at += 1;
            // A row that begins in one chunk ends in another.
            self.goes_on = page.starts_inside && self.goes_on
                || page.rows > 0 && self.picking.may_match(&page, self.key);
            match &mut self.open {
                Some(run) if self.goes_on => run.end = at + 1,
                None if self.goes_on => self.open = Some(at..at + 1),
                Some(_) => return self.open.take().map(Ok),
                None => {}
            }
        }
        self.open.take().map(Ok)
    }
}

impl<'p> Picking<'p> {
    /// The runs of pages that must be read; the keys in them are `key`.
    pub fn runs<P>(&'p self, pages: P, key: Option<(u32, KeyKind)>) -> Runs<'p, P> {
        Runs { picking: self, key, pages, at: 0, goes_on: false, open: None }
    }

    fn may_match(&self, page: &Page, key: Option<(u32, KeyKind)>) -> bool {
        let (Some(filter), Some(keys), Some((column, kind))) = (self.filter, page.keys, key) else {
            return true;
        };
        let place = column as usize;
        let Some(column) = self.schema.columns.get(place) else { return true };
        let is_number = matches!(column.kind, ColumnKind::Integer | ColumnKind::Decimal);
        // A number between quotes has the order of a text in the pages, and a text that looks like a number that of numbers.
        match (kind, is_number) {
            (KeyKind::Integer, true) => {
                let [first, last] = [keys.first, keys.last].map(number);
                filter.may_match(place, &first, &last)
            }
            (KeyKind::Bytes, false) => match end_of(keys) {
                Some(end) => {
                    filter.may_match(place, &Value::Text(start_of(keys).into()), &Value::Text(end.into()))
                }
                None => true,
            },
            _ => true,
        }
    }
}

fn number(key: [u8; KEY_BYTES]) -> Value<'static> {
    let value = (u128::from_be_bytes(key) ^ (1 << 127)).cast_signed();
    Value::Number(value.to_string().into_bytes().into())
}

/// Bytes that are not above any key of the page.
fn start_of(keys: PageKeys) -> Vec<u8> {
    let end = keys.first.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    keys.first.get(..end).unwrap_or_default().to_vec()
}

/// Bytes that are above all keys of the page, which are told by their first 16; `None` if there are none.
fn end_of(keys: PageKeys) -> Option<Vec<u8>> {
    u128::from_be_bytes(keys.last).checked_add(1).map(|end| end.to_be_bytes().to_vec())
}
