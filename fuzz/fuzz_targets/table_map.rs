//! Law: what is taken of a table map is its encoding, sections tile the dump, and pages are those of the sections.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::FormatError;
use strongroom::format::table_map::{MapSection, MapTrailer, PAGE_BYTES, Page, TRAILER_BYTES};
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    let (body, end) = data.split_at(data.len().saturating_sub(TRAILER_BYTES));
    if let Ok(pages) = bounded(memory_for(data.len()), || Page::decode_all(body)) {
        assert_eq!(encoded(&pages), body);
    }
    let Ok(trailer) = MapTrailer::decode(end, data.len() as u64) else { return };
    assert_eq!(trailer.encode(), end);
    let (pages, bytes) = body.split_at(usize::try_from(trailer.sections_offset()).unwrap());
    let Ok(sections) = bounded(memory_for(data.len()), || trailer.decode_sections(bytes)) else { return };
    let mut again = Vec::new();
    sections.iter().for_each(|section| section.encode(&mut again).unwrap());
    assert_eq!(trailer.decode_sections(&again), Ok(sections.clone()));
    let sum = |each: fn(&MapSection) -> u64| sections.iter().map(each).sum::<u64>();
    assert_eq!(sum(|section| section.bytes), trailer.dump_bytes);
    assert_eq!(sum(|section| section.chunks), trailer.dump_chunks);
    assert!(sum(|section| section.rows) <= trailer.dump_bytes);
    let _ = bounded(memory_for(data.len()), || all_pages(&sections, pages));
});

fn all_pages(sections: &[MapSection], bytes: &[u8]) -> Result<(), FormatError> {
    let mut rest = bytes;
    for section in sections {
        let (of_section, behind) = rest.split_at(usize::try_from(section.pages()).unwrap() * PAGE_BYTES);
        let pages = section.decode_pages(of_section)?;
        assert_eq!(encoded(&pages), of_section);
        rest = behind;
    }
    assert!(rest.is_empty());
    Ok(())
}

fn encoded(pages: &[Page]) -> Vec<u8> {
    let mut out = Vec::new();
    pages.iter().for_each(|page| page.encode(&mut out));
    out
}
