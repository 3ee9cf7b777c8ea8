//! Every page of the specification is the documentation of a module, and there is no second description.

use super::{Exception, Finding, Source, assert_none};

const EXCEPTIONS: &[Exception] = &[Exception {
    path: "format-spec/README.md",
    what: "no module includes this page",
    reason: "the list of the pages",
}];

fn pages_without_a_module(pages: &[Source], sources: &[Source]) -> Vec<Finding> {
    let is_page = |page: &&Source| page.path.ends_with(".md") && page.path.matches('/').count() == 1;
    let is_included = |page: &Source| {
        let end = format!("../{}\")]", page.path);
        let includes = |line: &str| line.starts_with("#![doc = include_str!(\"") && line.ends_with(&end);
        sources.iter().any(|source| source.text.lines().any(includes))
    };
    pages
        .iter()
        .filter(is_page)
        .filter(|page| !is_included(page))
        .map(|page| Finding {
            path: page.path.clone(),
            line: 0,
            what: "no module includes this page".to_owned(),
        })
        .collect()
}

#[test]
fn every_page_of_the_specification_is_included_by_a_module() {
    assert_none(&pages_without_a_module(&Source::all("format-spec"), &Source::rust(&["src"])), EXCEPTIONS);
}

#[test]
fn a_page_that_no_module_includes_is_found() {
    let pages = ["format-spec/pack.md", "format-spec/index.md", "format-spec/reader/README.md"];
    let pages = pages.map(|path| Source::new(path, "text"));
    let included = "#![doc = include_str!(\"../../format-spec/pack.md\")]\n// format-spec/index.md";
    let found = pages_without_a_module(&pages, &[Source::new("src/format/pack.rs", included)]);
    assert_eq!(
        found.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(),
        ["format-spec/index.md"]
    );
}
