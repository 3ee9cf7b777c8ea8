//! The codes of a block of its own: their lengths, which are coded themselves.

use super::table::Found;
use super::{BitReader, Inflater, State, Step};
use crate::compressed::rfc1951::{CODE_LENGTH_ORDER, END_OF_BLOCK};

impl Inflater {
    pub(super) fn codes_start(&mut self, bits: &mut BitReader, input: &mut &[u8]) -> bool {
        let Some(header) = bits.take(14, input) else { return false };
        self.wanted = [257 + (header & 31) as usize, 1 + (header >> 5 & 31) as usize];
        self.lengths.clear();
        self.code_lengths = [0; 19];
        self.state = State::CodeLengths { at: 0, wanted: 4 + (header >> 10) as usize };
        true
    }

    pub(super) fn code_lengths(
        &mut self,
        bits: &mut BitReader,
        input: &mut &[u8],
        at: usize,
        wanted: usize,
    ) -> Step {
        for (done, symbol) in CODE_LENGTH_ORDER.iter().enumerate().take(wanted).skip(at) {
            let Some(length) = bits.take(3, input) else {
                self.state = State::CodeLengths { at: done, wanted };
                return Ok(false);
            };
            if let Some(place) = self.code_lengths.get_mut(*symbol) {
                *place = length as u8;
            }
        }
        if !self.literals.set(&self.code_lengths, false) {
            return Err("a code for code lengths that is none");
        }
        self.state = State::Lengths;
        Ok(true)
    }

    /// The lengths of both codes; until they are known the code for them stands in the table of literals.
    pub(super) fn lengths(&mut self, bits: &mut BitReader, input: &mut &[u8]) -> Step {
        let wanted: usize = self.wanted.iter().sum();
        while self.lengths.len() < wanted {
            bits.fill(input);
            let (symbol, length) = match self.literals.find(bits.held(), bits.count()) {
                Found::Symbol(symbol, length) => (symbol, length),
                Found::More => return Ok(false),
                Found::Nothing => return Err("a code length that is none"),
            };
            let (extra_bits, least, value) = match symbol {
                16 => match self.lengths.last() {
                    Some(last) => (2, 3, *last),
                    None => return Err("a repeated code length before the first"),
                },
                17 => (3, 3, 0),
                18 => (7, 11, 0),
                other => (0, 1, other as u8),
            };
            if bits.count() < length + extra_bits {
                return Ok(false);
            }
            let times = least + (bits.held() >> length) as usize % (1 << extra_bits);
            bits.skip(length + extra_bits);
            if self.lengths.len() + times > wanted {
                return Err("more code lengths than there are codes");
            }
            self.lengths.extend(std::iter::repeat_n(value, times));
        }
        self.set_codes()?;
        self.state = State::Symbols;
        Ok(true)
    }

    fn set_codes(&mut self) -> Result<(), &'static str> {
        let [literals, distances] = self.wanted;
        if literals > 286 || distances > 30 {
            return Err("codes for lengths or distances that there are not");
        }
        let (of_literals, of_distances) = self.lengths.split_at_checked(literals).unwrap_or_default();
        if of_literals.get(END_OF_BLOCK).is_none_or(|length| *length == 0) {
            return Err("a block that cannot end");
        }
        if !self.literals.set(of_literals, true) || !self.distances.set(of_distances, true) {
            return Err("a code that is none");
        }
        Ok(())
    }
}
