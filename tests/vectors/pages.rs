//! The pages of the specification, as far as the vectors prove them: what must be refused, and the worked examples.

use std::collections::BTreeMap;
use std::path::Path;

use super::seal;

pub struct Page {
    pub name: String,
    text: String,
}

/// A line of a list under a heading that says who must refuse.
pub struct Rule {
    pub page: String,
    pub text: String,
}

/// A block whose first line is three backquotes, `hex` and the name of a vector, or that and `body`.
pub struct Example {
    pub vector: String,
    /// Whether it shows what is sealed in the vector's object, and not the object.
    pub is_body: bool,
    pub bytes: Vec<u8>,
}

pub fn all() -> Vec<Page> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("format-spec");
    let mut pages: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "md") && !path.ends_with("README.md"))
        .map(|path| Page {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
        })
        .collect();
    pages.sort_by(|a, b| a.name.cmp(&b.name));
    pages
}

/// What the pages say must be refused, line by line; lines that send the reader to another page are left out.
pub fn rules() -> Vec<Rule> {
    let mut rules = vec![];
    for page in all() {
        let before = rules.len();
        let mut is_list = false;
        for line in page.text.lines() {
            if line.starts_with('#') {
                is_list = line.ends_with("must refuse");
            }
            let rule = line.strip_prefix("- ").filter(|rule| is_list && !rule.contains(".md"));
            rules.extend(rule.map(|rule| Rule { page: page.name.clone(), text: rule.into() }));
        }
        assert_ne!(rules.len(), before, "{} refuses nothing", page.name);
    }
    rules
}

/// The worked examples of a page. What stands after `#` in a line is for people.
pub fn examples(page: &Page) -> Vec<Example> {
    let mut examples: Vec<Example> = vec![];
    let mut is_inside = false;
    for line in page.text.lines() {
        if let Some(heading) = line.strip_prefix("```") {
            let mut words = heading.split_whitespace();
            is_inside = !is_inside && words.next() == Some("hex");
            if is_inside {
                let vector = words.next().unwrap_or_default().into();
                examples.push(Example { vector, is_body: words.next() == Some("body"), bytes: vec![] });
            }
        } else if is_inside {
            let digits: String = line.split('#').next().unwrap().split_whitespace().collect();
            examples.last_mut().unwrap().bytes.extend(seal::unhex(&digits));
        }
    }
    examples
}

/// The chunker's masks by their numbers: the table's lines are of numbers and of masks between backquotes, in turn.
pub fn masks(page: &Page) -> BTreeMap<usize, u64> {
    let cells = page.text.lines().filter(|line| line.starts_with("| ")).flat_map(|line| line.split(" | "));
    let cells: Vec<&str> = cells.map(|cell| cell.trim_matches(['|', ' ', '`'])).collect();
    let pairs = cells.windows(2).filter(|pair| pair[1].len() == 16);
    pairs.map(|pair| (pair[0].parse().unwrap(), u64::from_str_radix(pair[1], 16).unwrap())).collect()
}

/// Bytes as an example would show them, 32 a line.
pub fn lines(bytes: &[u8]) -> String {
    bytes.chunks(32).map(|line| seal::hex(line) + "\n").collect()
}
