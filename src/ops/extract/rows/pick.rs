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

/// Pages that are read one after another, from the start of a row to the end of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Which.
    pub pages: Range<u64>,
    /// Rows that begin in them.
    pub rows: u64,
}

/// The runs of pages that must be read, in order, as the pages come.
pub struct Runs<'p, P> {
    picking: &'p Picking<'p>,
    key: Option<(u32, KeyKind)>,
    pages: P,
    at: u64,
    goes_on: bool,
    /// From the last page on that begins with a row; the open run, if one is.
    before: Run,
    open: Option<Run>,
}

impl<P: Iterator<Item = Result<Page, RepoError>>> Iterator for Runs<'_, P> {
    type Item = Result<Run, RepoError>;

    fn next(&mut self) -> Option<Self::Item> {
        for page in self.pages.by_ref() {
            let page = match page {
                Ok(page) => page,
                Err(error) => return Some(Err(error)),
            };
            let at = self.at;
            self.at += 1;
            if !page.starts_inside {
                self.before = Run { pages: at..at, rows: 0 };
            }
            self.before.pages.end = at + 1;
            self.before.rows += u64::from(page.rows);
            // A row that begins in one chunk ends in another.
            self.goes_on = page.starts_inside && self.goes_on
                || page.rows > 0 && self.picking.may_match(&page, self.key);
            match &mut self.open {
                Some(run) if self.goes_on => {
                    run.pages.end = at + 1;
                    run.rows += u64::from(page.rows);
                }
                // What a page begins inside of can be told only from where that begins.
                None if self.goes_on => self.open = Some(self.before.clone()),
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
        let before = Run { pages: 0..0, rows: 0 };
        Runs { picking: self, key, pages, at: 0, goes_on: false, before, open: None }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::table_map::key_of_integer;
    use crate::sql::Dialect;
    use crate::sql::ddl::table_schema;

    fn page(rows: u32, starts_inside: bool, keys: Range<i128>) -> Page {
        let keys = (rows > 0).then(|| {
            let mut page = PageKeys::of(key_of_integer(keys.start));
            page.widen(key_of_integer(keys.end - 1));
            page
        });
        Page { rows, starts_inside, keys }
    }

    #[test]
    fn a_run_begins_with_a_row_and_ends_with_one() {
        let schema = table_schema(Dialect::MySql, b"CREATE TABLE t (id int)").unwrap();
        let pages = [
            page(2, false, 1..3),
            page(1, false, 3..4),
            page(0, true, 0..0),
            page(3, true, 4..7),
            page(1, true, 7..8),
            page(2, false, 8..10),
        ];
        let runs = |condition: &str| -> Vec<(Range<u64>, u64)> {
            let filter = Filter::parse(Dialect::MySql, condition, &schema).unwrap();
            let form = RowForm::MySql { has_backslashes: true };
            let picking = Picking { form, schema: &schema, filter: Some(&filter) };
            let runs = picking.runs(pages.into_iter().map(Ok), Some((0, KeyKind::Integer)));
            runs.map(Result::unwrap).map(|run| (run.pages, run.rows)).collect()
        };
        assert_eq!(runs("id = 1"), [(0..1, 2)]);
        for inside in 3..8 {
            assert_eq!(runs(&format!("id = {inside}")), [(1..5, 5)], "{inside}");
        }
        assert_eq!(runs("id = 9"), [(5..6, 2)]);
        assert_eq!(runs("id = 2 OR id > 7"), [(0..1, 2), (5..6, 2)]);
        assert_eq!(runs("id < 99"), [(0..6, 9)]);
        assert_eq!(runs("id = 77"), []);
    }
}
